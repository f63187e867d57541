import type { Config } from '../config/config.ts';
import type { PostgresConfig } from '../config/postgres.ts';
import { createBrokenStore } from '../ledger/broken-store.ts';
import { createSqliteStore } from '../ledger/sqlite/store.ts';
import { LedgerError, type Store } from '../ledger/store.ts';
import type { Logger } from '../log.ts';
import { postgresOptions } from './postgres-options.ts';

/** PostgreSQL's part is imported where it is used. @throws {LedgerError} if an SQLite file can't be opened or created; a damaged one makes polls fail instead, as does a database that is away */
export async function openStore({ path, postgres, leaseMs }: Config['state'], log: Logger): Promise<Store> {
  if (postgres !== null) {
    const { createPostgresStore } = await import('../ledger/postgres/store.ts');
    return createPostgresStore({ ...postgresOptions(postgres), leaseMs });
  }
  try {
    return createSqliteStore(path, {
      onMigrating: (instances) =>
        log.info(
          { instances },
          'migrating the ledger of an earlier version; this takes some seconds for each 100,000 instances',
        ),
      onMended: (columns) => log.warn({ columns }, 'numbers in the ledger were out of bounds; their counts begin anew'),
    });
  } catch (error) {
    if (!(error instanceof LedgerError && error.isDamaged)) throw error;
    log.error(
      { error: error.message },
      'ledger cannot be read; nothing is counted until a restart with a readable one',
    );
    return createBrokenStore(error);
  }
}

/** What of a changed configuration needs a restart, because the store stays open as it is. */
export function storeChanges(first: Config['state'], now: Config['state']): readonly string[] {
  if (placeOf(first) !== placeOf(now)) {
    if (first.postgres === null && now.postgres === null)
      return [`state.path needs a restart; until then the ledger stays at ${first.path}`];
    const where = first.postgres === null ? `at ${first.path}` : 'in the database of before';
    return [`state.url needs a restart; until then the ledger stays ${where}`];
  }
  if (first.postgres === null || first.leaseMs === now.leaseMs) return [];
  return [`state.lease needs a restart; until then it is ${first.leaseMs / 1000}s`];
}

function placeOf({ path, postgres }: Config['state']): string {
  return postgres === null ? path : JSON.stringify(reached(postgres));
}

function reached({ url, passwordFile, caFile }: PostgresConfig) {
  return [url.reveal(), passwordFile?.path, caFile];
}
