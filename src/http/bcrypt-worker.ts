import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** Compares passwords with hashes in a separate thread: one comparison takes as long as many scrapes. */
parentPort?.on('message', ({ password, hash }: { password: string; hash: string }) => {
  parentPort?.postMessage(compareSync(password, hash));
});
