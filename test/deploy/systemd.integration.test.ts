import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixedCa } from '../support/http/test-certificates.ts';
import { problemsOf } from './configuration.ts';

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'systemd');
const accessKey = { ak: 'ak-of-a-test\n', sk: 'sk-of-a-test\n' };

test.each([
  ['one process', ['secmaster-exporter.service'], 'config.yml', accessKey],
  [
    'several hosts',
    ['secmaster-exporter.service', 'replicas/postgresql.conf'],
    'replicas/config.yml',
    { ...accessKey, 'postgresql-password': 'password-of-a-test\n', 'postgresql-ca': fixedCa },
  ],
])('%s: the configuration has no problems and reads what systemd hands over', async (_, units, config, contents) => {
  const text = units.map((unit) => readFileSync(join(folder, unit), 'utf8')).join('');
  const handedOver = [...text.matchAll(/^LoadCredential=([\w-]+):\/etc\/secmaster-exporter\/[\w.-]+$/gm)];
  expect(handedOver.map(([, name]) => name)).toEqual(Object.keys(contents));
  const files = Object.entries(contents).map(([name, content]) => [
    `/run/credentials/secmaster-exporter.service/${name}`,
    content,
  ]);
  expect(await problemsOf(join(folder, config), Object.fromEntries(files))).toEqual([]);
});
