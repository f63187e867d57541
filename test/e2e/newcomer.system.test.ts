/** Walks through README.md as somebody who has just cloned the project: not root, an older Node.js with its npm, and no other program. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { parseExposition, sampleValue } from '../support/metrics/exposition.ts';
import { attend, eventually, type Running, temporaryFolder } from '../support/process/processes.ts';
import { accessKey, environmentOf, startSimulator } from '../support/process/simulated.ts';
import { programFile, systemParts } from '../tools/system-parts.ts';

const root = join(import.meta.dirname, '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const page = 'http://localhost:19210';

/** What comes with Node.js 20. */
const tools = ['node@20.19.0', 'npm@10.8.2'];

const usual = ['bash', 'curl', 'grep', 'mkfifo'];

/** Nobody's, where the tests run as root. */
const uid = process.getuid?.() === 0 ? 65_534 : null;

/** All of `npm test` takes eight minutes; NEWCOMER_SHARDS=1 runs all of it. */
const shards = Number(process.env.NEWCOMER_SHARDS ?? 8);

interface Newcomer {
  /** Runs what README.md says, in a shell; Ctrl-C and the end of the test reach all of it. */
  types(command: string, environment?: Record<string, string>): Running;
}

/** A fresh clone in a folder of its own, and who sits before it. */
function newcomer(): Newcomer {
  const folder = temporaryFolder();
  const [clone, home, bin, older] = [
    join(folder, 'clone'),
    join(folder, 'home'),
    join(folder, 'bin'),
    join(folder, 'older'),
  ];
  const isCloned = (path: string) => !['.git', 'node_modules', 'dist', 'data', 'coverage'].includes(basename(path));
  cpSync(root, clone, { recursive: true, filter: (path) => path === root || isCloned(path) });
  for (const one of [home, bin, older]) mkdirSync(one);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...tools], { cwd: older });
  for (const name of ['npm', 'npx']) symlinkSync(join(older, 'node_modules', '.bin', name), join(bin, name));
  symlinkSync(join(older, 'node_modules', 'node', 'bin', 'node'), join(bin, 'node'));
  // A usual Linux besides, without its package manager and what the system lane installs.
  const absent = systemParts.system.map(({ program }) => program).filter((name) => !usual.includes(name));
  for (const name of readdirSync('/usr/bin')) {
    if (!absent.includes(name) && !/^(apt|dpkg|node|np[mx]$)/.test(name))
      symlinkSync(join('/usr/bin', name), join(bin, name));
  }
  chmodSync(folder, 0o755);
  if (uid !== null) execFileSync('chown', ['--recursive', '--no-dereference', `${uid}:${uid}`, clone, home]);
  // How this machine reaches packages, and nothing else of its settings.
  const network = Object.entries(process.env).filter(([name]) => /_proxy$|^NODE_EXTRA_CA_CERTS$/i.test(name));
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  const surroundings = { ...Object.fromEntries(network), npm_config_registry: registry, PATH: bin, HOME: home };
  return { types: (command, environment = {}) => typed(command, clone, { ...surroundings, ...environment }) };
}

function typed(command: string, cwd: string, env: NodeJS.ProcessEnv): Running {
  const child = spawn(programFile('sh'), ['-c', command], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== null && { uid, gid: uid }),
  });
  return attend(child, () => interrupt(child.pid, 'SIGKILL'));
}

/** Ctrl-C at a terminal reaches the shell, npm and the program. */
function interrupt(pid: number | undefined, signal: NodeJS.Signals = 'SIGINT'): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}

/** Waits for as long as the program runs, five minutes at most. */
async function shown(is: () => boolean | Promise<boolean>, what: string, running: Running): Promise<void> {
  const find = async () => {
    if (running.child.exitCode !== null) throw new Error(`it has ended: ${running.stdout()}${running.stderr()}`);
    return (await is()) || undefined;
  };
  await eventually(find, what, running, 300_000);
}

/** The blocks of README.md under a heading, in their order. */
function blocks(heading: string): string[] {
  const section = readme.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^```\w*\n(.*?)^```/gms)].map(([, text = '']) => text);
}

const seriesOf = (text: string) => parseExposition(text).map(({ name, labels }) => JSON.stringify([name, labels]));

test('README.md works as it stands for a newcomer', { timeout: 1_800_000 }, async () => {
  await expect(fetch(page), 'something else listens on port 19210, which README.md uses').rejects.toThrow();
  const { types } = newcomer();
  const [tryIt = '', curl = '', example = ''] = blocks('Try it');

  const demo = types(tryIt);
  await shown(() => demo.stdout().includes('Press Ctrl-C to stop.'), 'the demo', demo);
  expect(demo.stdout()).toContain(`status page  ${page}/`);
  const isComplete = async () => {
    const got = types(curl);
    expect(await got.ended).toBe(0);
    const series = new Set(seriesOf(got.stdout()));
    return seriesOf(example).every((one) => series.has(one));
  };
  await shown(isComplete, 'each line that README.md shows', demo);
  expect(await (await fetch(page)).text()).toContain('Malware sample analysis');
  for (const path of ['/runbooks/SecMasterPlaybookFailing', '/docs/counting'])
    expect((await fetch(`${page}${path}`)).status).toBe(200);
  interrupt(demo.child.pid);
  await demo.ended;
  expect(demo.stderr()).not.toMatch(/error|exception/i);
  await expect(fetch(page), 'after Ctrl-C').rejects.toThrow();

  const wrongFlag = types('npm run demo -- --web.listen-adress=:19210');
  expect(await wrongFlag.ended).toBe(2);
  expect(wrongFlag.stderr()).toMatch(/^unknown option '--web\.listen-adress'.*--web\.listen-address/ms);
  const wrongFile = types('npm start -- --config.file=confg.yml');
  expect(await wrongFile.ended).toBe(1);
  expect(wrongFile.stderr()).toMatch(/^.*confg\.yml.*no such file/ms);

  const simulated = await startSimulator({ historyMs: 600_000 });
  const [connect = ''] = blocks('Point it at yours');
  const commands = connect.split('\n').filter((line) => line.startsWith('npm '));
  // Of the variables that README.md exports, those values that are only examples.
  const mine = { ...environmentOf(simulated.url), ...accessKey };
  const exported = [...connect.matchAll(/\b((?:HUAWEICLOUD|SECMASTER)_\w+)=/g)].map(([, name = '']) => name);
  expect(Object.keys(mine)).toEqual(expect.arrayContaining(exported));
  expect(commands).toHaveLength(2);
  const check = types(commands[0] ?? '', mine);
  expect([await check.ended, check.stderr()]).toEqual([0, '']);
  expect(check.stdout()).toMatch(/ \d+ instances can be listed$/m);
  const serving = types(commands[1] ?? '', mine);
  const isUp = async () => {
    const text = await fetch(`${page}/metrics`).then(
      (response) => response.text(),
      () => '',
    );
    return sampleValue(text, 'secmaster_up') === 1;
  };
  await shown(isUp, 'a poll', serving);
  interrupt(serving.child.pid);
  await serving.ended;

  const tested = types(`${blocks('Develop')[0]?.trim().split(' && ').at(-1)} -- --shard=1/${shards}`, {
    NO_COLOR: '1',
  });
  expect(await tested.ended, tested.stdout() + tested.stderr()).toBe(0);
  expect(tested.stdout()).toMatch(/^ +Tests {2}\d+ passed \(\d+\)$/m);
});
