import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Too many comparisons are waiting; a later try may succeed. */
export class BusyError extends Error {}

/** Rejects with BusyError, or with the error that ended the thread. */
export type Compare = (password: string, hash: string) => Promise<boolean>;

/** A flood of wrong passwords must not pile up; rejected clients may try again. */
const maxWaiting = 32;

/** Compares one password after another, in a thread that starts with the first and doesn't keep the process alive. */
export function createCompare(): { readonly compare: Compare; close(): Promise<void> } {
  let worker: Worker | null = null;
  let lastId = 0;
  const waiting = new Map<number, PromiseWithResolvers<boolean>>();

  const start = () => {
    const started = new Worker(new URL(`./bcrypt-worker${extname(import.meta.filename)}`, import.meta.url));
    started.unref();
    started.on('message', ({ id, isRight }: { id: number; isRight: boolean }) => {
      waiting.get(id)?.resolve(isRight);
      waiting.delete(id);
    });
    const end = (error: unknown) => {
      if (worker === started) worker = null;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    started.on('error', end);
    started.on('exit', () => end(new Error('the password thread has exited')));
    return started;
  };

  return {
    compare: (password, hash) => {
      if (waiting.size >= maxWaiting) return Promise.reject(new BusyError());
      worker ??= start();
      const id = ++lastId;
      const outcome = Promise.withResolvers<boolean>();
      waiting.set(id, outcome);
      worker.postMessage({ id, password, hash });
      return outcome.promise;
    },
    close: async () => {
      for (const { reject } of waiting.values()) reject(new BusyError());
      waiting.clear();
      await worker?.terminate();
    },
  };
}
