import { resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { LedgerError } from '../store.ts';
import { ledgerError } from './errors.ts';
import { provideFile } from './file.ts';
import { type FileGuard, guardFile } from './file-guard.ts';
import { watchFile } from './file-watch.ts';
import { expectLedger, expectSchema, expectSound } from './inspection.ts';
import { migrate, type OnMigrating } from './migrate.ts';

/** Called before each statement, which fails with whatever it throws. Tests simulate crashes with it. */
export type OnStatement = () => void;

export interface DatabaseOptions {
  readonly onStatement?: OnStatement;
  readonly onMigrating?: OnMigrating;
}

/** The database of the SQLite store: opening, transactions, errors, and what happens to its files. It knows no tables. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #onStatement: OnStatement;
  readonly #statements = new Map<string, StatementSync>();
  /** null: in memory. */
  readonly #guard: FileGuard | null;

  /** @throws {LedgerError} with a message that says what to fix */
  constructor(path: string, { onStatement = () => {}, onMigrating }: DatabaseOptions = {}) {
    this.#path = path;
    this.#onStatement = onStatement;
    let db: DatabaseSync | undefined;
    try {
      if (path === ':memory:') {
        db = new DatabaseSync(path);
        migrate(db);
      } else {
        // Absolute, so that SQLite takes no name for a URI.
        const file = resolve(path);
        provideFile(file, writeEmptyLedger);
        db = new DatabaseSync(file, { timeout: 2_000 });
        // One process owns the file: a second exporter would count every run again.
        db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL');
        // A container with a read-only root has no folder for temporary files.
        db.exec('PRAGMA temp_store = MEMORY');
        expectLedger(db, path);
        db.exec('PRAGMA journal_mode = WAL');
        // A commit waits for what it moves into the file: a quarter of SQLite's usual pages at once.
        db.exec('PRAGMA wal_autocheckpoint = 250');
        expectSound(db, path);
        migrate(db, onMigrating);
        expectSchema(db, path);
      }
      this.#guard = path === ':memory:' ? null : guardFile(db, path, watchFile(resolve(path)));
      this.#db = db;
    } catch (error) {
      db?.close();
      throw ledgerError(error, path);
    }
  }

  get path(): string {
    return this.#path;
  }

  /** @returns the row id of the last inserted row */
  run(sql: string, ...values: SQLInputValue[]): number {
    this.#onStatement();
    return Number(this.#prepare(sql).run(...values).lastInsertRowid);
  }

  /** The rows of a query as objects. The caller asserts their type. */
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.each(sql, [values]);
  }

  /** The rows of a query for each list of values, one after another. The caller asserts their type. */
  each<Row>(sql: string, lists: readonly SQLInputValue[][]): Row[] {
    this.#onStatement();
    try {
      if (!this.#db.isTransaction) this.#guard?.expectFile();
      const statement = this.#prepare(sql);
      return lists.flatMap((values) => statement.all(...values) as Row[]);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Writes all of `work`, or nothing. */
  transaction(work: () => void): void {
    try {
      this.#guard?.expectFile();
      this.#guard?.expectLog();
    } catch (error) {
      throw ledgerError(error, this.#path);
    }
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      work();
      this.#onStatement();
      this.#db.exec('COMMIT');
      this.#guard?.written();
      this.#onStatement();
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.#guard?.written();
      throw this.#failure(error);
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

  /** What has happened to the file explains an error better than SQLite can. */
  #failure(error: unknown): LedgerError {
    try {
      this.#guard?.expectFile();
    } catch (reason) {
      return ledgerError(reason, this.#path);
    }
    return ledgerError(error, this.#path);
  }
}

function writeEmptyLedger(file: string): void {
  using db = new DatabaseSync(file, { timeout: 2_000 });
  db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY');
  migrate(db);
}
