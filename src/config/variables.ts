import type { Problem } from './problems.ts';

/** Environment variables. An empty one counts as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Without the end of line that secret stores append, or its half that a file of variables with CRLF leaves. */
export function withoutNewlines(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value?.replace(/\r?\n?$/, '')]));
}

/** As a file of variables keeps them that is read by no shell, such as Docker's. */
export function isQuoted(text: string): boolean {
  return /^(["']).*\1$/s.test(text);
}

export const quotedMessage = 'is in quotes, which would be part of the value; remove them';

export function variableProblem(path: string, message: string): Problem {
  return { file: null, line: null, path, message };
}
