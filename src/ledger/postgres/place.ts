import { shownAddress } from '../../model/postgres-address.ts';
import type { NewTables, Place } from '../copy/place.ts';
import { type ColumnKind, pagesBy, type Row, type Table, tables, type Value } from '../copy/tables.ts';
import { LedgerError } from '../store.ts';
import { type Access, addressOf } from './connection.ts';
import { type Database, openDatabase, type Queries } from './database.ts';
import { createPostgresLedgers } from './ledgers.ts';
import { createSchema, versionOf } from './migrate.ts';
import { migrations } from './schema.ts';
import { fromText, given, raw, sql, toText } from './sql.ts';
import type { PostgresOptions } from './store.ts';

/** A copy is one transaction, and waits meanwhile for the other place. */
const limits = { statementMs: 600_000, lockMs: 10_000, idleMs: 600_000 };

/**
 * A PostgreSQL database, as a place to copy ledgers from or to.
 *
 * @throws {LedgerError} if the URL can't be used
 */
export function postgresPlace({ url, password, ca }: Pick<PostgresOptions, 'url' | 'password' | 'ca'>): Place {
  const access: Access = { address: addressOf(url), password, ca };
  const shown = `the ledger in ${shownAddress(access.address)}`;

  async function connected<T>(work: (db: Database) => Promise<T>): Promise<T> {
    const db = openDatabase({ ...access, maxConnections: 2, connectMs: 10_000, limits });
    try {
      return await work(db);
    } finally {
      await db.close();
    }
  }

  async function expectUnused(queries: Queries): Promise<void> {
    const living = await queries.rows<{ name: string }>(
      'SELECT name FROM replica WHERE expires_at > now() ORDER BY name',
    );
    if (living.length === 0) return;
    const names = living.map(({ name }) => name).join(', ');
    throw new LedgerError(
      `${shown} is used by ${names}; stop these replicas first, and wait for state.lease if they have died`,
    );
  }

  return {
    shown,
    read: (work) =>
      connected(async (db) => {
        if ((await versionOf(db)) === null)
          throw new LedgerError(`${shown} has no tables, so there is nothing to copy`);
        return createSchema(db, migrations)
          .guard(db)
          .reading(async (queries) => {
            await expectUnused(queries);
            return work(tablesOf(queries));
          });
      }),
    fill: (work) =>
      connected((db) =>
        createSchema(db, migrations)
          .guard(db)
          .transaction(async (queries) => {
            // No exporter creates a ledger meanwhile, and no other copy begins.
            await queries.rows('LOCK TABLE ledger IN SHARE ROW EXCLUSIVE MODE');
            await expectUnused(queries);
            const [found] = await queries.rows<{ ledgers: number }>('SELECT count(*) AS ledgers FROM ledger');
            if (found?.ledgers !== 0)
              throw new LedgerError(
                `${shown} is not empty (workspaces: ${found?.ledgers}); ledgers are only copied to a database without any`,
              );
            const result = await work(tablesOf(queries));
            await conclude(queries);
            return result;
          }),
      ),
  };
}

/** What the store knows beside the rows. */
async function conclude(queries: Queries): Promise<void> {
  await queries.rows(
    `UPDATE ledger SET last_label_set =
       coalesce((SELECT max(label_set) FROM label_set WHERE label_set.ledger = ledger.ledger), 0)`,
  );
  await queries.rows("SELECT setval(pg_get_serial_sequence('ledger', 'ledger'), (SELECT max(ledger) FROM ledger))");
  await queries.rows(`ANALYZE ${tables.map(({ name }) => name).join(', ')}`);
}

const types = { whole: 'bigint', real: 'double precision', text: 'text', json: 'json', flag: 'boolean' } as const;

/** Cells and gauges that have been emptied and not removed yet. */
const meant = ({ name }: Table) => (name === 'cell' || name === 'gauge' ? 'instances <> 0' : 'true');

/** All in one transaction. */
function tablesOf(queries: Queries): NewTables {
  const ledgers = createPostgresLedgers(
    { ...queries, reading: (work) => work(queries), transaction: refuse, close: async () => {} },
    () => ({ check: refuse }),
  );
  return {
    pages(table) {
      const query = async (text: string, values: readonly Value[]) =>
        (await queries.rows<Record<string, Value>>(text, ...values)).map((row) => rowOf(table, row));
      const options = { parameter: (index: number) => `$${index + 1}`, where: meant(table), write: written };
      return pagesBy(table, table.key, query, options);
    },
    async count(table) {
      const sql = `SELECT count(*) AS rows FROM ${table.name} WHERE ${meant(table)}`;
      return (await queries.rows<{ rows: number }>(sql))[0]?.rows ?? 0;
    },
    open: (workspace) => ledgers.open(workspace),
    async add({ name, columns }, rows) {
      const names = Object.keys(columns);
      const objects = rows.map((row) => Object.fromEntries(names.map((column, index) => [column, row[index] ?? null])));
      const kinds = Object.fromEntries(Object.entries(columns).map(([column, kind]) => [column, types[kind]]));
      await sql`INSERT INTO ${raw(name)} (${raw(names.join(', '))}) SELECT * FROM ${given(objects, kinds)}`.run(
        queries,
      );
    },
  };
}

async function refuse(): Promise<never> {
  throw new LedgerError('a ledger that is being copied takes no commits');
}

function rowOf({ columns }: Table, row: Readonly<Record<string, Value>>): Row {
  return Object.entries(columns).map(([name, kind]) => {
    const value = row[name] ?? null;
    return kind === 'text' && typeof value === 'string' ? fromText(value) : value;
  });
}

function written(value: Value, kind: ColumnKind | undefined): Value {
  return kind === 'text' && typeof value === 'string' ? toText(value) : value;
}
