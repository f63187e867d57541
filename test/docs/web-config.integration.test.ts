import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadWebConfig } from '../../src/config/web.ts';
import { temporaryFolder } from '../support/process/processes.ts';

test('the example is a good one', () => {
  const markdown = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'web-config.md'), 'utf8');
  const [, example = ''] = /```yaml\n(tls_server_config.*?)```/s.exec(markdown) ?? [];
  const folder = temporaryFolder();
  for (const name of ['tls.crt', 'tls.key']) writeFileSync(join(folder, name), name);
  writeFileSync(join(folder, 'web.yml'), example);
  expect(loadWebConfig(join(folder, 'web.yml'))).toMatchObject({ web: { tls: { cert: 'tls.crt' } } });
});
