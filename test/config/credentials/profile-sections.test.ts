import { expect, test } from 'vitest';
import { parseSections } from '../../../src/config/credentials/profile-sections.ts';

const skOf = (line: string) => parseSections(`[other]\nsk = no\n[basic]\n${line}\nak = A\n`).get('basic')?.get('sk');

test.each<[string, string, string]>([
  ['with spaces', 'sk = S', 'S'],
  ['without spaces', 'sk=S', 'S'],
  ['with a colon', 'sk: S', 'S'],
  ['indented, with spaces at its end', '  sk = S  ', 'S'],
  ['of a key in upper case', 'SK = S', 'S'],
  ['with # in it', 'sk = a#b', 'a#b'],
  ['with # after a space', 'sk = a #b', 'a #b'],
  ['that begins with #', 'sk = #b', '#b'],
  ['with ; in it', 'sk = a;b', 'a;b'],
  ['with = in it', 'sk = a=b==', 'a=b=='],
  ['with : in it', 'sk = a:b', 'a:b'],
  ['with a backslash', 'sk = a\\nb\\#', 'a\\nb\\#'],
  ['in quotes', 'sk = "a#b"', 'a#b'],
  ['with a quote', 'sk = a"b', 'a"b'],
  ['with [ in it', 'sk = [a]', '[a]'],
  ['that is given twice: the last', 'sk = a\nsk = b', 'b'],
])('a value %s', (_, line, value) => {
  expect(skOf(line)).toBe(value);
});

test.each<[string, string]>([
  ['a comment', '# sk = S'],
  ['a comment with ;', '; sk = S'],
  ['a key without a value', 'sk'],
])('no value: %s', (_, line) => {
  expect(skOf(line)).toBeUndefined();
});

test.each(['[other] # of somebody else', '[other] ; see [basic]', '[ other', '[]'])(
  '%s begins another section',
  (line) => {
    expect(skOf(`sk = S\n${line}\nsk = T`)).toBe('S');
  },
);

test('names that objects have are sections and keys like any other', () => {
  const sections = parseSections('[__proto__]\nconstructor = 1\r\n[ spaced ]\rsk = S\n[__proto__]\nsk = T\n');
  expect(sections.get('__proto__')).toEqual(
    new Map([
      ['constructor', '1'],
      ['sk', 'T'],
    ]),
  );
  expect(sections.get('spaced')?.get('sk')).toBe('S');
  expect(sections.get('toString')).toBeUndefined();
});
