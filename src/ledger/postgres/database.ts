import type pg from 'pg';
import { shownAddress } from '../../model/postgres-address.ts';
import { LedgerError } from '../store.ts';
import { type Access, openConnections, type PoolSize } from './connection.ts';
import { databaseError, isBroken, unknownCommit } from './errors.ts';

/** Runs statements. Numbers are numbers: bigint, numeric and double precision alike. */
export interface Queries {
  /** The rows of one statement as objects. The caller asserts their type. */
  rows<Row>(sql: string, ...values: readonly unknown[]): Promise<Row[]>;
}

/**
 * The database of the PostgreSQL store: connections, transactions and errors. It knows no tables. It needs no state of a session, so a
 * pooler in transaction mode may stand in between. Every call fails only with a `LedgerError`, and ends within a bound.
 */
export interface Database extends Queries {
  /** Writes all of `work`, or nothing. If the connection breaks while it commits, nobody knows which. */
  transaction<T>(work: (queries: Queries) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Reads the database as it was at one instant. */
  reading<T>(work: (queries: Queries) => Promise<T>, options?: TransactionOptions): Promise<T>;
  close(): Promise<void>;
}

export interface TransactionOptions {
  readonly limits?: Partial<Limits>;
  /** Asked as the transaction begins, without another round trip. */
  readonly opening?: Opening;
}

export interface Opening {
  readonly sql: string;
  /** Given the only row of the answer. The transaction fails with what it throws. */
  check(row: unknown): void;
}

/** How long the server waits before it ends a transaction by itself. */
export interface Limits {
  readonly statementMs: number;
  /** For what another transaction has locked. */
  readonly lockMs: number;
  /** For the next statement: a process that has stopped holds others up for so long. */
  readonly idleMs: number;
}

export interface DatabaseOptions extends Access, PoolSize {
  readonly limits: Limits;
  /** Called before each statement, which fails with whatever it throws. Tests simulate crashes with it. */
  readonly onStatement?: () => void;
}

const begins = {
  writing: 'BEGIN ISOLATION LEVEL READ COMMITTED',
  reading: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
};
/** By so much longer than the server this process waits for an answer. */
const graceMs = 2_000;
const rollbackMs = 2_000;
/** Who reads holds up no commit, only a migration: a busy machine may take its time, however short the lease is. */
const readIdleMs = 15_000;

/** @throws {LedgerError} if the URL can't be used. The database itself may be away. */
export function openDatabase({ limits, onStatement = () => {}, ...options }: DatabaseOptions): Database {
  const connections = openConnections(options, options);
  const name = shownAddress(options.address);

  const queriesOn = (client: pg.PoolClient, own: Limits): Queries => ({
    async rows<Row>(sql: string, ...values: readonly unknown[]): Promise<Row[]> {
      try {
        onStatement();
        return (await client.query(timed(sql, own.statementMs + graceMs, values))).rows as Row[];
      } catch (error) {
        throw databaseError(error, name);
      }
    },
  });

  async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    let client: pg.PoolClient | undefined;
    try {
      client = await connections.take();
      return await work(client);
    } catch (error) {
      // What is broken, or in a transaction still, is closed: the server then rolls back by itself.
      client?.release(isBroken(error) || client.getTransactionStatus() !== 'I');
      client = undefined;
      throw databaseError(error, name);
    } finally {
      client?.release();
    }
  }

  function within<T>(
    begin: string,
    work: (queries: Queries) => Promise<T>,
    { opening, ...options }: TransactionOptions = {},
  ): Promise<T> {
    const own = { ...limits, ...options.limits };
    return withClient(async (client) => {
      const run = (text: string, ms = own.statementMs + graceMs) => client.query(timed(text, ms));
      const begun = await run([begin, ...settingsOf(own), ...(opening === undefined ? [] : [opening.sql])].join('; '));
      let result: T;
      try {
        // Several statements have several results.
        opening?.check((begun as unknown as pg.QueryResult[]).at(-1)?.rows[0]);
        result = await work(queriesOn(client, own));
        onStatement();
      } catch (error) {
        if (!isBroken(error)) await run('ROLLBACK', rollbackMs).catch(() => {});
        throw error;
      }
      try {
        const { command } = await run('COMMIT');
        if (command !== 'COMMIT') throw new LedgerError(`the ledger in ${name}: a change was rolled back`);
      } catch (error) {
        throw isBroken(error) && begin === begins.writing ? unknownCommit(error, name) : error;
      }
      onStatement();
      return result;
    });
  }

  const transaction: Database['transaction'] = (work, own) => within(begins.writing, work, own);

  return {
    // For its limits: without them the server goes on waiting for a lock after this process has given up, with a connection each time.
    rows: (sql, ...values) => transaction((queries) => queries.rows(sql, ...values)),
    transaction,
    reading: (work, { limits: own, ...options } = {}) =>
      within(begins.reading, work, { ...options, limits: { idleMs: Math.max(limits.idleMs, readIdleMs), ...own } }),
    close: connections.end,
  };
}

/** A pooler may give each transaction another session, so what is set lasts for one transaction. */
function settingsOf({ statementMs, lockMs, idleMs }: Limits): string[] {
  return [
    `SET LOCAL statement_timeout = ${statementMs}`,
    `SET LOCAL lock_timeout = ${lockMs}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${idleMs}`,
    // What is committed has been served: a server that forgets it would let counters fall.
    "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'",
  ];
}

function timed(text: string, ms: number, values: readonly unknown[] = []): pg.QueryConfig & { query_timeout: number } {
  return { text, values: [...values], query_timeout: ms };
}
