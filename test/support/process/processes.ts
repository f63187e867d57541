import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** A program that a test has started; it is killed with the test, if it hasn't ended before. */
export interface Running {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** The exit code once the process has ended. */
  readonly ended: Promise<number | null>;
}

const root = join(import.meta.dirname, '..', '..', '..');
export const mainFile = join(root, 'src', 'main.ts');

/** Halves what a start of the exporter costs. */
const cache = join(root, 'node_modules', '.cache', 'node-compile');

/** Of the surroundings only what a program needs to start: no variable of this machine configures it. */
export function start(command: string, args: readonly string[], environment: Record<string, string> = {}): Running {
  const child = spawn(command, args, {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NODE_COMPILE_CACHE: cache, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return attend(child);
}

/** What a program prints and how it ends, from its start on. @param kill ends it with the test */
export function attend(
  child: ChildProcessByStdio<null, Readable, Readable>,
  kill: () => unknown = () => child.kill('SIGKILL'),
): Running {
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    kill();
    await ended;
  });
  return { child, stdout: () => output.stdout, stderr: () => output.stderr, ended };
}

export function startExporter(args: readonly string[], environment: Record<string, string> = {}): Running {
  return start(process.execPath, [mainFile, ...args], environment);
}

/** What `find` finds, as soon as it does; where it hasn't within the time, an error with what the process printed. */
export async function eventually<T>(
  find: () => T | undefined | Promise<T | undefined>,
  what: string,
  running?: Running,
  withinMs = 45_000,
): Promise<T> {
  const untilMs = Date.now() + withinMs;
  while (Date.now() < untilMs) {
    const found = await find();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error(`${what} did not happen in ${withinMs / 1000} s\n${running?.stdout()}\n${running?.stderr()}`);
}

/** The port on which an exporter says that it serves: in the log, or in the banner of a demo. */
export function portOf(running: Running): Promise<number> {
  const find = () => {
    const said = /"port":(\d+)/.exec(running.stderr()) ?? /localhost:(\d+)/.exec(running.stdout());
    return Number(said?.[1] ?? Number.NaN) || undefined;
  };
  return eventually(find, 'listening', running);
}

/** A port that nothing listens on yet, for a program that can't take one by itself. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'secmaster-exporter-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** When the ledger's only workspace was created. */
export function ledgerCreatedMs(path: string): number {
  using db = openLedgerCopy(path);
  return Number(db.prepare('SELECT created_at_ms FROM ledger').get()?.created_at_ms);
}

/** The id of the playbook by each label that it has, or has had under another name. */
export function ledgerLabels(path: string): Map<string, string> {
  using db = openLedgerCopy(path);
  const rows = db.prepare('SELECT label, playbook_id FROM playbook').all();
  return new Map(rows.map(({ label, playbook_id }) => [String(label), String(playbook_id)]));
}

/** A copy: the file itself belongs to the exporter. */
function openLedgerCopy(path: string): DatabaseSync {
  const copy = join(temporaryFolder(), 'copy.db');
  for (const end of ['', '-wal']) cpSync(path + end, copy + end);
  return new DatabaseSync(copy);
}
