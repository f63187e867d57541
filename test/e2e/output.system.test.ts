import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { onLinux } from '../support/process/linux.ts';
import { eventually, freePort, mainFile, start, temporaryFolder } from '../support/process/processes.ts';
import { writeConfig } from '../support/process/served.ts';
import { accessKey, environmentOf, startSimulator } from '../support/process/simulated.ts';

/** The exporter in a shell, as `secmaster-exporter`. Its exit code is that of the exporter, also in a pipe. */
function shell(script: string, environment: Record<string, string> = {}) {
  const preamble = `secmaster-exporter() { "${process.execPath}" "${mainFile}" "$@"; }; set -o pipefail; `;
  return start('bash', ['-c', preamble + script], environment);
}

const full = 'cannot write the output: no space left on the device\n';

describe('where nobody takes the output, the exit code and at most a line say so', () => {
  onLinux.each<[string, string, number, string]>([
    ['help on a full device', 'secmaster-exporter --help > /dev/full', 1, full],
    ['help for who has left', 'secmaster-exporter --help > >(true); sleep 0.2', 0, ''],
    ['a version for nobody', 'secmaster-exporter --version >&-', 0, ''],
    [
      'help for a file that is only read',
      'secmaster-exporter --help 1< /dev/null',
      1,
      'cannot write the output: EBADF',
    ],
    ['a wrong flag that cannot be told', 'secmaster-exporter --nope 2> /dev/full', 2, ''],
    ['a wrong flag that nobody wants to know', 'secmaster-exporter --nope 2>&-', 2, ''],
  ])('%s', async (_, script, code, message) => {
    const running = shell(script);
    expect(await running.ended).toBe(code);
    expect(running.stderr().startsWith(message)).toBe(true);
    expect(running.stderr().split('\n').length).toBeLessThanOrEqual(2);
  });

  onLinux('an exposition whose first line is enough, on a full device, and with a full log', async () => {
    const { url } = await startSimulator({ historyMs: 600_000 });
    const environment = { ...environmentOf(url), ...accessKey, SECMASTER_STATE_PATH: ':memory:' };
    const once = (redirected: string) => shell(`secmaster-exporter once ${redirected}`, environment);
    const [head, toFull, logFull] = [once('| head -1'), once('> /dev/full'), once('2> /dev/full')];
    const plain = (text: string) => text.split('\n').filter((line) => !line.startsWith('{'));
    expect([await head.ended, head.stdout().split('\n').length, plain(head.stderr())]).toEqual([1, 2, ['']]);
    expect([await toFull.ended, plain(toFull.stderr())]).toEqual([1, [full.trim(), '']]);
    expect([await logFull.ended, logFull.stderr()]).toEqual([0, '']);
    expect(logFull.stdout()).toContain('secmaster_up{workspace="simulated-soc"} 1');
  });
});

onLinux('a reader of the log that stops neither stops scrapes nor keeps the process from ending', async () => {
  const folder = temporaryFolder();
  const pipe = join(folder, 'log');
  execFileSync('mkfifo', [pipe]);
  // Opened for writing too, so that opening waits for nobody; it holds 64 KiB.
  const log = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  writeSync(log, 'x'.repeat(60 * 1024));
  const config = writeConfig(await startSimulator(), folder);
  const address = `127.0.0.1:${await freePort()}`;
  const script = `exec "${process.execPath}" "${mainFile}" --config.file=${config} --web.listen-address=${address} 2> ${pipe}`;
  const running = start('bash', ['-c', script]);
  const ask = (path: string, method = 'GET') =>
    fetch(`http://${address}${path}`, { method, signal: AbortSignal.timeout(5_000) });
  const isServing = async () => ((await ask('/-/healthy').catch(() => null))?.ok === true ? true : undefined);
  await eventually(isServing, 'serving', running);

  // Two lines each.
  for (let n = 0; n < 40; n++) expect((await ask('/-/reload', 'POST')).status).toBe(200);
  expect((await ask('/metrics')).status).toBe(200);
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(0);

  const held = Buffer.alloc(128 * 1024);
  const text = held.subarray(0, readSync(log, held)).toString();
  closeSync(log);
  expect(text.length).toBeGreaterThan(60 * 1024);
  expect(text).not.toContain('"msg":"stopped"');
});
