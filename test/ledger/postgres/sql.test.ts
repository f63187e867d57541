import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromText, given, list, raw, runAsOne, type Sql, sql, toText } from '../../../src/ledger/postgres/sql.ts';

/** What the server would be sent. */
async function sent(work: (queries: Parameters<Sql['run']>[0]) => Promise<unknown>) {
  const all: (readonly [string, ...unknown[]])[] = [];
  await work({
    async rows(text, ...values) {
      all.push([text.replace(/\s+/g, ' '), ...values]);
      return [];
    },
  });
  return all;
}

test.each<[string, Sql, [string, ...unknown[]]]>([
  ['has no parameters without values', sql`SELECT 1`, ['SELECT 1']],
  ['has a parameter for each value', sql`SELECT ${1}, ${null}::text`, ['SELECT $1, $2::text', 1, null]],
  ['takes over the values of its pieces', sql`${sql`a = ${1}`} AND b = ${2}`, ['a = $1 AND b = $2', 1, 2]],
  ['takes text of our own as it is', sql`SELECT ${raw('a, b')} FROM t`, ['SELECT a, b FROM t']],
  ['keeps an array together', sql`id = ANY(${['a', 'b']})`, ['id = ANY($1)', ['a', 'b']]],
  ['lists pieces', sql`(${list([sql`${1}`, sql`${2}`], ' OR ')})`, ['($1 OR $2)', 1, 2]],
  [
    'takes rows as an array for each column, its texts escaped',
    sql`${given(
      [
        { id: 'a\0', n: 1, json: '"\\u0000"' },
        { id: 'b', n: 2, json: null },
      ],
      { id: 'text', n: 'bigint', json: 'json' },
    )}`,
    [
      'unnest($1::text[], $2::bigint[], $3::text[]) AS given (id, n, json)',
      ['a\\u0000', 'b'],
      [1, 2],
      ['"\\u0000"', null],
    ],
  ],
])('a statement %s', async (_, statement, expected) => {
  expect(await sent((queries) => statement.run(queries))).toEqual([expected]);
});

test.each<[string, Sql[], [string, ...unknown[]][]]>([
  ['none', [], []],
  ['one', [sql`DELETE FROM a WHERE b = ${1}`], [['DELETE FROM a WHERE b = $1', 1]]],
  [
    'two',
    [sql`DELETE FROM a WHERE b = ${1}`, sql`DELETE FROM c WHERE d = ${2}`],
    [['WITH part_0 AS (DELETE FROM a WHERE b = $1), part_1 AS (DELETE FROM c WHERE d = $2) SELECT', 1, 2]],
  ],
])('of %s, one statement is sent at the most', async (_, statements, expected) => {
  expect(await sent((queries) => runAsOne(statements, queries))).toEqual(expected);
});

test('a text stays as it is unless it has something to escape, and always comes back', () => {
  expect(['Isolate 关闭 🔥', 'a\0', '\ud800', 'C:\\', '"'].map(toText)).toEqual([
    'Isolate 关闭 🔥',
    'a\\u0000',
    '\\ud800',
    'C:\\\\',
    '\\"',
  ]);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0xd800, max: 0xdfff }), (text, half) => {
      const odd = text + String.fromCharCode(half);
      expect(toText(odd)).not.toContain('\0');
      expect(toText(odd).isWellFormed()).toBe(true);
      expect(fromText(toText(odd))).toBe(odd);
    }),
  );
});
