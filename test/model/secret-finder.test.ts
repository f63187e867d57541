import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSecretFinder, isTelling } from '../../src/model/secret-finder.ts';
import { inForm } from '../support/form.ts';
import { secretForms, textForms } from '../support/secret-forms.ts';

const secretKey = 'Zk3+vB9/qT1xW7mN=pL5sR8uY2dF6gH0jC4eA&"x';
const password = 'Glück, "Welt" & <mehr>\\n %41';
const token = Buffer.from(Array.from({ length: 4_500 }, (_, i) => (i * i * 31 + i * 7) % 251)).toString('base64');

function finderOf(...secrets: string[]) {
  const finder = createSecretFinder();
  for (const secret of secrets) finder.add(secret, '<secret>');
  return finder;
}

const finder = finderOf(secretKey, password, token);

describe.each([
  ['a secret key', secretKey, secretForms],
  ['a password', password, secretForms],
  ['a token of thousands of characters', token, textForms],
])('of %s', (_, secret, forms) => {
  test.each(forms)('nothing is left where it comes %s', (_, write) => {
    const form = write(secret);
    const scrubbed = finder.scrub(`refused: ${form} is wrong`);
    expect(scrubbed).toMatch(/^refused: .*<secret>.* is wrong$/s);
    expect(scrubbed.length).toBeLessThan(80);
  });

  test.each(forms)('a first and a last part of it are found where they come %s', (_, write) => {
    // Whole bytes, whatever becomes of them.
    for (const part of [secret.slice(0, 24), secret.slice(-24)]) {
      const scrubbed = finder.scrub(`refused: ${write(part)} is wrong`);
      // Of base64, the last characters may be left.
      expect(scrubbed).toMatch(/^refused: .{0,12}<secret>.{0,12} is wrong$/s);
    }
  });
});

test('a part of twelve characters from anywhere is found, and of eleven none', () => {
  for (let at = 0; at + 12 <= secretKey.length; at++)
    expect(finder.scrub(`(${secretKey.slice(at, at + 12)})`)).toBe('(<secret>)');
  expect(finder.scrub(`(${secretKey.slice(0, 11)})`)).toBe(`(${secretKey.slice(0, 11)})`);
});

test('a short secret is found as a whole', () => {
  const short = finderOf('hunter2!');
  expect(short.scrub('it is HUNTER2!, or aHVudGVyMiE=, or %68unter2%21')).toBe(
    'it is <secret>, or <secret>=, or <secret>',
  );
  expect(short.scrub('hunter')).toBe('hunter');
});

test('what is no secret stays as it is', () => {
  const text = fc.oneof(fc.string(), fc.uuid(), fc.base64String({ maxLength: 200 }), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(text, (one) => void expect(finder.scrub(one)).toBe(one)),
    { numRuns: inForm(300, 5_000) },
  );
});

test('a key id is shown by its first four characters', () => {
  const keys = createSecretFinder();
  keys.add('HSTAQWERTZUIOP123456', 'HSTA…');
  expect(keys.scrub('ak HSTAQWERTZUIOP123456, hstaqwertzuiop123456 and HSTAQWERTZUIOP')).toBe(
    'ak HSTA…, HSTA… and HSTA…',
  );
});

test('JSON stays JSON', () => {
  const line = JSON.stringify({ a: `x"${secretKey}"`, b: [password], c: `${token}\n` });
  expect(JSON.parse(finder.scrub(line))).toEqual({ a: 'x"<secret>"', b: ['<secret>'], c: '<secret>\n' });
});

test.each([
  ['password', true],
  ['S3CRET', true],
  ['abc', false],
  ['exporter'.slice(0, 7), false],
])('whether %s can be told from other words: %s', (secret, expected) => expect(isTelling(secret)).toBe(expected));

test('ids are told from secrets, and not taken for one by chance', () => {
  const few = finderOf('a1b2c', secretKey);
  expect(few.isFoundIn('8eed56de-7aaf-4732-baaf-46a1b2c1dc8f')).toBe(false);
  expect(few.isFoundIn(`x${secretKey}`)).toBe(true);
});

test('a line is scrubbed fast, beside hundreds of secrets', () => {
  const many = finderOf(...Array.from({ length: 300 }, () => randomBytes(30).toString('base64')), token);
  const line =
    'list_instances: 400 20030009 (the parameter sort_key is wrong): check project_id and workspace_id '.repeat(2);
  for (let i = 0; i < 100; i++) many.scrub(line);
  const began = performance.now();
  for (let i = 0; i < 200; i++) many.scrub(`${line}${i}`);
  expect((performance.now() - began) / 200).toBeLessThan(5);
});
