import { addressOf } from '../../../src/ledger/postgres/connection.ts';
import { type Database, openDatabase, type Queries } from '../../../src/ledger/postgres/database.ts';
import type { Fence } from '../../../src/ledger/postgres/ledger.ts';
import { createPostgresLedgers } from '../../../src/ledger/postgres/ledgers.ts';
import { createSchema } from '../../../src/ledger/postgres/migrate.ts';
import { migrations } from '../../../src/ledger/postgres/schema.ts';
import type { Store, WorkspaceId } from '../../../src/ledger/store.ts';

/** Ledgers without leases: whoever is the first to commit comes through. */
export interface PostgresLedgers extends Pick<Store, 'open' | 'create'> {
  /** Statements so far, those of transactions included, but for what `Database` adds. */
  readonly statements: readonly string[];
  /** What the next statements do beforehand; it may throw. */
  before: (sql: string) => void | Promise<void>;
  close(): Promise<void>;
}

const open: Fence = {
  async check(queries) {
    await queries.rows('SELECT 1');
    return 1;
  },
};

const limits = { statementMs: 30_000, lockMs: 5_000, idleMs: 30_000 };

export function openLedgers(url: string): PostgresLedgers {
  const access = { address: addressOf(url), password: null, ca: null };
  const own = openDatabase({ ...access, maxConnections: 4, connectMs: 10_000, limits });
  const db = createSchema(own, migrations).guard(own);
  const statements: string[] = [];
  const note = async (text: string) => {
    await ledgers.before(text);
    statements.push(text);
  };
  const watched = (queries: Queries): Queries => ({
    async rows(text, ...values) {
      await note(text);
      return queries.rows(text, ...values);
    },
  });
  const watchedDatabase: Database = {
    ...watched(db),
    async transaction(work) {
      await note('BEGIN');
      const result = await db.transaction(async (queries) => {
        const result = await work(watched(queries));
        await note('COMMIT');
        return result;
      });
      await note('COMMITTED');
      return result;
    },
    async reading(work) {
      await note('BEGIN READ ONLY');
      const result = await db.reading((queries) => work(watched(queries)));
      await note('END');
      return result;
    },
    close: () => db.close(),
  };
  const ledgers: PostgresLedgers = {
    ...createPostgresLedgers(watchedDatabase, () => open),
    statements,
    before: () => {},
    close: () => db.close(),
  };
  return ledgers;
}

let made = 0;

/** One that no other test has. */
export function newWorkspace(): WorkspaceId {
  return { projectId: `project ${++made}`, workspaceId: 'w' };
}
