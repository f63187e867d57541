type Form = readonly [name: string, write: (secret: string) => string];

/** The ways in which any secret comes back, each with a name. */
export const textForms: readonly Form[] = [
  ['as it is', (s) => s],
  ['in lower case', (s) => s.toLowerCase()],
  ['in upper case', (s) => s.toUpperCase()],
  ['url-encoded', encodeURIComponent],
  ['url-encoded with lower-case digits', (s) => percent(s).toLowerCase()],
  ['each byte url-encoded', percent],
  ['url-encoded twice', (s) => percent(percent(s))],
  ['url-encoded three times', (s) => encodeURIComponent(percent(percent(s)))],
  ['as a form', (s) => new URLSearchParams({ s }).toString().slice(2)],
  ['in JSON', (s) => JSON.stringify(s).slice(1, -1)],
  ['in JSON in JSON', (s) => JSON.stringify(JSON.stringify(s)).slice(3, -3)],
  ['in Unicode escapes', unicode],
  ['in upper-case Unicode escapes', (s) => unicode(s).toUpperCase().replaceAll('\\U', '\\u')],
  ['in hexadecimal escapes', (s) => bytes(s, (b) => `\\x${hex(b)}`)],
  [
    'in HTML',
    (s) => s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  ],
  ['in HTML entities', (s) => [...s].map((c) => `&#${c.codePointAt(0)};`).join('')],
  ['in hexadecimal HTML entities', (s) => [...s].map((c) => `&#x${c.codePointAt(0)?.toString(16)};`).join('')],
  ['in hexadecimal digits', (s) => Buffer.from(s).toString('hex')],
  ['in upper-case hexadecimal digits', (s) => Buffer.from(s).toString('hex').toUpperCase()],
  ['in base64', (s) => Buffer.from(s).toString('base64')],
  ['in base64 without padding', (s) => Buffer.from(s).toString('base64').replaceAll('=', '')],
  ['in base64 for URLs', (s) => Buffer.from(s).toString('base64url')],
  ['in lower-case base64', (s) => Buffer.from(s).toString('base64').toLowerCase()],
  ...['', 'u', 'us', 'user:'].map(
    (before) =>
      [
        `in base64 of ${before}SECRET and more`,
        (s: string) => Buffer.from(`${before}${s}\nmore`).toString('base64'),
      ] as const,
  ),
  ['in base64 that is url-encoded', (s) => encodeURIComponent(Buffer.from(`?${s}?`).toString('base64'))],
  ['in base64 of base64', (s) => Buffer.from(Buffer.from(s).toString('base64')).toString('base64')],
  ['in base64 of its url-encoded form', (s) => Buffer.from(percent(s)).toString('base64')],
  ['in base64 of lower case', (s) => Buffer.from(s.toLowerCase()).toString('base64')],
  [
    'in base64 in lines of ten',
    (s) =>
      (
        Buffer.from(s)
          .toString('base64')
          .match(/.{1,10}/g) ?? []
      ).join('\n'),
  ],
  [
    'in hexadecimal digits in lines',
    (s) =>
      (
        Buffer.from(s)
          .toString('hex')
          .match(/.{1,10}/g) ?? []
      ).join('\r\n'),
  ],
  ['in octal escapes', (s) => bytes(s, (b) => `\\${b.toString(8).padStart(3, '0')}`)],
  ['with variation selectors in it', (s) => [...s].join('\ufe0f')],
  ['with spaces between', (s) => [...s].join(' ')],
  ['with line breaks in it', (s) => (s.match(/.{1,5}/gs) ?? []).join('\n')],
  ['with what cannot be seen in it', (s) => [...s].join('\u200b')],
];

/** As bytes, or of another encoding of characters. */
const byteForms: readonly Form[] = [
  ['as a list of bytes', (s) => [...Buffer.from(s)].join(', ')],
  ['as bytes with colons', (s) => `"${[...Buffer.from(s)].map(hex).join(':')}"`],
  ['as a list of hexadecimal bytes', (s) => [...Buffer.from(s)].map((b) => `0x${hex(b)}`).join(', ')],
  ['in hexadecimal digits of UTF-16', (s) => Buffer.from(s, 'utf16le').toString('hex')],
  ['in base64 of UTF-16', (s) => `"${Buffer.from(s, 'utf16le').toString('base64')}"`],
];

/** The ways in which a key or a password comes back. */
export const secretForms: readonly Form[] = [...textForms, ...byteForms];

function percent(text: string): string {
  return bytes(text, (byte) => `%${hex(byte).toUpperCase()}`);
}

function unicode(text: string): string {
  return text.replaceAll(/[\s\S]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function bytes(text: string, write: (byte: number) => string): string {
  return [...Buffer.from(text)].map(write).join('');
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
