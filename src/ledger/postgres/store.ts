import { workspaceTask } from '../replicas.ts';
import type { Store } from '../store.ts';
import { addressOf } from './connection.ts';
import { type Limits, openDatabase } from './database.ts';
import { createPostgresLedgers } from './ledgers.ts';
import { createSchema } from './migrate.ts';
import { createPostgresReplicas } from './replicas.ts';
import { migrations as ownMigrations } from './schema.ts';

export interface PostgresOptions {
  /** `postgresql://user@host:5432/database`, with what libpq allows in a URL. */
  readonly url: string;
  /** Asked for each new connection, so that a password may be changed while the exporter runs; null: none, or in the URL. */
  readonly password: (() => Promise<string>) | null;
  /** PEM; asked for each new connection; null: the CAs that Node.js trusts. */
  readonly ca: (() => Promise<string>) | null;
  /** How long a replica that died keeps its leases. */
  readonly leaseMs: number;
  /** Called before each statement on a ledger, which fails with whatever it throws. Tests simulate crashes with it. */
  readonly onStatement?: () => void;
  /** Those of another version of the exporter, for tests. */
  readonly migrations?: readonly string[];
  /** The clock that nobody sets. */
  readonly elapsedMs?: () => number;
}

/** More than polls at once, since replicas also read what others have committed; less than a pooler gives to one user. */
const maxConnections = 8;
/** Of their own: a renewal must not wait for a long sweep. */
const maxLeaseConnections = 2;

/**
 * The store for several replicas: one PostgreSQL database for all workspaces. Opens no connection until it is used, so an exporter starts
 * while the database is away; each call then fails, and recovers by itself.
 *
 * @throws {LedgerError} if the URL can't be used
 */
export function createPostgresStore({
  url,
  password,
  ca,
  leaseMs,
  onStatement,
  migrations = ownMigrations,
  elapsedMs = () => performance.now(),
}: PostgresOptions): Store {
  const access = { address: addressOf(url), password, ca };
  const waits = { lockMs: Math.min(5_000, leaseMs), idleMs: leaseMs };
  const limits: Limits = { statementMs: 30_000, ...waits };
  const leaseLimits: Limits = { statementMs: 5_000, ...waits };
  const db = openDatabase({
    ...access,
    maxConnections,
    connectMs: 10_000,
    limits,
    ...(onStatement && { onStatement }),
  });
  const leases = openDatabase({
    ...access,
    maxConnections: maxLeaseConnections,
    connectMs: 5_000,
    limits: leaseLimits,
  });
  const schema = createSchema(leases, migrations);
  const guarded = schema.guard(db);
  const replicas = createPostgresReplicas({
    db: schema.guard(leases),
    unguarded: leases,
    ledgers: guarded,
    schema,
    leaseMs,
    elapsedMs,
  });
  const ledgers = createPostgresLedgers(guarded, (workspace) => replicas.fenceOf(workspaceTask(workspace)));
  return {
    open: ledgers.open,
    create: ledgers.create,
    replicas,
    async close() {
      await Promise.all([db.close(), leases.close()]);
    },
  };
}
