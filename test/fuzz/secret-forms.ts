/** The forms in which somebody who knows a secret may write it, so that whoever reads them knows it too. */

export interface SecretForm {
  readonly name: string;
  readonly text: string;
  /** What of the text comes from the secret alone. */
  readonly needle: string;
  /** Characters of the secret in it. */
  readonly length: number;
}

type Encode = (part: string) => string | { readonly text: string; readonly needle: string };

const bytes = (text: string) => [...Buffer.from(text)];
const each = (text: string, write: (code: number) => string) =>
  Array.from(text, (_, i) => write(text.charCodeAt(i))).join('');
const hex = (code: number, digits = 2) => code.toString(16).padStart(digits, '0');
const percent = (text: string) =>
  bytes(text)
    .map((byte) => `%${hex(byte)}`)
    .join('');
const json = (text: string) => JSON.stringify(text).slice(1, -1);

/** Behind so many other bytes, of which a user name may be made, the same secret has other signs. */
function base64(before: number, variant: 'standard' | 'unpadded' | 'url'): Encode {
  return (part) => {
    const all = Buffer.from('a:'.slice(0, before) + part);
    const padded = variant === 'url' ? all.toString('base64url') : all.toString('base64');
    const text = variant === 'standard' ? padded : padded.replace(/=+$/, '');
    const whole = Math.floor((all.length * 8) / 6);
    return { text, needle: text.slice(Math.ceil((before * 8) / 6), whole) };
  };
}

const encodings: Readonly<Record<string, Encode>> = {
  plain: (part) => part,
  'lower case': (part) => part.toLowerCase(),
  'upper case': (part) => part.toUpperCase(),
  'url-encoded': (part) => encodeURIComponent(part),
  'url-encoded, lower case': (part) => encodeURIComponent(part).replaceAll(/%../g, (one) => one.toLowerCase()),
  'url-encoded twice': (part) => encodeURIComponent(encodeURIComponent(part)),
  'url-encoded as a form': (part) => new URLSearchParams({ a: part }).toString().slice(2),
  'each byte url-encoded': (part) => percent(part),
  'each byte url-encoded, upper case': (part) => percent(part).toUpperCase(),
  'each byte url-encoded twice': (part) => encodeURIComponent(percent(part)),
  hex: (part) => Buffer.from(part).toString('hex'),
  'hex, upper case': (part) => Buffer.from(part).toString('hex').toUpperCase(),
  'hex with \\x': (part) =>
    bytes(part)
      .map((byte) => `\\x${hex(byte)}`)
      .join(''),
  ...Object.fromEntries(
    [0, 1, 2].flatMap((before) =>
      (['standard', 'unpadded', 'url'] as const).map((variant) => [
        `base64 ${variant} behind ${before}`,
        base64(before, variant),
      ]),
    ),
  ),
  JSON: json,
  'JSON twice': (part) => json(json(part)),
  '\\u': (part) => each(part, (code) => `\\u${hex(code, 4)}`),
  '\\u, upper case': (part) => each(part, (code) => `\\u${hex(code, 4).toUpperCase()}`),
  'HTML, named': (part) =>
    part.replaceAll(/[&<>"']/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one] ?? '&#39;'),
  'HTML, decimal': (part) => each(part, (code) => `&#${code};`),
  'HTML, hexadecimal': (part) => each(part, (code) => `&#x${hex(code)};`),
  'HTML, hexadecimal, upper case': (part) => each(part, (code) => `&#X${hex(code).toUpperCase()};`),
};

/** As much as nobody guesses. */
const telling = 12;

const parts: Readonly<Record<string, (secret: string) => string>> = {
  whole: (secret) => secret,
  'the first 12': (secret) => secret.slice(0, telling),
  'the first 16': (secret) => secret.slice(0, 16),
  'all but the last': (secret) => secret.slice(0, -1),
  'the last 12': (secret) => secret.slice(-telling),
  'all but the first': (secret) => secret.slice(1),
  'the middle': (secret) => secret.slice(2, -2),
};

/** More than 200 of them. */
export function formsOf(secret: string): SecretForm[] {
  return Object.entries(parts).flatMap(([which, take]) =>
    Object.entries(encodings).map(([how, encode]): SecretForm => {
      const part = take(secret);
      const made = encode(part);
      const { text, needle } = typeof made === 'string' ? { text: made, needle: made } : made;
      return { name: `${which}, ${how}`, text, needle, length: part.length };
    }),
  );
}

/** Finds the forms in a text, and so much of one as comes from 12 characters of the secret: by name, with what stands around it. */
export function createLeakFinder(forms: readonly SecretForm[]): (output: string) => Map<string, string> {
  const windows = new Map<string, { readonly text: string; readonly name: string }[]>();
  for (const { name, needle, length } of forms) {
    const size = Math.min(needle.length, Math.max(telling, Math.ceil((needle.length * telling) / length)));
    for (let at = 0; at + size <= needle.length; at++) {
      const text = needle.slice(at, at + size);
      const alike = windows.get(text.slice(0, telling)) ?? [];
      if (!alike.some((one) => text.startsWith(one.text))) alike.push({ text, name });
      windows.set(text.slice(0, telling), alike);
    }
  }
  return (output) => {
    const found = new Map<string, string>();
    for (let at = 0; at + telling <= output.length; at++)
      for (const { text, name } of windows.get(output.slice(at, at + telling)) ?? [])
        if (output.startsWith(text, at))
          found.set(name, `…${output.slice(Math.max(0, at - 60), at + text.length + 20)}…`);
    return found;
  };
}
