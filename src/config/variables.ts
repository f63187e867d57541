import type { Problem } from './problems.ts';

/** Environment variables. An empty one counts as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

export function variableProblem(path: string, message: string): Problem {
  return { file: null, line: null, path, message };
}
