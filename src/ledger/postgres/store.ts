import { LedgerError, type Store } from '../store.ts';

export interface PostgresOptions {
  /** `postgresql://user@host:5432/database`, with what libpq allows in a URL. */
  readonly url: string;
  /** Asked for each new connection, so that a password may be changed while the exporter runs; null: none, or in the URL. */
  readonly password: (() => Promise<string>) | null;
  /** PEM; asked for each new connection; null: the system's. */
  readonly ca: (() => Promise<string>) | null;
  /** How long a replica that died keeps its leases. */
  readonly leaseMs: number;
  /** Called before each statement, which fails with whatever it throws. Tests simulate crashes with it. */
  readonly onStatement?: () => void;
}

/**
 * The store for several replicas: one PostgreSQL database for all workspaces. Opens no connection until it is used, so an exporter starts
 * while the database is away; each call then fails, and recovers by itself.
 */
export function createPostgresStore(_options: PostgresOptions): Store {
  const fail = async () => {
    throw new LedgerError('not built yet');
  };
  return { open: fail, create: fail, replicas: null, close: async () => {} };
}
