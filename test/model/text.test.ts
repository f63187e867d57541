import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isId, labelText, maxLabelLength, messageText, suffixed, writableLabel } from '../../src/model/text.ts';

describe('a label', () => {
  test.each([
    ['plain text', 'Isolate host', 'Isolate host'],
    ['letters of any script, and emoji', '关闭 🔥 عميل', '关闭 🔥 عميل'],
    ['line breaks and tabs', 'a\nb\r\tc\u2028d\u0085e', 'a b  c d e'],
    ['NUL and other control characters', 'a\u0000b\u001b[31mc\u007f', 'a\ufffdb\ufffd[31mc\ufffd'],
    ['half a surrogate pair', 'a\ud83d', 'a\ufffd'],
    ['what turns the direction of text', 'a\u202eb\u2066c', 'a\ufffdb\ufffdc'],
    ['what cannot be seen', 'a\u200bb\ufeffc', 'a\ufffdb\ufffdc'],
  ])('is printable: %s', (_, given, expected) => expect(labelText(given)).toBe(expected));

  test('is short, shows that it was longer, and stays apart from one that begins alike', () => {
    const [one, other] = [labelText(`${'x'.repeat(1_000_000)}1`), labelText(`${'x'.repeat(1_000_000)}2`)];
    expect(one).toMatch(/^x{191}…[0-9a-f]{8}$/);
    expect(one).not.toBe(other);
  });

  test('is printable, short and well-formed whatever it is made of, and stays as it is when it is made again', () => {
    const anything = fc.string({ unit: 'binary', maxLength: 400 });
    fc.assert(
      fc.property(anything, (given) => {
        for (const made of [labelText(given), suffixed(labelText(given), 'x'.repeat(130))]) {
          expect(made.length).toBeLessThanOrEqual(maxLabelLength);
          expect(made).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
          expect(labelText(made)).toBe(made);
          expect(writableLabel(made)).toBe(made);
        }
      }),
    );
  });

  test('of an earlier exporter stays apart from a new one that is printed alike', () => {
    const old = ['a\u0000', 'a\ud83d', 'a\u0001', 'a'.repeat(201), 'two\nlines'];
    const written = old.map(writableLabel);
    expect(new Set([...written, ...old.map((one) => labelText(one))]).size).toBe(7);
    expect(written.slice(2)).toEqual(['a\u0001', expect.stringMatching(/^a{191}…[0-9a-f]{8}$/), 'two\nlines']);
    expect(written.join('')).not.toMatch(/\0/);
  });
});

test('a message keeps its lines, and shows that it was longer', () => {
  expect(messageText('one\r\ntwo\u0000\tthree')).toBe('one\ntwo\ufffd three');
  expect(messageText('x'.repeat(10_000))).toBe(`${'x'.repeat(999)}…`);
});

test.each([
  ['a UUID', '8eed56de-7aaf-4732-baaf-46c1bb11dc8f', true],
  ['128 characters', 'x'.repeat(128), true],
  ['quotes and letters of any script', '"名"', true],
  ['129 characters', 'x'.repeat(129), false],
  ['nothing', '', false],
  ['NUL', 'a\u0000', false],
  ['a line break', 'a\nb', false],
  ['half a surrogate pair', 'a\ud83d', false],
])('an id may or may not be %s', (_, id, expected) => expect(isId(id)).toBe(expected));
