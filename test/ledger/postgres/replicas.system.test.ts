import { describe, onTestFinished } from 'vitest';
import { addressOf } from '../../../src/ledger/postgres/connection.ts';
import { openDatabase } from '../../../src/ledger/postgres/database.ts';
import { createSchema } from '../../../src/ledger/postgres/migrate.ts';
import { createPostgresReplicas } from '../../../src/ledger/postgres/replicas.ts';
import { migrations } from '../../../src/ledger/postgres/schema.ts';
import { usePostgres } from '../../support/postgres.ts';
import { describeReplicas, type SharedStore } from '../replicas-contract.ts';

const server = usePostgres();
const leaseMs = 15_000;

/** Replicas on a new database, whose clock and theirs the test turns: all times of the rows move into the past. */
async function createShared(): Promise<SharedStore> {
  const url = await server.createDatabase();
  let passedMs = 0;
  const open = () => {
    const limits = { statementMs: 10_000, lockMs: 5_000, idleMs: 10_000 };
    const db = openDatabase({
      address: addressOf(url),
      password: null,
      ca: null,
      maxConnections: 4,
      connectMs: 5_000,
      limits,
    });
    onTestFinished(() => db.close());
    return db;
  };
  const clock = open();
  return {
    leaseMs,
    async join() {
      const unguarded = open();
      const schema = createSchema(unguarded, migrations);
      const db = schema.guard(unguarded);
      const elapsedMs = () => performance.now() + passedMs;
      const replicas = createPostgresReplicas({ db, unguarded, ledgers: db, schema, leaseMs, elapsedMs });
      return {
        replicas,
        commit: (task) => db.transaction(async (queries) => void (await replicas.fenceOf(task).check(queries))),
      };
    },
    async pass(ms) {
      passedMs += ms;
      await clock.rows(
        `WITH told AS (UPDATE told SET told_at = told_at - $1 * interval '1 millisecond')
        UPDATE replica SET expires_at = expires_at - $1 * interval '1 millisecond', scraped_at = scraped_at - $1 * interval '1 millisecond'`,
        ms,
      );
    },
  };
}

describe('replicas in PostgreSQL', () => describeReplicas({ create: createShared }));
