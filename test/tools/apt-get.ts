import { spawn } from 'node:child_process';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A signal that would end this process ends apt-get instead, so that the caller can put back what it changed. */
export async function aptGet(...args: readonly string[]): Promise<void> {
  await aptGetIn('.', ...args);
}

/** The same in a folder: there it puts what it downloads. */
export async function aptGetIn(folder: string, ...args: readonly string[]): Promise<void> {
  const pass = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  const child = spawn('apt-get', args, {
    cwd: folder,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('error', reject);
  child.once('close', (code, signal) => {
    if (code === 0) resolve();
    else reject(new Error(`apt-get ${args.join(' ')} ended with ${signal ?? code}`));
  });
  await promise.finally(() => {
    for (const signal of signals) process.off(signal, pass);
  });
}
