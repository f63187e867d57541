import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { labelsText } from '../label-set.ts';
import { LedgerError } from '../store.ts';
import { applicationId, migrations } from './schema.ts';

/** Called before each statement, which fails with whatever it throws. Tests simulate crashes with it. */
export type OnStatement = () => void;

/** The database of the SQLite store: opening, migrations, transactions and errors. It knows no tables. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #onStatement: OnStatement;
  readonly #statements = new Map<string, StatementSync>();

  /** @throws {LedgerError} with a message that says what to fix */
  constructor(path: string, onStatement: OnStatement = () => {}) {
    this.#path = path;
    this.#onStatement = onStatement;
    let db: DatabaseSync | undefined;
    try {
      if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
      db = new DatabaseSync(path, { timeout: 2_000 });
      // One process owns the file: a second exporter would count every run again.
      db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      // A container with a read-only root has no folder for temporary files.
      db.exec('PRAGMA temp_store = MEMORY');
      migrate(db, path);
      this.#db = db;
    } catch (error) {
      db?.close();
      throw ledgerError(error, path);
    }
  }

  /** @returns the row id of the last inserted row */
  run(sql: string, ...values: SQLInputValue[]): number {
    this.#onStatement();
    return Number(this.#prepare(sql).run(...values).lastInsertRowid);
  }

  /** The rows of a query as objects. The caller asserts their type. */
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    this.#onStatement();
    try {
      return this.#prepare(sql).all(...values) as Row[];
    } catch (error) {
      throw ledgerError(error, this.#path);
    }
  }

  /** Writes all of `work`, or nothing. */
  transaction(work: () => void): void {
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      work();
      this.#onStatement();
      this.#db.exec('COMMIT');
      this.#onStatement();
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw ledgerError(error, this.#path);
    }
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function migrate(db: DatabaseSync, path: string): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  const { application_id: id } = db.prepare('PRAGMA application_id').get() as { application_id: number };
  const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number };
  if (tables > 0 && id !== applicationId) {
    throw new LedgerError(`${path} is a database of another program; set state.path to a different file`);
  }
  if (version > migrations.length) {
    throw new LedgerError(
      `the ledger ${path} was written by a newer exporter (its schema is ${version}, the newest known here is ${migrations.length}); run the newer exporter, or set another state.path`,
      { isDamaged: true },
    );
  }
  if (version === migrations.length) return;
  db.function('labels_text', { deterministic: true, varargs: true }, (...namesAndValues) => {
    const pairs = namesAndValues.flatMap((name, i) => (i % 2 === 0 ? [[name, namesAndValues[i + 1]]] : []));
    return labelsText(Object.fromEntries(pairs));
  });
  db.exec('BEGIN EXCLUSIVE');
  for (const migration of migrations.slice(version)) db.exec(migration);
  db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}; COMMIT`);
}

/** SQLite's result codes that an operator can fix (sqlite.org/rescode.html). */
const remedies: Readonly<Record<number, string>> = {
  5: 'another process uses it; stop that process, or set another state.path',
  8: 'it is read-only; make the file and its folder writable for this user',
  10: 'reading or writing it failed; check the disk',
  11: 'the file is damaged; restore it from a backup, or move it away to start counting from 0',
  13: 'the disk is full; free some space, then a running exporter continues by itself',
  14: 'it cannot be opened; create its folder and make it writable for this user',
  26: 'the file is not a ledger, or it is damaged; restore it from a backup, or set another state.path',
};

/** SQLITE_CORRUPT, SQLITE_NOTADB. */
const damaged = [11, 26];

const noFolder =
  'its folder cannot be created; create it and make it writable for this user, or set another state.path';

function ledgerError(error: unknown, path: string): LedgerError {
  if (error instanceof LedgerError) return error;
  const { errcode, syscall, message } = error as { errcode?: number; syscall?: string; message: string };
  // The low byte is the primary code of an extended one.
  const remedy = syscall === 'mkdir' ? noFolder : remedies[(errcode ?? 0) & 0xff];
  return new LedgerError(`the ledger ${path}: ${remedy ?? 'failed'} (${message})`, {
    cause: error,
    isDamaged: damaged.includes((errcode ?? 0) & 0xff),
  });
}
