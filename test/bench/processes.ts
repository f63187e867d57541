import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Processes of the bench, and calls between them and the one that measures: each has its own event loop and its own CPU time. */

type Functions = Record<string, (argument: never) => unknown>;

/** What a process offers, as its parent sees it. */
export interface Process<F extends Functions> extends AsyncDisposable {
  readonly child: ChildProcess;
  call<K extends keyof F & string>(name: K, argument: Parameters<F[K]>[0]): Promise<Awaited<ReturnType<F[K]>>>;
  /** What it has written, both streams together. */
  output(): string;
}

const root = join(import.meta.dirname, '..', '..');

/**
 * Starts a program of this project in a process of its own.
 *
 * @param file absolute, or relative to the project
 */
export function start<F extends Functions>(
  file: string,
  args: readonly string[] = [],
  { environment = {}, execArgv = [] }: { environment?: Record<string, string>; execArgv?: string[] } = {},
): Process<F> {
  const child = fork(resolve(root, file), args, {
    execArgv,
    silent: true,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'exit');
  const fail = () => new Error(`${file} has ended\n${output}`);
  let calls = 0;
  return {
    child,
    output: () => output,
    call(name, argument) {
      const id = ++calls;
      const { promise, resolve, reject } = Promise.withResolvers<never>();
      const onMessage = (message: { id: number; result?: never; error?: string }) => {
        if (message.id !== id) return;
        child.off('message', onMessage);
        if (message.error === undefined) resolve(message.result as never);
        else reject(new Error(message.error));
      };
      child.on('message', onMessage);
      void ended.then(() => reject(fail()));
      if (!child.connected) reject(fail());
      else child.send({ id, name, argument });
      return promise;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** In a process that was started: answers its parent's calls, and ends with it. */
export function answer(functions: Functions): void {
  process.on('message', async ({ id, name, argument }: { id: number; name: string; argument: never }) => {
    try {
      process.send?.({ id, result: await functions[name]?.(argument) });
    } catch (error) {
      process.send?.({ id, error: (error as Error).stack });
    }
  });
  // In good order, so that a profile is written.
  process.on('SIGTERM', () => process.exit());
  process.on('disconnect', () => process.exit());
}

/** The exporter itself, as a user starts it; the port on which it serves. @param file its main file */
export async function startExporter(
  args: readonly string[],
  environment: Record<string, string>,
  file = 'src/main.ts',
): Promise<{ readonly exporter: Process<Record<string, never>>; readonly port: number }> {
  const exporter = start<Record<string, never>>(file, args, { environment });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  exporter.child.once('exit', () => reject(new Error(`the exporter has ended\n${exporter.output()}`)));
  exporter.child.stderr?.on('data', () => {
    const port = Number(/"port":(\d+)/.exec(exporter.output())?.[1]);
    if (port > 0) resolve(port);
  });
  return { exporter, port: await promise };
}

export interface Folder extends Disposable {
  readonly path: string;
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'secmaster-exporter-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
