import { Worker } from 'node:worker_threads';

/** Tells of a case that hangs while this thread can't, and then ends the process. */
export interface Watch extends Disposable {
  /** What to tell of the case, with what runs it again. */
  begin(what: string): void;
  end(): void;
}

/** How much longer a case may hang before the process ends. */
const graceMs = 25_000;

export function createWatch(maxMs: number): Watch {
  const worker = new Worker(source, { eval: true, workerData: { maxMs, graceMs } });
  worker.unref();
  return {
    begin: (what) => worker.postMessage(what),
    end: () => worker.postMessage(null),
    [Symbol.dispose]: () => void worker.terminate(),
  };
}

/** As text, for a worker of vitest's could not load TypeScript by itself. */
const source = `
const { parentPort, workerData: { maxMs, graceMs } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
let current = null;
parentPort.on('message', (what) => {
  current = what === null ? null : { what, sinceMs: Date.now(), isTold: false };
});
setInterval(() => {
  if (current === null) return;
  const ms = Date.now() - current.sinceMs;
  if (ms > maxMs && !current.isTold) {
    current.isTold = true;
    writeSync(2, '\\nhangs: ' + current.what + '\\n');
  }
  if (ms > maxMs + graceMs) process.kill(process.pid, 'SIGKILL');
}, 250);
`;
