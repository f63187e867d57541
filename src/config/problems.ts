import { z } from 'zod';
import { nearest } from './nearest.ts';

/** What is wrong with a configuration, and how it is reported. Only this file shows a user's values. */
export interface Problem {
  /** null: the environment. */
  readonly file: string | null;
  readonly line: number | null;
  /** `workspaces[0].region`, or the name of an environment variable; '' for the source as a whole. */
  readonly path: string;
  readonly message: string;
}

export type Path = readonly PropertyKey[];

/** A problem, before its file and line are known. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  /** The path whose line is reported, if it isn't `path`. */
  readonly at?: Path;
}

export const emptyMessage = 'is empty; set a value';

/** `config.yml:12: poll.lookback: "24 hours" is not a valid duration; …` */
export function formatProblem({ file, line, path, message }: Problem): string {
  const place = file !== null && line !== null ? `${file}:${line}` : file;
  return [place, path, message].filter(Boolean).join(': ');
}

export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? shownKey(String(step)) : `${text}.${shownKey(String(step))}`;
  }, '');
}

/** What zod found in a value, in our own words. */
export function findings(error: z.ZodError, schema: z.ZodType, value: unknown): Finding[] {
  const secrets = secretValues(value);
  let shape: unknown;
  return error.issues.flatMap((issue): Finding[] => {
    if (issue.code === 'unrecognized_keys') {
      shape ??= z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
      const keys = keysAt(shape, issue.path);
      return issue.keys.map((key) => unknownKey(keys, issue.path, key));
    }
    const actual = valueAt(value, issue.path);
    const isShown = issue.code === 'custom' && issue.params?.isShown === true && !secrets.has(actual);
    const message = issue.code === 'invalid_type' ? wrongType(issue.expected, actual) : issue.message;
    return [{ path: issue.path, message: isShown ? `${shown(actual)} ${message}` : message }];
  });
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((parent, step) => {
    if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, step)) return undefined;
    return Reflect.get(parent, step);
  }, value);
}

function wrongType(expected: string, actual: unknown): string {
  if (actual === undefined) return 'is missing';
  if (actual === null) return emptyMessage;
  return expected === 'array' ? 'must be a list' : 'must be a mapping (key: value)';
}

function unknownKey(keys: readonly string[], parent: Path, key: string): Finding {
  const meant = nearest(key, keys);
  const advice = meant === null ? `valid keys: ${keys.join(', ')}` : `did you mean ${meant}?`;
  const path = [...parent, key];
  // YAML reads `sk:abc` without a space as a key, so a key in credentials may be a secret.
  if (parent.includes('credentials')) return { path: parent, at: path, message: `has an unknown key; ${advice}` };
  return { path, message: `unknown key; ${advice}` };
}

/** The keys of the mapping at `path` in a JSON schema. */
function keysAt(shape: unknown, path: Path): string[] {
  const steps = path.flatMap((step) => (typeof step === 'number' ? ['items'] : ['properties', step]));
  return Object.keys(valueAt(shape, [...steps, 'properties']) ?? {});
}

/** Only what looks like a key, so that `password:abc` without a space does not show what follows. */
function shownKey(key: string): string {
  const plain = /^[\w-]{0,40}/.exec(key)?.[0] ?? '';
  return plain === key && key !== '' ? key : `${plain}…`;
}

/** A refused value, cut off where it is long. */
export function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'a mapping';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

/** Values of secret fields; a YAML alias can repeat one as the value of any field. */
function secretValues(value: unknown, found = new Set<unknown>(), visited = new Set<unknown>()): Set<unknown> {
  if (typeof value !== 'object' || value === null || visited.has(value)) return found;
  visited.add(value);
  for (const [key, child] of Object.entries(value)) {
    if (/^(sk|security_token|password|key|url)$/.test(key)) found.add(child);
    secretValues(child, found, visited);
  }
  return found;
}
