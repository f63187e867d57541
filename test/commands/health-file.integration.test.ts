import { spawnSync } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { keepHealthFile } from '../../src/commands/health-file.ts';
import { eventually, temporaryFolder } from '../support/process/processes.ts';

const script = join(import.meta.dirname, '..', '..', 'deploy', 'healthcheck.sh');

/** The exit code of the image's health check. */
const check = (file: string) => spawnSync('sh', [script], { env: { EXPORTER_HEALTH_FILE: file } }).status;

function setUp(file = join(temporaryFolder(), 'health')) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const lines: { level: number; msg: string }[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { file, lines, stop: keepHealthFile(file, log) };
}

test('the health check succeeds while the file is kept, and fails before and after', async () => {
  const { file, stop } = setUp();
  await eventually(() => existsSync(file) || undefined, 'a health file');
  expect(check(file)).toBe(0);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await stop();
  expect(check(file)).toBe(1);
});

test('the file is renewed', async () => {
  const { file, stop } = setUp();
  await eventually(() => existsSync(file) || undefined, 'a health file');
  writeFileSync(file, '0\n');
  vi.advanceTimersByTime(10_000);
  await eventually(() => check(file) === 0 || undefined, 'a new health file');
  await stop();
});

test.each([
  ['an old file', `${Math.floor(uptime()) - 61}\n`],
  ['an empty file', ''],
  ['a file that is something else', 'x $(exit 0)\n'],
])('the health check fails with %s', (_, content) => {
  const file = join(temporaryFolder(), 'health');
  writeFileSync(file, content);
  expect(check(file)).toBe(1);
});

test('a file that cannot be written is told once, and harms nothing', async () => {
  const { lines, stop } = setUp(join(temporaryFolder(), 'missing', 'health'));
  for (let i = 0; i < 3; i++) vi.advanceTimersByTime(10_000);
  await stop();
  expect(lines).toMatchObject([{ level: 40, msg: 'health file not written; health checks that read it fail' }]);
});
