import { shownAddress } from '../../model/postgres-address.ts';
import { LedgerError } from '../store.ts';
import { addressOf } from './connection.ts';
import { openDatabase, type Queries } from './database.ts';
import { expectPlace, expectServer, tooNew, versionOf } from './migrate.ts';
import { migrations } from './schema.ts';
import type { PostgresOptions } from './store.ts';

const limits = { statementMs: 10_000, lockMs: 5_000, idleMs: 10_000 };

/**
 * Looks whether a database can hold ledgers, and changes nothing in it.
 *
 * @returns what is found there, in words
 * @throws {LedgerError} that says what to fix
 */
export async function inspectDatabase({
  url,
  password,
  ca,
}: Pick<PostgresOptions, 'url' | 'password' | 'ca'>): Promise<string> {
  const address = addressOf(url);
  const name = shownAddress(address);
  const db = openDatabase({ address, password, ca, maxConnections: 1, connectMs: 10_000, limits });
  try {
    await expectServer(db);
    const version = await versionOf(db);
    if (version !== null && version > migrations.length) throw tooNew(version, migrations.length);
    await expectWritable(db);
    if (version === null) await expectPlace(db);
    await expectGrants(db, version);
    const link = address.tls === 'off' ? 'without TLS' : 'with TLS';
    return `${name}: version ${await serverOf(db)}, ${link}; ${version === null ? noTables : await tablesAt(db, version)}`;
  } finally {
    await db.close();
  }
}

const noTables = 'it has no tables yet, and the exporter may create them';

async function tablesAt(db: Queries, version: number): Promise<string> {
  const outdated =
    version < migrations.length ? `, which this exporter brings to version ${migrations.length} when it starts` : '';
  const [found] = await db.rows<{ workspaces: number; replicas: number }>(
    'SELECT (SELECT count(*) FROM ledger) AS workspaces, (SELECT count(*) FROM replica WHERE expires_at > now()) AS replicas',
  );
  return `tables of version ${version}${outdated}, workspaces: ${found?.workspaces}, replicas now: ${found?.replicas}`;
}

async function serverOf(db: Queries): Promise<string> {
  const [server] = await db.rows<{ version: string }>("SELECT current_setting('server_version') AS version");
  return server?.version ?? 'unknown';
}

async function expectWritable(db: Queries): Promise<void> {
  const [state] = await db.rows<{ is: string }>("SELECT current_setting('transaction_read_only') AS is");
  if (state?.is === 'on')
    throw new LedgerError(
      'the ledger in PostgreSQL: it is read-only, such as a standby; name the primary in state.url, or set default_transaction_read_only = off for the user',
    );
}

/** For tables that are to be created, changed or written. */
async function expectGrants(db: Queries, version: number | null): Promise<void> {
  const [found] = await db.rows<{
    user: string;
    schema: string;
    create: boolean;
    write: boolean | null;
    own: boolean | null;
  }>(`
    SELECT current_user AS "user", current_schema() AS schema, has_schema_privilege(current_schema(), 'CREATE') AS create,
      bool_and(has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
        AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE')) AS write,
      bool_and(pg_has_role(relowner, 'USAGE')) AS own
    FROM pg_class WHERE relkind = 'r' AND relnamespace = (
      SELECT relnamespace FROM pg_class WHERE relname = 'secmaster_exporter' AND pg_table_is_visible(oid)
    )`);
  if (found === undefined) return;
  const { user, schema, create, write, own } = found;
  if (version === null && !create)
    throw new LedgerError(
      `the ledger in PostgreSQL: the user ${user} may not create tables in the schema ${schema}; GRANT CREATE ON SCHEMA ${schema}, or make it the owner of the database`,
    );
  if (version !== null && write === false)
    throw new LedgerError(
      `the ledger in PostgreSQL: the user ${user} may not write all of its tables; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema}, or make it their owner`,
    );
  if (version !== null && version < migrations.length && own === false)
    throw new LedgerError(
      `the ledger in PostgreSQL: its tables are of version ${version}, and the user ${user}, who does not own them, can't bring them to version ${migrations.length}; make it their owner`,
    );
}
