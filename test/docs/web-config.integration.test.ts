import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadWebConfig } from '../../src/config/web.ts';
import { fixedServer } from '../support/http/test-certificates.ts';
import { temporaryFolder } from '../support/process/processes.ts';

const { cert: fixedCert, key: fixedKey } = fixedServer;

test('the example is a good one', async () => {
  const markdown = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'web-config.md'), 'utf8');
  const [, example = ''] = /```yaml\n(tls_server_config.*?)```/s.exec(markdown) ?? [];
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'tls.crt'), fixedCert);
  writeFileSync(join(folder, 'tls.key'), fixedKey);
  writeFileSync(join(folder, 'web.yml'), example);
  expect(await loadWebConfig(join(folder, 'web.yml'))).toMatchObject({ web: { tls: { cert: fixedCert } } });
});
