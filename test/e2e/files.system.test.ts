import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultAccessKey } from '../../src/simulator/defaults.ts';
import { eventually, mainFile, portOf, start, startExporter, temporaryFolder } from '../support/process/processes.ts';
import { environmentOf, startSimulator } from '../support/process/simulated.ts';

/** What is no file, is endless, or never answers: the exporter says so, serves on, and ends when it is told to. */

const configuration = `
state: { path: ":memory:" }
workspaces:
  - region: eu-west-101
    credentials: { ak_sk: { ak: AK, sk: SK } }
`;

function makePipe(folder: string, name = 'pipe'): string {
  const pipe = join(folder, name);
  execFileSync('mkfifo', [pipe]);
  return pipe;
}

/** The largest resident set that the process has had, in MB. */
const peakMb = (pid = 0) => Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_000;

test.each<[string, (folder: string) => string[], RegExp]>([
  ['a configuration that is a device', () => ['--config.file=/dev/zero'], /^\/dev\/zero: is a device, not a file\n$/],
  ['a configuration that is a folder', () => ['--config.file=/'], /^\/: is a directory, not a file\n$/],
  [
    'a configuration that is a pipe into which nobody writes',
    (folder) => [`--config.file=${makePipe(folder)}`],
    /pipe: is a pipe that was not written and closed within 5s\n$/,
  ],
  [
    'a configuration in UTF-16',
    (folder) => {
      writeFileSync(join(folder, 'config.yml'), `\ufeff${configuration}`, 'utf16le');
      return [`--config.file=${join(folder, 'config.yml')}`];
    },
    /config\.yml: is UTF-16 text; save it as UTF-8\n$/,
  ],
  [
    'credentials that are a pipe and a device',
    (folder) => {
      const keys = `{ ak_sk: { ak_file: ${makePipe(folder)}, sk_file: /dev/urandom } }`;
      writeFileSync(join(folder, 'config.yml'), `workspaces: [{ region: eu-west-101, credentials: ${keys} }]\n`);
      return [`--config.file=${join(folder, 'config.yml')}`];
    },
    /ak_file: is a pipe, not a file\n.*sk_file: is a device, not a file\n$/,
  ],
])('%s: a line that says so, and the exit code', async (_, args, message) => {
  const running = startExporter(['check', ...args(temporaryFolder())]);
  expect(await running.ended).toBe(1);
  expect(running.stderr()).toMatch(message);
});

test.each<[string, (folder: string) => string, RegExp]>([
  ['a pipe', makePipe, /pipe: is a pipe, not a file\n/],
  ['a device', () => '/dev/zero', /zero: is a device, not a file\n/],
])('a web configuration that is %s', async (_, path, message) => {
  const running = startExporter(['demo', `--web.config.file=${path(temporaryFolder())}`]);
  expect(await running.ended).toBe(1);
  expect(running.stderr()).toMatch(message);
});

test.each<[string, string]>([
  ['standard input', 'printf "%s" "$CONFIGURATION" | "$NODE" "$MAIN" check --config.file=/dev/stdin'],
  ['a process substitution', '"$NODE" "$MAIN" check --config.file=<(sleep 0.2; printf "%s" "$CONFIGURATION")'],
  ['a file as standard input', '"$NODE" "$MAIN" check --config.file=/proc/self/fd/0 <<< "$CONFIGURATION"'],
])('the configuration may come from %s', async (_, script) => {
  const environment = { CONFIGURATION: configuration, NODE: process.execPath, MAIN: mainFile };
  const running = start('bash', ['-c', script], environment);
  expect(await running.ended, running.stderr()).toBe(0);
  expect(running.stdout()).toMatch(/1 workspace, no problems\n$/);
});

test('a pipe that is never written does not keep the exporter from ending at a signal', async () => {
  const running = startExporter(['serve', `--config.file=${makePipe(temporaryFolder())}`]);
  await new Promise((resolve) => setTimeout(resolve, 700));
  running.child.kill('SIGTERM');
  await running.ended;
  expect(running.child.signalCode).toBe('SIGTERM');
});

test('a credentials file that becomes a pipe or endless, and a configuration that does: told, and scrapes go on', async () => {
  const { url } = await startSimulator();
  const folder = temporaryFolder();
  const [ak, sk] = ['ak', 'sk'].map((name) => join(folder, name)) as [string, string];
  writeFileSync(ak, defaultAccessKey.ak);
  writeFileSync(sk, defaultAccessKey.sk);
  const environment = {
    ...environmentOf(url),
    SECMASTER_STATE_PATH: ':memory:',
    HUAWEICLOUD_SDK_AK_FILE: ak,
    HUAWEICLOUD_SDK_SK_FILE: sk,
    SECMASTER_POLL_SCHEDULE: '* * * * * *',
  };
  const running = startExporter(['serve', '--web.listen-address=127.0.0.1:0'], environment);
  const port = await portOf(running);
  const get = async (path: string, method = 'GET') => await fetch(`http://127.0.0.1:${port}${path}`, { method });
  const isUp = async () => ((await (await get('/metrics')).text()).includes('secmaster_up{') ? true : undefined);
  await eventually(isUp, 'a poll', running);
  rmSync(ak);
  makePipe(folder, 'ak');
  await eventually(
    () => (running.stderr().includes('ak_file: is a pipe, not a file') ? true : undefined),
    'a word',
    running,
  );
  rmSync(ak);
  symlinkSync('/dev/zero', ak);
  await eventually(() => (running.stderr().includes('ak_file: is a device') ? true : undefined), 'a word', running);
  expect((await get('/-/reload', 'POST')).status).toBe(400);
  expect((await get('/metrics')).status).toBe(200);
  expect(peakMb(running.child.pid)).toBeLessThan(400);
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(0);
  expect(running.stderr().match(/is a pipe, not a file/g)).toHaveLength(1);
});

test('a file on a mount that does not answer: told once, polls and scrapes go on, and a signal still ends it', async () => {
  const { url } = await startSimulator();
  const folder = temporaryFolder();
  const [ak, sk, from] = ['ak', 'sk', 'from'].map((name) => join(folder, name)) as [string, string, string];
  writeFileSync(ak, defaultAccessKey.ak);
  writeFileSync(sk, defaultAccessKey.sk);
  const running = startExporter(['serve', '--web.listen-address=127.0.0.1:0'], {
    ...environmentOf(url),
    SECMASTER_STATE_PATH: ':memory:',
    HUAWEICLOUD_SDK_AK_FILE: ak,
    HUAWEICLOUD_SDK_SK_FILE: sk,
    SECMASTER_POLL_SCHEDULE: '* * * * * *',
    NODE_OPTIONS: `--import=${join(import.meta.dirname, '..', 'support', 'process', 'hung-file.mjs')}`,
    HUNG_FILE: ak,
    HUNG_PIPE: makePipe(folder),
    HUNG_FROM: from,
  });
  const port = await portOf(running);
  const polls = async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return Number(/^secmaster_exporter_polls_total\S* (\d+)/m.exec(text)?.[1] ?? 0);
  };
  await eventually(async () => ((await polls()) > 0 ? true : undefined), 'a poll', running);
  writeFileSync(from, '');
  const isTold = () => (running.stderr().includes('ak_file: was not read within 5s') ? true : undefined);
  await eventually(isTold, 'a word', running);
  const before = await polls();
  await eventually(async () => ((await polls()) > before + 1 ? true : undefined), 'further polls', running);
  expect(running.stderr().match(/was not read within 5s/g)).toHaveLength(1);
  const beganMs = Date.now();
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(0);
  expect(Date.now() - beganMs).toBeLessThan(10_000);
  expect(running.stderr()).toContain('"stopped"');
});
