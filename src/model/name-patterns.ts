import { remembering } from './remembering.ts';

/** Regular expressions on the names of playbooks, as Prometheus anchors them. */

export interface NamePatterns {
  /** A name must match one of them; none: every name may stay. */
  readonly include: readonly string[];
  /** A name that matches one of these is excluded in any case. */
  readonly exclude: readonly string[];
}

/** Names whose verdict is remembered. */
const maxRemembered = 10_000;

/** The whole name must match. Like RE2, it takes `(?i)` at the beginning. @throws {SyntaxError} */
export function compilePattern(pattern: string): RegExp {
  const body = pattern.replace(/^\(\?i\)/, '');
  const flags = body === pattern ? 'su' : 'sui';
  // By itself first: `a)|(b` must not become valid inside the group.
  new RegExp(body, flags);
  return new RegExp(`^(?:${body})$`, flags);
}

/** Whether the patterns exclude a name; null: there are none. */
export function excludedBy({ include, exclude }: NamePatterns): ((name: string) => boolean) | null {
  if (include.length === 0 && exclude.length === 0) return null;
  const included = include.map(compilePattern);
  const excluded = exclude.map(compilePattern);
  const matches = (patterns: readonly RegExp[], name: string) => patterns.some((pattern) => pattern.test(name));
  return remembering(
    maxRemembered,
    (name: string) => matches(excluded, name) || (included.length > 0 && !matches(included, name)),
  );
}
