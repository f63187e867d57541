import { resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { LedgerError } from '../store.ts';
import { ledgerError, lookMessages } from './errors.ts';
import { provideFile } from './file.ts';
import { type FileWatch, watchFile } from './file-watch.ts';
import { expectLedger, expectSchema, expectSound } from './inspection.ts';
import { migrate } from './migrate.ts';

/** Called before each statement, which fails with whatever it throws. Tests simulate crashes with it. */
export type OnStatement = () => void;

/** The database of the SQLite store: opening, transactions, errors, and what happens to its files. It knows no tables. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #onStatement: OnStatement;
  readonly #statements = new Map<string, StatementSync>();
  /** null: in memory. */
  readonly #watch: FileWatch | null;
  /** Why nothing can be read or written until a restart. */
  #lost: LedgerError | null = null;

  /** @throws {LedgerError} with a message that says what to fix */
  constructor(path: string, onStatement: OnStatement = () => {}) {
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
        expectSound(db, path);
        migrate(db);
        expectSchema(db, path);
      }
      this.#watch = path === ':memory:' ? null : watchFile(resolve(path));
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
    this.#onStatement();
    try {
      if (!this.#db.isTransaction) this.#expectFile();
      return this.#prepare(sql).all(...values) as Row[];
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Writes all of `work`, or nothing. */
  transaction(work: () => void): void {
    try {
      this.#expectFile();
      this.#expectLog();
    } catch (error) {
      throw ledgerError(error, this.#path);
    }
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      work();
      this.#onStatement();
      this.#db.exec('COMMIT');
      this.#watch?.accept();
      this.#onStatement();
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.#watch?.accept();
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

  /** @throws {LedgerError} as long as the path does not lead to the file that was opened, as SQLite left it */
  #expectFile(): void {
    if (this.#lost !== null) throw this.#lost;
    const look = this.#watch?.look() ?? 'as_left';
    if (look === 'as_left' || look === 'log_removed') return;
    if (look === 'returned') return this.#renewLog();
    if (look === 'removed' || look === 'replaced') {
      // Everything is in the file now, wherever it is, and the log can't be taken for a part of another one.
      this.#tryTo(() => this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
      throw new LedgerError(lookMessages[look](this.#path));
    }
    // Whatever is in the file now is to be kept: closing it would write the log over it.
    this.#tryTo(() => this.#watch?.discardLog());
    this.#lost = new LedgerError(lookMessages[look](this.#path));
    throw this.#lost;
  }

  #expectLog(): void {
    if (this.#watch?.look() !== 'log_removed') return;
    this.#renewLog();
    throw new LedgerError(lookMessages.log_removed(this.#path));
  }

  /** Writes what is in the log to the file, and creates the log again. */
  #renewLog(): void {
    try {
      this.#db.exec('PRAGMA journal_mode = DELETE; PRAGMA journal_mode = WAL');
    } finally {
      this.#watch?.accept();
    }
  }

  /** What has happened to the file explains an error better than SQLite can. */
  #failure(error: unknown): LedgerError {
    try {
      this.#expectFile();
    } catch (reason) {
      return ledgerError(reason, this.#path);
    }
    return ledgerError(error, this.#path);
  }

  #tryTo(work: () => void): void {
    try {
      work();
    } catch {}
  }
}

function writeEmptyLedger(file: string): void {
  using db = new DatabaseSync(file, { timeout: 2_000 });
  db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY');
  migrate(db);
}
