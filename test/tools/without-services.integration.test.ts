import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { aptGet } from './apt-get.ts';
import { withoutServices } from './without-services.ts';

let folder: string;
let policy: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policy-'));
  policy = join(folder, 'policy-rc.d');
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true }));
});

const answer = async () => (await once(spawn(policy), 'close'))[0];
const files = () => readdirSync(folder);

test('while it works a service may not start, and afterwards there is no policy if there was none', async () => {
  expect(await withoutServices(answer, policy)).toBe(101);
  expect(files()).toEqual([]);
});

test('the policy of before is back afterwards, with its mode', async () => {
  writeFileSync(policy, '#!/bin/sh\nexit 104\n', { mode: 0o750 });
  const { ino, mode } = statSync(policy);
  expect(await withoutServices(answer, policy)).toBe(101);
  expect(await answer()).toBe(104);
  expect(statSync(policy)).toMatchObject({ ino, mode });
  expect(files()).toEqual(['policy-rc.d']);
});

test('it is back if the work fails, even if it is a link to nowhere', async () => {
  symlinkSync('nowhere', policy);
  await expect(withoutServices(() => Promise.reject(new Error('no network')), policy)).rejects.toThrow('no network');
  expect(files()).toEqual(['policy-rc.d']);
  expect(existsSync(policy)).toBe(false);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('it is back if %s ends the installation', async (signal) => {
  writeFileSync(policy, 'of before');
  const child = installing();
  await once(child.stderr, 'data');
  expect(readFileSync(policy, 'utf8')).toContain('exit 101');
  child.kill(signal);
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(readFileSync(policy, 'utf8')).toBe('of before');
  expect(files().sort()).toEqual(['apt-get', 'policy-rc.d']);
});

test.each(['of before', null])('what a kill has left behind is put back by the next run: %s', async (before) => {
  if (before !== null) writeFileSync(policy, before);
  const child = installing();
  const [pidOfAptGet] = await once(child.stderr, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  process.kill(Number(pidOfAptGet));
  expect(readFileSync(policy, 'utf8')).toContain('exit 101');
  rmSync(join(folder, 'apt-get'));

  await withoutServices(async () => {}, policy);
  expect(files().map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(before === null ? [] : [before]);
});

test('an apt-get that fails, or that is not there, is an error', async () => {
  vi.stubEnv('PATH', folder);
  await expect(aptGet('update')).rejects.toThrow('spawn apt-get ENOENT');
  writeFileSync(join(folder, 'apt-get'), '#!/bin/sh\nexit 100\n', { mode: 0o755 });
  await expect(aptGet('update')).rejects.toThrow('apt-get update ended with 100');
});

/** A process that installs with an apt-get that tells its process id and hangs until a signal. */
function installing() {
  writeFileSync(join(folder, 'apt-get'), '#!/bin/sh\necho $$ >&2\nexec sleep 20\n', { mode: 0o755 });
  const module = (name: string) => JSON.stringify(join(import.meta.dirname, name));
  const script = `
    import { aptGet } from ${module('apt-get.ts')};
    import { withoutServices } from ${module('without-services.ts')};
    await withoutServices(() => aptGet('install'), ${JSON.stringify(policy)});`;
  const path = [folder, process.env.PATH].join(delimiter);
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}
