/** Keeps secrets out of logs, whatever object they hide in: an answer of a library, an error with its request. */

const secretKey =
  /^(authorization|proxy-authorization|cookie|set-cookie|x-(auth|security|subject|metadata)-token|.*(password|secret|passphrase|private_?key)|sk|(access|security|auth|session)?_?token)$/i;
const deepest = 8;

/** A copy with `<secret>` in place of what stands under a key that names one. */
export function redact(value: unknown, depth = 0, above: readonly object[] = []): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest || above.includes(value)) return '[…]';
  const next = [...above, value];
  // Such as a Secret or a Date, which say themselves what may be seen of them.
  if ('toJSON' in value && typeof value.toJSON === 'function') return value;
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return { type: name, message, stack, ...(redact({ cause, ...value }, depth + 1, next) as object) };
  }
  if (Array.isArray(value)) return value.map((one) => redact(one, depth + 1, next));
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, one]) => [String(key), secretKey.test(String(key)) ? '<secret>' : redact(one, depth + 1, next)]),
  );
}
