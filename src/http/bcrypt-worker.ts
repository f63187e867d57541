import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** Compares passwords with hashes in a separate thread: one comparison takes as long as many scrapes. */
parentPort?.on('message', ({ id, password, hash }: { id: number; password: string; hash: string }) => {
  parentPort?.postMessage({ id, isRight: compareSync(password, hash) });
});
