/** Keeps secrets out of logs, whatever object they hide in: an answer of a library, an error with its request. */

/** Of keys in small letters, without - and _. The body of a request is one: IAM's holds the password. */
const secretKey =
  /(token|password|passwd|pwd|passphrase|secret|secretkey|secretaccesskey|privatekey|authorization|cookie)$|^(sk|body)$/;
const secretHeader = /^((proxy-)?authorization|(set-)?cookie|x-[a-z-]*token)$/i;

/** A header's line, a member of JSON, a URL with a password: what comes before the secret, to be kept. */
const secretTexts = [
  /((?:authorization|cookie|x-[a-z-]*token)\s*[:=]\s*["']?)(?:[^\r\n"'\\]|\\.)+/gi,
  /("(?:[\w-]*(?:password|secret|token|authorization|cookie)|sk)"\s*:\s*")(?:[^"\\]|\\.)+/gi,
  /(:\/\/)[^\s/@"']*:[^\s/"']*(?=@)/g,
];

const deepest = 8;

/** A copy with `<secret>` in place of each secret that its key or the text around it gives away. It never throws. */
export function redact(value: unknown, depth = 0, above: readonly object[] = []): unknown {
  if (typeof value === 'string') return redactText(value);
  // One called toJSON would be run.
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
  // Raw headers are a list in which each name stands before its value.
  if (Array.isArray(value))
    return value.map((one, index) => (secretHeader.test(String(value[index - 1])) ? '<secret>' : within(one)));
  return redactEntries(value instanceof Map ? [...value] : Object.entries(value), within);
}

/** With what is no property that `Object.entries` would show. */
function plainError(error: Error): object {
  const { name, message, stack, cause } = error;
  const errors = 'errors' in error ? error.errors : undefined;
  return Object.assign({ type: name, message, stack, cause, errors }, error);
}

function redactEntries(entries: readonly (readonly [unknown, unknown])[], within: (one: unknown) => unknown): object {
  const isSecret = (key: string) => secretKey.test(key.toLowerCase().replaceAll(/[-_]/g, ''));
  return Object.fromEntries(
    entries.map(([key, one]) => [String(key), isSecret(String(key)) ? '<secret>' : within(one)]),
  );
}

/** The same for a text; a line of JSON remains one. */
export function redactText(text: string): string {
  return secretTexts.reduce((rest, pattern) => rest.replaceAll(pattern, '$1<secret>'), text);
}
