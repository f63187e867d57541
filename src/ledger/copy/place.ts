import type { Ledger, WorkspaceId } from '../store.ts';
import type { Row, Table } from './tables.ts';

/** Where ledgers are copied from and to: an SQLite file, or a PostgreSQL database. Every call fails only with a `LedgerError`. */
export interface Place {
  /** For messages; without a password. */
  readonly shown: string;
  /** Reads ledgers that nobody uses meanwhile, all as of one instant. */
  read<T>(work: (tables: Tables) => Promise<T>): Promise<T>;
  /** Fills a place that has no ledgers: with all that `work` adds, or, if it or the process fails, with nothing. */
  fill<T>(work: (tables: NewTables) => Promise<T>): Promise<T>;
}

export interface Tables {
  /** All rows, some at a time; instances ledger by ledger. */
  pages(table: Table): AsyncIterable<readonly Row[]>;
  /** How many rows there are, for progress. */
  count(table: Table): Promise<number>;
  /** null: there is no ledger of this workspace. */
  open(workspace: WorkspaceId): Promise<Ledger | null>;
}

export interface NewTables extends Tables {
  add(table: Table, rows: readonly Row[]): Promise<void>;
}
