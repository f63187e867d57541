import type { SQLInputValue } from 'node:sqlite';
import type { NewTables, Place } from '../copy/place.ts';
import { pageQuery, type Row, type Table, type Value } from '../copy/tables.ts';
import { Database } from './database.ts';
import { ledgerError } from './errors.ts';
import { type DraftFile, draftFile, expectFile, expectNothing } from './file.ts';
import { mendNumbers } from './numbers.ts';
import { openLedger } from './store.ts';

/** SQLite works these out from the labels. */
const generated: Readonly<Record<string, readonly string[]>> = { label_set: ['playbook', 'status'] };

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

function tablesOf(db: Database): NewTables {
  return {
    async rowsAfter(table, key, max) {
      const values = key === null ? [max] : [...key.map(toSqlite), max];
      const rows = db.all<Record<string, SQLInputValue>>(
        pageQuery(table, key === null, () => '?'),
        ...values,
      );
      return rows.map((row) => rowOf(table, row));
    },
    count: async ({ name }) => db.all<{ rows: number }>(`SELECT count(*) AS rows FROM ${name}`)[0]?.rows ?? 0,
    open: async (workspace) => openLedger(db, workspace),
    async add(table, rows) {
      const names = Object.keys(table.columns);
      const written = names.filter((name) => !generated[table.name]?.includes(name));
      const indexes = written.map((name) => names.indexOf(name));
      const sql = `INSERT INTO ${table.name} (${written.join(', ')}) VALUES (${written.map(() => '?').join(', ')})`;
      db.transaction(() => {
        for (const row of rows) db.run(sql, ...indexes.map((index) => toSqlite(row[index] ?? null)));
      });
    },
  };
}

function rowOf({ columns }: Table, row: Readonly<Record<string, SQLInputValue>>): Row {
  return Object.entries(columns).map(([name, kind]) => {
    const value = row[name] ?? null;
    return kind === 'flag' ? value === 1 : (value as Value);
  });
}

function toSqlite(value: Value): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : value;
}
