import type { NewTables, Place } from '../copy/place.ts';
import { pagesBy, type Row, type Table, type Value } from '../copy/tables.ts';
import { Database } from './database.ts';
import { ledgerError } from './errors.ts';
import { type DraftFile, draftFile, expectFile, expectNothing } from './file.ts';
import { mendNumbers } from './numbers.ts';
import { openLedger } from './store.ts';

/** An SQLite file, as a place to copy ledgers from or to. */
export function sqlitePlace(path: string): Place {
  return {
    shown: `the ledger ${path}`,
    async read(work) {
      expectFile(path);
      const db = new Database(path);
      try {
        mendNumbers(db);
        return await work(tablesOf(db));
      } finally {
        db.close();
      }
    },
    async fill(work) {
      let draft: DraftFile | null = null;
      try {
        expectNothing(path);
        draft = draftFile(path);
        const db = new Database(draft.path);
        const result = await work(tablesOf(db)).finally(() => db.close());
        draft.publish();
        return result;
      } catch (error) {
        throw ledgerError(error, path);
      } finally {
        draft?.remove();
      }
    },
  };
}

/** Where the primary key isn't that of other stores. */
const keys: Readonly<Record<string, readonly string[]>> = { label_set: ['label_set'], sweep: ['key'] };

function tablesOf(db: Database): NewTables {
  return {
    pages(table) {
      const query = async (sql: string, values: readonly Value[]) =>
        db.all<Record<string, Value>>(sql, ...values.map(toSqlite)).map((row) => rowOf(table, row));
      return pagesBy(table, keys[table.name] ?? table.key, query, { parameter: () => '?', write: toSqlite });
    },
    count: async ({ name }) => db.all<{ rows: number }>(`SELECT count(*) AS rows FROM ${name}`)[0]?.rows ?? 0,
    open: async (workspace) => openLedger(db, workspace),
    async add({ name, columns }, rows) {
      const names = Object.keys(columns);
      const sql = `INSERT INTO ${name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
      db.transaction(() => {
        for (const row of rows) db.run(sql, ...row.map(toSqlite));
      });
    },
  };
}

function rowOf({ columns }: Table, row: Readonly<Record<string, Value>>): Row {
  return Object.entries(columns).map(([name, kind]) => {
    const value = row[name] ?? null;
    return kind === 'flag' ? value === 1 : value;
  });
}

function toSqlite(value: Value): number | string | null {
  return typeof value === 'boolean' ? Number(value) : value;
}
