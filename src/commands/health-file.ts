import { rm, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import type { Logger } from '../log.ts';

const everyMs = 10_000;

/**
 * While the exporter serves, keeps a file that says when it last did, in seconds since the machine started. The image's health check reads
 * it, so it needs no port and no password. @returns ends that
 */
export function keepHealthFile(path: string, log: Logger): () => Promise<void> {
  let isTold = false;
  let writing = write();

  async function write(): Promise<void> {
    try {
      await writeFile(path, `${Math.floor(uptime())}\n`, { mode: 0o600 });
      isTold = false;
    } catch (err) {
      if (!isTold) log.warn({ err, path }, 'health file not written; health checks that read it fail');
      isTold = true;
    }
  }

  const timer = setInterval(() => {
    writing = writing.then(write);
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await writing;
    await rm(path, { force: true }).catch(() => {});
  };
}
