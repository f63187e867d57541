import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixedCa, fixedServer } from '../support/http/test-certificates.ts';
import { startExporter, temporaryFolder } from '../support/process/processes.ts';

test('a bad web configuration: said with its line, and the exit code', async () => {
  const file = join(temporaryFolder(), 'web.yml');
  writeFileSync(file, 'basic_auth_users:\n  prometheus: hunter2\n');
  for (const command of ['demo', 'check']) {
    const running = startExporter([command, `--web.config.file=${file}`], {
      SECMASTER_REGION: 'eu-west-101',
      HUAWEICLOUD_SDK_AK: 'AK',
      HUAWEICLOUD_SDK_SK: 'SK',
    });
    expect(await running.ended).toBe(1);
    expect(running.stderr()).toMatch(/web\.yml:2: basic_auth_users\.prometheus: is not a bcrypt hash/);
    expect(running.stderr()).not.toContain('hunter2');
  }
});

const region = 'workspaces:\n  - region: Europe\n    credentials: { agency: {} }\n';

test.each<[string, string, string[], number, RegExp]>([
  ['alone', 'tls_server_config: { cert_file: cert, key_file: key }', [], 0, /^\S+web\.yml: no problems\n$/],
  [
    'alone, with a key that does not fit',
    'tls_server_config: { cert_file: ca, key_file: key }',
    [],
    1,
    /does not belong/,
  ],
  [
    'with a header of two lines',
    'http_server_config: { headers: { X-Frame-Options: "a\\nb" } }',
    [],
    1,
    /web\.yml:1: http_server_config\.headers\.X-Frame-Options: must be one line of Latin-1/,
  ],
  [
    'together with the problems of the configuration',
    'tls: {}',
    ['config.yml'],
    1,
    /config\.yml:2: workspaces\[0\]\.region: .*\n.*web\.yml:1: tls: unknown key/,
  ],
])('check of a web configuration %s', async (_, text, configs, code, message) => {
  const folder = temporaryFolder();
  const files = { cert: fixedServer.cert, key: fixedServer.key, ca: fixedCa, 'web.yml': text, 'config.yml': region };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const flags = [
    ...configs.map((name) => `--config.file=${join(folder, name)}`),
    `--web.config.file=${join(folder, 'web.yml')}`,
  ];
  const running = startExporter(['check', ...flags]);
  expect(await running.ended).toBe(code);
  expect(running.stdout() + running.stderr()).toMatch(message);
});
