import fc from 'fast-check';
import { texts } from './texts.ts';

/** What may be done to a file in YAML: to the value of one of its lines, to its text, or to the file as a whole. */
export type YamlMutation =
  | { readonly kind: 'value'; readonly line: number; readonly value: string }
  | { readonly kind: 'key'; readonly line: number; readonly key: string }
  | { readonly kind: 'insert line'; readonly line: number; readonly text: string }
  | { readonly kind: 'drop line' | 'repeat line' | 'indent with a tab'; readonly line: number }
  | { readonly kind: 'slip'; readonly at: number; readonly cut: number; readonly put: string }
  | { readonly kind: 'file'; readonly how: keyof typeof files; readonly at: number };

/** As somebody types or pastes them. */
const scalars = [
  ...[
    '',
    '~',
    'null',
    'true',
    'yes',
    '-1',
    '0',
    '1',
    '1e308',
    '.inf',
    '.nan',
    '-0',
    '0x7fffffffffffffff',
    '9007199254740993',
  ],
  ...['0s', '1ms', '30s', '5m', '24h', '7d', '1y', '99999999999999999999d', '-5m', '1.5h', '5 m', '1h30m', 'P1D', '١m'],
  ...['*/30 * * * * *', '0 0 0 30 2 *', '* * * * *', '*/90 * * * * *', '1-0 * * * * *', '@daily', '60 * * * * *'],
  ...[
    '"*/1 * * * * 7"',
    '"0-59/0 * * * * *"',
    '"* * * * * * *"',
    '"? L W # * *"',
    '"1,2,,3 * * * * *"',
    '"*/1000000000 * * * * *"',
  ],
  ...['UTC', 'Europe/Berlin', 'Mars/Olympus', '../../etc/localtime', 'GMT+25'],
  ...[
    'http://',
    'http://a b',
    'https://user:pass@host',
    'file:///etc/passwd',
    'https://host/path?q#f',
    'https://[::1',
    '//x',
  ],
  ...['https://xn--', 'https://%00', 'https://host:99999', 'javascript:alert(1)', 'https://ＨＯＳＴ'],
  ...[
    '/dev/null',
    '/dev/zero',
    '/proc/self/environ',
    '/',
    '.',
    '~',
    '~/x',
    '~root/x',
    '/nonexistent/file',
    ':memory:',
    'file:x?mode=memory',
  ],
  ...[
    '"(a+)+$"',
    '"[(a*)*]{2,}"',
    '"("',
    '"(?<x>.)\\\\k<x>"',
    "'^(([a-z])+.)+[A-Z]([a-z])+$'",
    '["(a|a)*b", "(.*)*x"]',
  ],
  ...['[]', '{}', '[[[]]]', '{a: {b: c}}', '[1, "2", null]', '{? [a]: b}', '{__proto__: {x: 1}}', '{constructor: 1}'],
  ...[
    '[1, 1]',
    '[2, 1]',
    '[.nan]',
    '[.inf, 1]',
    '[0]',
    '[-1]',
    '[1e400]',
    `[${Array.from({ length: 300 }, (_, i) => i + 1)}]`,
  ],
  ...[
    '!!binary aGk=',
    '!!timestamp 2026-01-01',
    '!!set {a, b}',
    '!!omap [a: 1]',
    '!!js/function "x"',
    '!<x> y',
    '!!float x',
    '!!int "3"',
  ],
  ...[
    '&a [*a]',
    '*nowhere',
    '&a x',
    '<<',
    '|\n      block',
    '>-\n      folded\n      text',
    '"\\x00"',
    '"\\ud800"',
    "'it''s'",
    '"unclosed',
  ],
  ...[
    '- a',
    'a: b',
    'a: b: c',
    '@x',
    '`x`',
    '%x',
    '# comment',
    '---',
    '...',
    '2026-01-01',
    '0o17',
    '1_000',
    '12:30:45',
  ],
] as const;

const toText = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const bomb = (anchors: number, aliases: number) =>
  [
    'a0: &a0 [x, x]',
    ...Array.from({ length: anchors }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(aliases).fill(`*a${i}`)}]`),
  ].join('\n');

const files = {
  BOM: (bytes) => Buffer.from(`\ufeff${toText(bytes)}`),
  'UTF-16 with BOM': (bytes) => Buffer.from(`\ufeff${toText(bytes)}`, 'utf16le'),
  'UTF-16': (bytes) => Buffer.from(toText(bytes), 'utf16le'),
  'Latin-1': (bytes) => Buffer.from(`# ${'é'}\n${toText(bytes)}`, 'latin1'),
  CRLF: (bytes) => Buffer.from(toText(bytes).replaceAll('\n', '\r\n')),
  CR: (bytes) => Buffer.from(toText(bytes).replaceAll('\n', '\r')),
  tabs: (bytes) => Buffer.from(toText(bytes).replaceAll('  ', '\t')),
  NUL: (bytes, at) =>
    Buffer.concat([bytes.subarray(0, at % bytes.length), Buffer.from([0]), bytes.subarray(at % bytes.length)]),
  cut: (bytes, at) => bytes.subarray(0, at % (bytes.length + 1)),
  empty: () => Buffer.alloc(0),
  blank: () => Buffer.from('\n \n# nothing\n'),
  twice: (bytes) => Buffer.concat([bytes, bytes]),
  'two documents': (bytes) => Buffer.concat([bytes, Buffer.from('\n---\n'), bytes]),
  JSON: () => Buffer.from('{"workspaces": [{"name": "x"}]}'),
  'random bytes': (bytes, at) =>
    Buffer.from(bytes.map((byte, i) => (i % 13 === at % 13 ? (byte * 31 + at) % 256 : byte))),
  'nested lists': () => Buffer.from(`workspaces: ${'['.repeat(20_000)}`),
  'nested lists, closed': () => Buffer.from(`poll: ${'['.repeat(3_000)}${']'.repeat(3_000)}`),
  'nested mappings': () => Buffer.from(`${'{a: '.repeat(3_000)}1${'}'.repeat(3_000)}`),
  'nested blocks': () => Buffer.from(Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')),
  'list in list': () => Buffer.from('- '.repeat(5_000)),
  'long key': (bytes) => Buffer.concat([Buffer.from(`${'k'.repeat(900_000)}: 1\n`), bytes]),
  'long value': (bytes) => Buffer.concat([Buffer.from(`k: ${'v'.repeat(900_000)}\n`), bytes]),
  'too long': (bytes) => Buffer.concat([Buffer.from(`# ${'x'.repeat(1_100_000)}\n`), bytes]),
  'many keys': (bytes) =>
    Buffer.concat([Buffer.from(Array.from({ length: 10_000 }, (_, i) => `k${i}: ${i}\n`).join('')), bytes]),
  'many workspaces': () =>
    Buffer.from(
      `workspaces:\n${Array.from({ length: 5_000 }, (_, i) => `  - { name: w${i % 4_000}, region: eu-west-101 }\n`).join('')}`,
    ),
  'alias bomb': (bytes) => Buffer.concat([Buffer.from(`${bomb(12, 12)}\n`), bytes]),
  'small alias bomb': (bytes) => Buffer.concat([Buffer.from(`${bomb(3, 9)}\n`), bytes]),
  'alias of itself': () => Buffer.from('workspaces: &w [*w]\npoll: &p {lookback: *p}\n'),
  'merge of itself': () => Buffer.from('poll: &p {<<: *p}\nstate: {<<: [*p, *p]}\n'),
} satisfies Record<string, (bytes: Uint8Array, at: number) => Uint8Array>;

const line = fc.nat({ max: 200 });
const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...scalars) },
  { weight: 2, arbitrary: texts.map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: texts },
);
const sign = fc.constantFrom(...' \n\t:-[]{}&*!%@`"\'#,|>?<~.\\\r\u0000\u2028\ud800ä0a');

export const yamlMutations: fc.Arbitrary<YamlMutation> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('value' as const), line, value }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('key' as const),
      line,
      key: fc.oneof(
        fc.constantFrom('__proto__', 'constructor', '<<', '', '~', '? x', 'Poll', 'workspace', '"a b"'),
        texts,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('insert line' as const),
      line,
      text: fc.oneof(
        fc.constantFrom(
          '<<: *it',
          '<<: {sk: x}',
          '<<: [*it, *it]',
          '---',
          '...',
          '%YAML 9.9',
          '\t',
          '- ',
          '? a',
          ': b',
          '# x',
          '"',
        ),
        texts,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('drop line' as const, 'repeat line', 'indent with a tab'), line }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('slip' as const),
      at: fc.nat({ max: 3_000 }),
      cut: fc.nat({ max: 12 }),
      put: fc.string({ unit: sign, maxLength: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('file' as const),
      how: fc.constantFrom(...(Object.keys(files) as (keyof typeof files)[])),
      at: fc.nat(),
    }),
  },
);

const indentOf = (text: string) => /^\s*(?:- )?/.exec(text)?.[0] ?? '';

/** The file's bytes as the mutations make them, one after the other. */
export function mutatedYaml(text: string, mutations: readonly YamlMutation[]): Uint8Array {
  return mutations.reduce<Uint8Array>((bytes, mutation) => {
    if (mutation.kind === 'file') return files[mutation.how](bytes, mutation.at);
    return Buffer.from(mutatedText(Buffer.from(bytes).toString(), mutation));
  }, Buffer.from(text));
}

function mutatedText(text: string, mutation: Exclude<YamlMutation, { kind: 'file' }>): string {
  if (mutation.kind === 'slip') {
    const at = mutation.at % (text.length + 1);
    return text.slice(0, at) + mutation.put + text.slice(at + mutation.cut);
  }
  const lines = text.split('\n');
  const at = mutation.line % lines.length;
  const old = lines[at] ?? '';
  const indent = indentOf(old);
  const [key = '', ...rest] = old.slice(indent.length).split(':');
  const changed: Record<typeof mutation.kind, () => string[]> = {
    value: () => [`${indent}${key}: ${'value' in mutation ? mutation.value : ''}`],
    key: () => [`${indent}${'key' in mutation ? mutation.key : ''}:${rest.join(':')}`],
    'insert line': () => [`${indent.replace('-', ' ')}${'text' in mutation ? mutation.text : ''}`, old],
    'drop line': () => [],
    'repeat line': () => [old, old],
    'indent with a tab': () => [`\t${old}`],
  };
  return lines.toSpliced(at, 1, ...changed[mutation.kind]()).join('\n');
}
