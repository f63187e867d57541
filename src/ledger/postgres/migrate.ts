import { LedgerError } from '../store.ts';
import type { Database, Opening, Queries } from './database.ts';
import { isOtherSchema } from './errors.ts';

/** Any number that no other program on the database locks. */
const lockKey = 7_365_636_045;

const oldestServer = 12;

/** Large tables take their time, and so do the commits that a migration waits for. */
const limits = { statementMs: 600_000, lockMs: 30_000 };

const versionSql = 'SELECT version FROM secmaster_exporter';

/**
 * The start of a statement that is no transaction's and touches several tables. A migration locks this table first and for as long as it
 * lasts, so that nobody who holds another table waits for it.
 */
export const withVersion = `WITH tables AS MATERIALIZED (${versionSql})`;

/** Whether this exporter can't use the tables, since a newer one has changed them. */
export class SchemaTooNew extends LedgerError {}

/** The tables of the store, as this exporter knows them. */
export interface Schema {
  /**
   * The same database, whose calls fail unless the tables are there. Each transaction reads their version as it begins: until it has ended,
   * no migration changes them.
   */
  guard(db: Database): Database;
  /**
   * To be called with the version that a statement by itself has read (`withVersion`).
   *
   * @throws {LedgerError} unless these are the tables that this exporter knows
   */
  expectVersion(version: number): void;
}

/**
 * Creates the tables, or brings them up to date, once, by whichever replica comes first, when a guarded database is used for the first time.
 * While the database is away each call fails, and the next one tries again.
 */
export function createSchema(own: Database, migrations: readonly string[]): Schema {
  let ready: Promise<void> | null = null;

  async function once<T>(call: () => Promise<T>): Promise<T> {
    ready ??= migrate(own, migrations).catch((error) => {
      ready = null;
      throw error;
    });
    await ready;
    try {
      return await call();
    } catch (error) {
      // Somebody has changed the tables: the next call looks at them again.
      if (isOtherSchema(error)) ready = null;
      throw error;
    }
  }

  function expectVersion(version: number): void {
    if (version === migrations.length) return;
    ready = null;
    if (version > migrations.length) throw tooNew(version, migrations.length);
    throw new LedgerError(
      'the ledger in PostgreSQL has the tables of an earlier version, as after a restored backup; they are brought up to date before the next change',
    );
  }

  const opening: Opening = {
    sql: versionSql,
    check: (row) => expectVersion((row as { version: number } | undefined)?.version ?? 0),
  };
  return {
    expectVersion,
    guard: (db) => ({
      rows: (sql, ...values) => once(() => db.rows(sql, ...values)),
      transaction: (work, options) => once(() => db.transaction(work, { ...options, opening })),
      reading: (work, options) => once(() => db.reading(work, { ...options, opening })),
      close: () => db.close(),
    }),
  };
}

export function tooNew(version: number, known: number): SchemaTooNew {
  return new SchemaTooNew(
    `this exporter is too old for the ledger in PostgreSQL: its tables have version ${version}, and this exporter knows version ${known}; newer replicas go on, so update this one`,
  );
}

async function migrate(db: Database, migrations: readonly string[]): Promise<void> {
  const isCurrent = (version: number | null) => {
    if (version !== null && version > migrations.length) throw tooNew(version, migrations.length);
    return version === migrations.length;
  };
  await expectServer(db);
  if (isCurrent(await versionOf(db))) return;
  await db.transaction(
    async (queries) => {
      await queries.rows('SELECT pg_advisory_xact_lock($1)', lockKey);
      const version = await versionOf(queries);
      if (isCurrent(version)) return;
      if (version === null) await begin(queries);
      else await stopCommits(queries);
      for (const migration of migrations.slice(version ?? 0)) await queries.rows(migration);
      await queries.rows('UPDATE secmaster_exporter SET version = $1', migrations.length);
    },
    { limits },
  );
}

export async function expectServer(queries: Queries): Promise<void> {
  const [server] = await queries.rows<{ version: string; number: number; encodings: string[] }>(`
    SELECT current_setting('server_version') AS version, current_setting('server_version_num')::integer AS number,
      ARRAY[current_setting('server_encoding'), current_setting('client_encoding')] AS encodings`);
  if (server === undefined) return;
  if (server.number < oldestServer * 10_000)
    throw new LedgerError(
      `the ledger in PostgreSQL: the server has version ${server.version}; update it to ${oldestServer} or newer`,
    );
  const other = server.encodings.find((encoding) => encoding !== 'UTF8');
  if (other !== undefined)
    throw new LedgerError(
      `the ledger in PostgreSQL: the database has the encoding ${other}; create one with ENCODING 'UTF8' TEMPLATE template0, and set no other client_encoding for the user`,
    );
}

/** null: there are no tables. */
export async function versionOf(queries: Queries): Promise<number | null> {
  // Not by to_regclass, which may remember that there was no such table.
  const [found] = await queries.rows<{ is: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'secmaster_exporter' AND pg_table_is_visible(oid)) AS is`,
  );
  if (found?.is !== true) return null;
  const [row] = await queries.rows<{ version: number | null }>(versionSql);
  if (typeof row?.version === 'number') return row.version;
  throw new LedgerError(
    'the ledger in PostgreSQL is damaged: the table secmaster_exporter is empty; restore a backup',
    { isDamaged: true },
  );
}

/** Waits until those that have read the version have ended; those to come wait for this transaction. */
async function stopCommits(queries: Queries): Promise<void> {
  await queries.rows('LOCK TABLE secmaster_exporter IN ACCESS EXCLUSIVE MODE');
  // New tables belong beside the others, whatever schema has become the first one.
  await queries.rows(`
    SELECT set_config('search_path', quote_ident(nspname), true)
    FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE pg_class.oid = to_regclass('secmaster_exporter')`);
}

async function begin(queries: Queries): Promise<void> {
  await expectPlace(queries);
  await queries.rows('CREATE TABLE secmaster_exporter (version integer NOT NULL)');
  await queries.rows('INSERT INTO secmaster_exporter VALUES (0)');
}

/** The tables are in the first schema of the search_path, which belongs to nobody else. */
export async function expectPlace(queries: Queries): Promise<void> {
  const [place] = await queries.rows<{ schema: string | null; stranger: string | null }>(`
    SELECT current_schema() AS schema, (
      SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
      WHERE nspname = current_schema() AND relkind IN ('r', 'p', 'f')
        AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
      ORDER BY relname LIMIT 1
    ) AS stranger`);
  const { schema = null, stranger = null } = place ?? {};
  if (schema === null)
    throw new LedgerError(
      'the ledger in PostgreSQL: the search_path of the user names no schema that exists and that it may use; create one, and grant CREATE on it',
    );
  if (stranger !== null)
    throw new LedgerError(
      `the ledger in PostgreSQL: the schema ${schema} belongs to something else, for it has a table ${stranger}; give the exporter a database of its own, or a schema with ALTER ROLE … SET search_path`,
    );
}
