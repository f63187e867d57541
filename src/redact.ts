import { scrub } from './model/known-secrets.ts';

/** Removes secrets from anything that is logged, such as a library's response, or an error with its request. */

/** Matches keys in lower case, without - and _. A request body is a secret: IAM's holds the password. */
const secretKey =
  /(token|password|passwd|pwd|passphrase|secret|secretkey|secretaccesskey|privatekey|authorization|cookie)$|^(sk|body)$/;
const secretHeader = /^((proxy-)?authorization|(set-)?cookie|x-[a-z-]*token)$/i;

/** Header lines, JSON members and URLs with a password; the group is the part to keep. */
const secretTexts = [
  /((?:authorization|cookie|x-[a-z-]{0,60}token)\s*[:=]\s*["']?)(?:[^\r\n"'\\]|\\.)+/gi,
  /("(?:[\w-]*(?:password|secret|token|authorization|cookie)|sk)"\s*:\s*")(?:[^"\\]|\\.)+/gi,
  /(:\/\/)[^\s/:@"']*:[^\s/"']*(?=@)/g,
];

const deepest = 8;

/** A copy with `<secret>` instead of each secret that its key or the surrounding text reveals. It never throws. */
export function redact(value: unknown, depth = 0, above: readonly object[] = []): unknown {
  if (typeof value === 'string') return redactText(value);
  // A function named toJSON would be called.
  if (typeof value === 'function') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest || above.includes(value)) return '[…]';
  const within = (one: unknown) => redact(one, depth + 1, [...above, value]);
  try {
    return redactObject(value, within);
  } catch {
    return '[unreadable]';
  }
}

function redactObject(value: object, within: (one: unknown) => unknown): unknown {
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Error) return redactEntries(Object.entries(plainError(value)), within);
  // Such as a Secret, a Date or a URL.
  if ('toJSON' in value && typeof value.toJSON === 'function') return within(value.toJSON());
  // Raw headers are a list of names, each followed by its value.
  if (Array.isArray(value))
    return value.map((one, index) => (secretHeader.test(String(value[index - 1])) ? '<secret>' : within(one)));
  return redactEntries(value instanceof Map ? [...value] : Object.entries(value), within);
}

/** Includes the properties that `Object.entries` misses. */
function plainError(error: Error): object {
  const { name, message, stack, cause } = error;
  const errors = 'errors' in error ? error.errors : undefined;
  return { type: name, stack, cause, errors, ...error, message };
}

function redactEntries(entries: readonly (readonly [unknown, unknown])[], within: (one: unknown) => unknown): object {
  const isSecret = (key: string) => secretKey.test(key.toLowerCase().replaceAll(/[-_]/g, ''));
  return Object.fromEntries(
    entries.map(([key, one]) => [String(key), isSecret(String(key)) ? '<secret>' : within(one)]),
  );
}

/** The same for text, which may hold known secrets in any form; a line of JSON stays valid JSON. */
export function redactText(text: string): string {
  return scrub(secretTexts.reduce((rest, pattern) => rest.replaceAll(pattern, '$1<secret>'), text));
}
