import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lengthen, type ShortText, shorten, shortenedInSql } from '../../../src/ledger/sqlite/short-texts.ts';
import { LedgerError } from '../../../src/ledger/store.ts';

const uuid = '3e966553-f53d-3d87-835e-7697e353876a';

test.each<[string, string, ShortText]>([
  ['a UUID is its 16 bytes', uuid, Buffer.from('3e966553f53d3d87835e7697e353876a', 'hex')],
  ['a UUID in upper case is itself', uuid.toUpperCase(), uuid.toUpperCase()],
  ['a UUID without hyphens is itself', uuid.replaceAll('-', ''), uuid.replaceAll('-', '')],
  ['a UUID with something around it is itself', `${uuid}\n`, `${uuid}\n`],
  ['a usual text is its number', 'FINISHED', 0n],
  ['what is counted of most runs is a number', '[["FINISHED",1]]', 1n],
  ['a text that is a number is itself', '0', '0'],
  ['no text is itself', '', ''],
])('%s', (_, text, short) => {
  expect(shorten(text)).toEqual(short);
  expect(lengthen(short)).toBe(text);
  expect(shortInSql(text)).toEqual(typeof short === 'bigint' ? Number(short) : short);
});

/** As a migration writes it. */
function shortInSql(text: string): unknown {
  using db = new DatabaseSync(':memory:');
  const short = db.prepare(`SELECT ${shortenedInSql('given')} AS short FROM (SELECT ? AS given)`).get(text)?.short;
  return short instanceof Uint8Array ? Buffer.from(short) : short;
}

test('the numbers of usual texts stay as they are, for they stand in ledgers', () => {
  expect(Array.from({ length: 11 }, (_, number) => lengthen(number))).toEqual([
    'FINISHED',
    '[["FINISHED",1]]',
    'FAILED',
    '[["FAILED",1]]',
    'TERMINATED',
    '[["TERMINATED",1]]',
    '[]',
    'RUNNING',
    'RETRYING',
    'TERMINATING',
    'CREATED',
  ]);
});

test('every text comes back as it was', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.uuid(),
    fc.uuid().map((id) => id.toUpperCase()),
  );
  fc.assert(fc.property(text, (one) => void expect(lengthen(shorten(one))).toBe(one)));
});

test.each<[string, ShortText]>([
  ['a number that stands for no text', 11],
  ['a number below 0', -1],
  ['a part of a number', 0.5],
  ['bytes that are no UUID', Buffer.alloc(15)],
])('%s is damage', (_, short) => {
  expect(() => lengthen(short)).toThrow(LedgerError);
  expect(() => lengthen(short)).toThrow(/^the ledger is damaged: no exporter writes .*; restore it from a backup/);
});
