import type { Writable } from 'node:stream';

/** What kept the output from being written. */
export interface StdoutProblem {
  /** Absent where the reader has left, as `head` does: it has what it wanted. */
  readonly message?: string;
}

/** Watches the output. @returns what resolves once all of it is written, with the first problem */
export function stdoutProblem(stdout: Writable): () => Promise<StdoutProblem | null> {
  let problem: StdoutProblem | null = null;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    problem ??= error.code === 'EPIPE' ? {} : { message: `cannot write the output: ${inWords(error)}` };
  });
  return async () => {
    await new Promise((resolve) => stdout.write('', resolve));
    return problem;
  };
}

function inWords({ code, message }: NodeJS.ErrnoException): string {
  return code === 'ENOSPC' ? 'no space left on the device' : message;
}
