import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onLinux } from '../support/process/linux.ts';
import {
  eventually,
  mainFile,
  portOf,
  type Running,
  start,
  startExporter,
  temporaryFolder,
} from '../support/process/processes.ts';
import { serve, writeConfig } from '../support/process/served.ts';
import { startSimulator } from '../support/process/simulated.ts';

/** Whether a process has a handler for a signal, by Linux. */
function catches({ child }: Running, signal: number): boolean {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const caught = BigInt(`0x${/^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return ((caught >> BigInt(signal - 1)) & 1n) === 1n;
}

const hangUp = 1;

async function configured() {
  const folder = temporaryFolder();
  return ['--web.listen-address=127.0.0.1:0', `--config.file=${writeConfig(await startSimulator(), folder)}`];
}

onLinux('SIGHUP while the exporter starts does not end it, and reloads once it serves', async () => {
  const running = startExporter(await configured());
  await eventually(() => catches(running, hangUp) || undefined, 'a handler', running);
  expect(running.stderr()).toBe('');
  running.child.kill('SIGHUP');
  await portOf(running);
  await eventually(() => running.stderr().includes('configuration reloaded') || undefined, 'a reload', running);
});

test('many SIGHUPs at once become few reloads', async () => {
  const { running, port } = await serve((await configured()).slice(1));
  const reloads = () => running.stderr().split('configuration reloaded').length - 1;
  for (let n = 0; n < 50; n++) running.child.kill('SIGHUP');
  const posted = Array.from({ length: 200 }, () => fetch(`http://127.0.0.1:${port}/-/reload`, { method: 'POST' }));
  expect(new Set((await Promise.all(posted)).map(({ status }) => status))).toEqual(new Set([200]));
  expect(reloads()).toBeLessThan(50);
});

test('SIGUSR1 opens no debugger, and SIGPIPE ends nothing', async () => {
  const { running, get } = await serve((await configured()).slice(1));
  for (const signal of ['SIGUSR1', 'SIGPIPE'] as const) running.child.kill(signal);
  for (let n = 0; n < 3; n++) expect(await get('/-/healthy')).toContain('healthy');
  expect(running.stderr()).not.toMatch(/debugger/i);
});

describe('SIGTERM and SIGINT', () => {
  onLinux('while the exporter starts end it, without a stack trace', async () => {
    const running = startExporter(await configured());
    await eventually(() => catches(running, hangUp) || undefined, 'a handler', running);
    running.child.kill('SIGTERM');
    // Before it can stop by itself, the signal ends it.
    expect([0, null]).toContain(await running.ended);
    expect(running.stderr()).not.toContain('    at ');
  });

  test('end it at once the second time', async () => {
    const file = join(import.meta.dirname, '..', '..', 'src', 'commands', 'stop-signal.ts');
    const script = `import { stopSignal } from ${JSON.stringify(file)}; setInterval(() => {}, 1000); const stopping = stopSignal(); console.log('ready'); console.log(await stopping);`;
    const running = start(process.execPath, ['--input-type=module', '--eval', script]);
    const says = (word: string) => eventually(() => running.stdout().includes(word) || undefined, word, running);
    await says('ready');
    running.child.kill('SIGTERM');
    await says('SIGTERM');
    running.child.kill('SIGINT');
    expect(await running.ended).toBe(130);
  });
});

test('an older Node.js gets a line that says which one is needed', async () => {
  const old = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } });`;
  const running = start(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(old)}`, mainFile]);
  expect(await running.ended).toBe(1);
  const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'));
  const needed = engines.node.replace('>=', '');
  expect(running.stderr()).toBe(`secmaster-exporter needs Node.js ${needed} or newer; this is ${process.version}\n`);
});
