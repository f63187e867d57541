import { onTestFinished } from 'vitest';
import { addressOf } from '../../../src/ledger/postgres/connection.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../../../src/ledger/postgres/database.ts';

/** Closed after the test. Its limits are short, since tests run into them. */
export function openTestDatabase(url: string, options: Partial<DatabaseOptions> = {}): Database {
  const db = openDatabase({
    address: addressOf(url),
    password: null,
    ca: null,
    maxConnections: 4,
    connectMs: 3_000,
    limits: { statementMs: 3_000, lockMs: 2_000, idleMs: 3_000 },
    ...options,
  });
  onTestFinished(() => db.close());
  return db;
}

/** The same database by another port, such as that of a proxy. */
export function throughPort(url: string, port: number): string {
  return url.replace(/:\d+\//, `:${port}/`);
}
