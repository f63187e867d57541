/** Whatever stands in a configuration file or in the environment: a configuration, or problems that say where; and no secret. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import type { Loaded } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/problems.ts';
import { showConfig } from '../../src/config/show.ts';
import { loadEnvironment, loadFile } from '../config/loading.ts';
import { hold, numberOf } from './hold.ts';
import { texts } from './texts.ts';
import { mutatedYaml, yamlMutations } from './yaml.ts';

const file = 'test/fuzz/configurations.integration.test.ts';
const cases = numberOf('FUZZ_CONFIGURATIONS', 80, 400);
const timeoutMs = 60_000 + cases * 200;

const secrets = [
  'Hunter2-sk-0123456789',
  'Hunter2+token/abcdef==',
  'Hunter2 pass"word\\x',
  'Hunter2-from-a-file',
] as const;
let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secmaster-exporter-'));
  path = join(folder, 'config.yml');
  writeFileSync(join(folder, 'secret'), `${secrets[3]}\n`);
  writeFileSync(join(folder, 'credentials'), `[basic]\nak = AK\nsk = ${secrets[0]}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const whole = () => `poll:
  schedule: "*/30 * * * * *"
  lookback: 24h
  timeout: 10s
  rate_limit: 10
  concurrency: 4
state:
  path: data/secmaster.db
  retention: 30d
metrics:
  duration_buckets: [1, 2, 5]
  max_playbooks: 200
  nodes: failed
  language: en
  new_series_hold: 65s
status:
  recent_runs: 50
workspaces:
  - name: prod
    region: eu-west-101
    project_id: 0123456789abcdef0123456789abcdef
    workspace_id: 11111111-2222-3333-4444-555555555555
    endpoint: https://secmaster.eu-west-101.myhuaweicloud.eu
    iam_endpoint: https://iam.eu-west-101.myhuaweicloud.eu
    filters:
      playbook_id: [a, b]
      trigger_type: [TIMER]
    credentials:
      ak_sk:
        ak: AKTEST
        sk: ${secrets[0]}
        security_token: ${secrets[1]}
  - region: cn-north-4
    credentials:
      password:
        domain: d
        user: u
        password: ${JSON.stringify(secrets[2])}
  - region: cn-north-1
    credentials: { token: { token_file: ${join(folder, 'secret')} } }
  - region: cn-north-2
    credentials: { profile: { file: ${join(folder, 'credentials')}, section: basic } }
  - region: cn-north-9
`;

function expectSound(loaded: Loaded, isFile: boolean): void {
  if ('config' in loaded) {
    expectNoSecret(JSON.stringify(loaded) + showConfig(loaded.config));
    return;
  }
  if (loaded.problems.length === 0) throw new Error('neither a configuration nor a problem');
  for (const problem of loaded.problems) {
    const text = formatProblem(problem);
    if (!/^[^\n\r]+$/.test(text) || text.length > 2_000) throw new Error(`not one short line: ${JSON.stringify(text)}`);
    const unquoted = problem.message.replace(/^"(?:[^"\\]|\\.)*/, '');
    if (/undefined|\[object|Error:|^\s*at /.test(unquoted)) throw new Error(`not for a person: ${text}`);
    if (problem.file === null && problem.path === '' && isFile) throw new Error(`nowhere: ${text}`);
    expectNoSecret(text);
  }
}

function expectNoSecret(text: string): void {
  const found = secrets.find((secret) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)));
  if (found !== undefined) throw new Error(`shows ${found}: ${text.slice(0, 500)}`);
}

test(
  'a file',
  () =>
    hold(
      { file, cases: Math.ceil(cases * 0.7) },
      fc.array(yamlMutations, { minLength: 1, maxLength: 4 }),
      async (made) => {
        writeFileSync(path, mutatedYaml(whole(), made));
        expectSound(await loadFile(path), true);
      },
    ),
  timeoutMs,
);

const names = [
  ...[
    'HUAWEICLOUD_SDK_AK',
    'HUAWEICLOUD_SDK_PROJECT_ID',
    'SECMASTER_REGION',
    'SECMASTER_WORKSPACE_ID',
    'SECMASTER_ENDPOINT',
  ],
  ...[
    'SECMASTER_IAM_ENDPOINT',
    'SECMASTER_STATE_PATH',
    'SECMASTER_STATE_URL',
    'SECMASTER_POLL_SCHEDULE',
    'SECMASTER_LOOKBACK',
    'SECMASTER_IAM_USER',
  ],
  ...['SECMASTER_IAM_DOMAIN', 'SECMASTER_REGIO', '__proto__', 'constructor', 'NO_PROXY'],
];
const addresses = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'SECMASTER_ENDPOINT', 'SECMASTER_IAM_ENDPOINT'];
const holders = ['HUAWEICLOUD_SDK_SK', 'HUAWEICLOUD_SDK_SECURITY_TOKEN', 'SECMASTER_IAM_PASSWORD'];
const files = [...holders.map((name) => `${name}_FILE`), 'SECMASTER_TOKEN_FILE', 'HUAWEICLOUD_SDK_CREDENTIALS_FILE'];
const good = {
  SECMASTER_REGION: 'eu-west-101',
  HUAWEICLOUD_SDK_AK: 'AKTEST',
  HUAWEICLOUD_SDK_SK: secrets[0],
  HUAWEICLOUD_SDK_SECURITY_TOKEN: secrets[1],
};
const environments = fc.record({
  hasGood: fc.boolean(),
  others: fc.dictionary(fc.constantFrom(...names), texts, { maxKeys: 4 }),
  addresses: fc.dictionary(
    fc.constantFrom(...addresses),
    fc.oneof(texts, fc.constant(`http://u:${secrets[0]}@proxy:1`)),
    {
      maxKeys: 2,
    },
  ),
  secrets: fc.dictionary(fc.constantFrom(...holders), fc.constantFrom(...secrets, '', ' ', `${secrets[0]}\n`), {
    maxKeys: 2,
  }),
  files: fc.dictionary(fc.constantFrom(...files), fc.constantFrom('secret', 'credentials', '', 'none', '..', '\0'), {
    maxKeys: 2,
  }),
});

test(
  'an environment',
  () =>
    hold(
      { file, cases: Math.ceil(cases * 0.3) },
      environments,
      async ({ hasGood, others, addresses, secrets, files }) => {
        const named = Object.fromEntries(
          Object.entries(files).map(([name, text]) => [name, text && join(folder, text)]),
        );
        expectSound(
          await loadEnvironment({ ...(hasGood && good), ...others, ...addresses, ...secrets, ...named }),
          false,
        );
      },
    ),
  timeoutMs,
);
