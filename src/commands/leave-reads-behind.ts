import { files } from '../config/bounded-reader.ts';

const graceMs = 200;

/**
 * Ends the process if a read of a file doesn't end, for example on a network mount that doesn't answer. Node.js waits for such a read
 * before it exits, whatever is called; replaced by another program, the process ends with the same exit code.
 */
export async function leaveReadsBehind(): Promise<void> {
  if (await files.settles(graceMs)) return;
  process.execve?.(process.execPath, [process.execPath, '-e', `process.exit(${Number(process.exitCode ?? 0)})`], {});
}
