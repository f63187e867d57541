import type { NewTables, Place } from '../copy/place.ts';
import { pagesBy, type Row, type Table, type Value } from '../copy/tables.ts';
import { Database } from './database.ts';
import { ledgerError } from './errors.ts';
import { type DraftFile, draftFile, expectFile, expectNothing } from './file.ts';
import { mendNumbers } from './numbers.ts';
import { lengthen, type ShortText, shortColumns, shorten } from './short-texts.ts';
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
      const key = keys[table.name] ?? table.key;
      const query = async (sql: string, values: readonly Value[]) =>
        db.all<StoredRow>(sql, ...toStored(table, key, values)).map((row) => rowOf(table, row));
      return pagesBy(table, key, query, { parameter: () => '?', write: (value) => value });
    },
    count: async ({ name }) => db.all<{ rows: number }>(`SELECT count(*) AS rows FROM ${name}`)[0]?.rows ?? 0,
    open: async (workspace) => openLedger(db, workspace),
    async add(table, rows) {
      const names = Object.keys(table.columns);
      const sql = `INSERT INTO ${table.name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
      db.transaction(() => {
        for (const row of rows) db.run(sql, ...toStored(table, names, row));
      });
    },
  };
}

type Stored = ShortText | null;
type StoredRow = Readonly<Record<string, Stored>>;

function rowOf(table: Table, row: StoredRow): Row {
  return Object.entries(table.columns).map(([column, kind]) => {
    const value = row[column] ?? null;
    if (value !== null && isShort(table, column)) return lengthen(value);
    return kind === 'flag' ? value === 1 : (value as Exclude<Stored, Uint8Array | bigint>);
  });
}

/** The values of these columns. */
function toStored(table: Table, columns: readonly string[], values: readonly Value[]): Stored[] {
  return values.map((value, i) => {
    if (typeof value === 'string' && isShort(table, columns[i] ?? '')) return shorten(value);
    return typeof value === 'boolean' ? Number(value) : value;
  });
}

function isShort({ name }: Table, column: string): boolean {
  return shortColumns[name]?.includes(column) === true;
}
