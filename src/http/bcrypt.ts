import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createShares, type Limits } from './shares.ts';

/** Too many comparisons are waiting; a later try may succeed. */
export class BusyError extends Error {}

/**
 * Rejects with BusyError, or with the error that ended the thread.
 *
 * @param client who asks: each client has its turn
 */
export type Compare = (password: string, hash: string, client: string) => Promise<boolean>;

/** More than a hundred guesses at once from the right user's own address leave room for it. The total bounds memory. */
export const passwordLimits: Limits = { total: 512, byClient: 128 };

interface Comparison extends PromiseWithResolvers<boolean> {
  readonly password: string;
  readonly hash: string;
}

export type Thread = Pick<Worker, 'on' | 'postMessage' | 'terminate'>;

function bcryptThread(): Thread {
  const worker = new Worker(new URL(`./bcrypt-worker${extname(import.meta.filename)}`, import.meta.url));
  worker.unref();
  return worker;
}

/**
 * Compares one password after another, in a thread that starts with the first and doesn't keep the process alive. Clients take turns,
 * so guesses of one don't delay another; of one client's the newest is first, since whoever has waited for long has often given up.
 */
export function createCompare(
  limits = passwordLimits,
  startThread: () => Thread = bcryptThread,
): { readonly compare: Compare; close(): Promise<void> } {
  const waiting = createShares<Comparison>(limits);
  let worker: Thread | null = null;
  let running: Comparison | null = null;

  const start = () => {
    const started = startThread();
    started.on('message', (isRight: boolean) => {
      running?.resolve(isRight);
      running = null;
      next();
    });
    const end = (error: unknown) => {
      if (worker !== started) return;
      worker = null;
      running?.reject(error);
      running = null;
      next();
    };
    started.on('error', end);
    started.on('exit', () => end(new Error('the password thread has exited')));
    return started;
  };

  function next(): void {
    if (running !== null) return;
    running = waiting.take();
    if (running === null) return;
    try {
      worker ??= start();
      worker.postMessage({ password: running.password, hash: running.hash });
    } catch (error) {
      // Such as no thread being left; the next comparison may get one.
      running.reject(error);
      running = null;
      next();
    }
  }

  return {
    compare: (password, hash, client) => {
      const comparison = { ...Promise.withResolvers<boolean>(), password, hash };
      waiting.add(client, comparison)?.reject(new BusyError());
      next();
      return comparison.promise;
    },
    close: async () => {
      for (let one = waiting.take(); one !== null; one = waiting.take()) one.reject(new BusyError());
      running?.reject(new BusyError());
      running = null;
      await worker?.terminate();
    },
  };
}
