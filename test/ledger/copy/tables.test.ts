import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { type ColumnKind, tables } from '../../../src/ledger/copy/tables.ts';
import { migrate } from '../../../src/ledger/sqlite/migrate.ts';
import { shortColumns } from '../../../src/ledger/sqlite/short-texts.ts';

const types: Readonly<Record<ColumnKind, string>> = {
  whole: 'INTEGER',
  flag: 'INTEGER',
  text: 'TEXT',
  json: 'TEXT',
  real: 'REAL',
};

test('a copy has every table of SQLite with every column, but for what SQLite works out', () => {
  using db = new DatabaseSync(':memory:');
  migrate(db);
  const columns = db
    .prepare(
      `SELECT schema.name AS "table", columns.name, columns.type
       FROM sqlite_schema AS schema, pragma_table_info(schema.name) AS columns
       WHERE schema.type = 'table' AND schema.name NOT LIKE 'sqlite%' AND (schema.name, columns.name) <> ('instance', 'instance')`,
    )
    .all() as { table: string; name: string; type: string }[];
  const copied = tables.flatMap(({ name: table, columns }) =>
    Object.entries(columns).map(([name, kind]) => ({
      table,
      name,
      type: shortColumns[table]?.includes(name) ? 'ANY' : types[kind],
    })),
  );
  const inOrder = (list: readonly object[]) => list.map((one) => JSON.stringify(one)).toSorted();
  expect(inOrder(copied)).toEqual(inOrder(columns));
});
