import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startExporter, temporaryFolder } from '../support/process/processes.ts';
import { serve } from '../support/process/served.ts';
import { accessKey, environmentOf, iamUser, startSimulator } from '../support/process/simulated.ts';

const nowhere = { ...environmentOf('http://127.0.0.1:9'), ...accessKey, SECMASTER_STATE_PATH: ':memory:' };

test.each<[string, string[], Record<string, string>, number, RegExp]>([
  [
    'an unknown flag',
    ['--web.listen-adress=:1'],
    {},
    2,
    /^unknown option '--web.listen-adress' \(Did you mean --web.listen-address\?\)\n$/,
  ],
  ['an unknown command', ['srve'], {}, 2, /^unknown command 'srve' \(Did you mean serve\?\)\n$/],
  [
    'no configuration at all',
    ['serve'],
    {},
    1,
    /^no configuration: use --config.file, or set SECMASTER_REGION and credentials.*\n$/,
  ],
  [
    'a missing credential',
    ['serve'],
    { ...nowhere, HUAWEICLOUD_SDK_SK: '' },
    1,
    /^HUAWEICLOUD_SDK_SK: is missing, but HUAWEICLOUD_SDK_AK is set\n$/,
  ],
  [
    'a bad duration',
    ['serve'],
    { ...nowhere, SECMASTER_LOOKBACK: '1 day' },
    1,
    /^SECMASTER_LOOKBACK: "1 day" is not a valid duration; write it like .*\n$/,
  ],
  [
    'a bad schedule',
    ['serve'],
    { ...nowhere, SECMASTER_POLL_SCHEDULE: '* * * * *' },
    1,
    /^SECMASTER_POLL_SCHEDULE: .* six fields.*\n$/,
  ],
  [
    'a ledger that cannot be written',
    ['serve'],
    { ...nowhere, SECMASTER_STATE_PATH: '/dev/null/ledger.db' },
    1,
    /^the ledger \/dev\/null\/ledger.db: a part of the path is a file instead of a folder; set another state.path.*\n$/,
  ],
])('%s: a line that says what to fix, and the exit code', async (_, args, environment, code, message) => {
  const running = startExporter(args, environment);
  expect(await running.ended).toBe(code);
  expect(running.stderr()).toMatch(message);
  expect(running.stdout()).toBe('');
});

test('every problem of a file is told at once, each with its line', async () => {
  const file = join(temporaryFolder(), 'config.yml');
  writeFileSync(file, 'poll:\n  lookbak: 1h\n  timeout: soon\nworkspaces: []\n');
  const running = startExporter(['check', `--config.file=${file}`]);
  expect(await running.ended).toBe(1);
  expect(running.stderr().split('\n')).toEqual([
    `${file}:2: poll.lookbak: unknown key; did you mean lookback?`,
    `${file}:3: poll.timeout: "soon" is not a valid duration; write it like 30s, 5m, 24h or 7d`,
    `${file}:4: workspaces: is empty; list at least one workspace`,
    '',
  ]);
});

test.each([
  ['serve', '--web.listen-address'],
  ['demo', '--web.listen-address'],
  ['simulate', '--listen-address'],
])('a port in use: %s', async (command, flag) => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const running = startExporter([command, `${flag}=127.0.0.1:${port}`], nowhere);
  expect(await running.ended).toBe(1);
  const lines = running
    .stderr()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{'));
  expect(lines).toEqual([`cannot listen on 127.0.0.1:${port}: the port is in use; choose another ${flag}`]);
});

test.each([
  ['keys', { ...accessKey, HUAWEICLOUD_SDK_SK: 'wrong' }, 'verify aksk signature fail'],
  ['an unknown key', { ...accessKey, HUAWEICLOUD_SDK_AK: 'UNKNOWN' }, 'ak not exist'],
  ['a password', { ...iamUser, SECMASTER_IAM_PASSWORD: 'wrong' }, 'username or password is wrong|IAM'],
])(
  'wrong credentials, %s: said, tried no more than a few times, and served as secmaster_up 0',
  async (_, credentials, reason) => {
    const simulated = await startSimulator();
    const environment = {
      ...environmentOf(simulated.url),
      ...credentials,
      SECMASTER_STATE_PATH: ':memory:',
      SECMASTER_POLL_SCHEDULE: '* * * * * *',
    };
    const served = await serve([], environment);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const text = await served.get('/metrics');
    expect(text).toMatch(/^secmaster_up\{.*\} 0$/m);
    expect(text).toMatch(/^secmaster_exporter_poll_failures_total\{.*reason="unauthorized"\} [3-9]$/m);
    expect((await simulated.requests()).refused).toBeLessThanOrEqual(2);
    expect(served.running.stderr()).toMatch(new RegExp(reason));
    expect(served.running.stderr()).not.toContain('"wrong"');
    expect(await served.get('/-/ready')).toContain('ready');
  },
);

test('a workspace that does not exist: once says so and exits with 1', async () => {
  const simulated = await startSimulator();
  const running = startExporter(['once'], {
    ...environmentOf(simulated.url),
    ...accessKey,
    SECMASTER_STATE_PATH: ':memory:',
    SECMASTER_WORKSPACE_ID: '00000000-0000-4000-8000-000000000000',
  });
  expect(await running.ended).toBe(1);
  expect(running.stderr()).toContain(
    'the workspace does not exist in this project, or these credentials may not see it',
  );
  expect(running.stdout()).toMatch(/^secmaster_up\{.*\} 0$/m);
});
