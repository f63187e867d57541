import pg from 'pg';

/** Runs statements. Numbers are numbers: bigint, numeric and double precision alike. */
export interface Queries {
  /** The rows of one statement as objects. The caller asserts their type. */
  rows<Row>(sql: string, ...values: readonly unknown[]): Promise<Row[]>;
}

/**
 * The database of the PostgreSQL store: connections, transactions and errors. It knows no tables. It needs no state of a session, so a
 * pooler in transaction mode may stand in between. Every call fails only with a `LedgerError`.
 */
export interface Database extends Queries {
  /** Writes all of `work`, or nothing. If the connection breaks while it commits, nobody knows which. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** Reads the database as it was at one instant. */
  reading<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function openDatabase(url: string): Database {
  const pool = new pg.Pool({ connectionString: url, max: 5 });
  pool.on('error', () => {});
  const on = (client: Pick<pg.Pool, 'query'>): Queries => ({
    rows: async (sql, ...values) => (await client.query(sql, [...values])).rows,
  });
  async function within<T>(begin: string, work: (queries: Queries) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    try {
      await client.query(begin);
      const result = await work(on(client as unknown as pg.Pool));
      await client.query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }
  return {
    ...on(pool),
    transaction: (work) => within('BEGIN', work),
    reading: (work) => within('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work),
    close: () => pool.end(),
  };
}

// int8 and numeric: the ledger's numbers are all below 2^53.
for (const type of [20, 1700]) pg.types.setTypeParser(type, Number);
