import fc from 'fast-check';

/** Texts that somebody may send to do harm, or that are only odd. */

const named: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\u0001\u001b[31mred\u0007',
  'line\nbreak',
  'line\r\nbreak',
  'tab\ttab',
  '\u2028\u2029\u0085',
  '\ud800',
  'half \udc00 pair',
  '\u202egnp.exe',
  'مرحبا بالعالم',
  '👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  'Z̸̢̛͝a̵l̴g̷o̵',
  '\ufeffBOM',
  '"',
  '\\',
  '\\n\\"\\\\',
  'a"} 1\nsecmaster_up{workspace="soc"} 0',
  '{}=",',
  '# EOF',
  '\n# EOF\n',
  '# TYPE secmaster_up counter',
  'x"} 1 # {trace="y"} 1',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '&lt;&amp;&#0;',
  "'; DROP TABLE ledger; --",
  '../../../etc/passwd',
  'a/b?c=d&e=f#g',
  '%00%2e%2e%2f',
  '%{jndi:ldap://x}',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'other',
  '(none)',
  'null',
  'undefined',
  'NaN',
  '+Inf',
  'FAILED',
  'failed',
  'FINISHED ',
  'TIMER',
];

const long: fc.Arbitrary<string> = fc
  .record({
    unit: fc.constantFrom('x', 'é', '漢', '🔥', '\ud800', '"', '\\', '\n', '\0', '<', 'a b '),
    length: fc.constantFrom(100, 127, 128, 129, 199, 200, 201, 1_000, 65_536),
  })
  .map(({ unit, length }) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length));

const huge = fc.constantFrom('x', '"', '🔥').map((unit) => unit.repeat(1_048_576 / unit.length));

const seconds = ['1970-01-01T00:00:00', '0000-00-00T00:00:00', '1601-01-01T00:00:00', '2026-07-18T11:59:59'].concat(
  '2026-02-30T25:61:61',
  '9999-12-31T23:59:59',
  '+275760-09-13T00:00:00',
);
const ends = ['', 'Z', '.000Z', '.999999999Z', 'Z+0800', '.123Z+0800', '+08:00', '-23:59', 'Z-9999', ' UTC', '\0'];

export const times: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(fc.constantFrom(...seconds), fc.constantFrom(...ends)).map(([time, end]) => time + end),
  fc.constantFrom(
    '2026-07-18',
    '2026-07-18 12:00:00',
    '1784376000',
    '1784376000000',
    'now',
    '12:00',
    'Sat, 18 Jul 2026',
  ),
);

export const texts: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...named) },
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 4, arbitrary: long },
  { weight: 2, arbitrary: times },
  { weight: 1, arbitrary: fc.constantFrom('0', '-1', '3', '3.0', '1e3', '9007199254740993', '0x10', '٣') },
);
export const textsAndHugeOnes = fc.oneof({ weight: 60, arbitrary: texts }, { weight: 1, arbitrary: huge });

/** Also what JSON can write and a double can't hold. */
export const numbers: fc.Arbitrary<number> = fc.constantFrom(
  ...[0, -0, 1, -1, 2, 0.5, -0.5, 3.0000001, 99, 100, 101, 10_000, 2 ** 31 - 1, 2 ** 31, 2 ** 32],
  ...[2 ** 53 - 2, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, -(2 ** 53), 2 ** 63, 1e21, 1e308, -1e308, 5e-324],
);
