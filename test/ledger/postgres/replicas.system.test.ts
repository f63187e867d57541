import { describe, expect, test } from 'vitest';
import type { Database } from '../../../src/ledger/postgres/database.ts';
import { createSchema } from '../../../src/ledger/postgres/migrate.ts';
import { createPostgresReplicas } from '../../../src/ledger/postgres/replicas.ts';
import { migrations } from '../../../src/ledger/postgres/schema.ts';
import { LedgerError } from '../../../src/ledger/store.ts';
import { inForm } from '../../support/form.ts';
import { openTestDatabase, throughPort } from '../../support/ledger/postgres-database.ts';
import { usePostgres } from '../../support/postgres.ts';
import { startTcpProxy } from '../../support/process/tcp-proxy.ts';
import { describeReplicas } from '../replicas-contract.ts';

const server = usePostgres();
const leaseMs = 15_000;
const look = { scrapedAgoMs: null };

/** Replicas on a new database, whose clock and theirs the test turns: all times of the rows move into the past. */
async function createShared() {
  const url = await server.createDatabase();
  const clock = openTestDatabase(url);
  let passedMs = 0;
  let statements = 0;
  let failing = Number.NaN;
  const counted = (db: Database): Database => ({
    ...db,
    rows: async (sql, ...values) => {
      statements += 1;
      if (statements === failing) throw new LedgerError('cut off');
      return db.rows(sql, ...values);
    },
  });
  return {
    url,
    clock,
    leaseMs,
    statements: () => statements,
    /** Statements outside of transactions, from now on. */
    failAt: (nth: number) => {
      failing = statements + nth;
    },
    async join(through = url) {
      const unguarded = counted(openTestDatabase(through));
      const schema = createSchema(unguarded, migrations);
      const db = schema.guard(unguarded);
      const elapsedMs = () => performance.now() + passedMs;
      const replicas = createPostgresReplicas({ db, unguarded, ledgers: db, schema, leaseMs, elapsedMs });
      return {
        replicas,
        db,
        commit: (task: string) => db.transaction(async (queries) => void (await replicas.fenceOf(task).check(queries))),
      };
    },
    async pass(ms: number) {
      passedMs += ms;
      await clock.rows(
        `WITH told AS (UPDATE told SET told_at = told_at - $1 * interval '1 millisecond')
        UPDATE replica SET expires_at = expires_at - $1 * interval '1 millisecond', scraped_at = scraped_at - $1 * interval '1 millisecond'`,
        ms,
      );
    },
  };
}

describe('replicas in PostgreSQL', () => {
  describeReplicas({ create: createShared });

  test('a look is one statement, and one more after a third of a lease or a scrape', async () => {
    const { join, pass, statements } = await createShared();
    const { replicas } = await join();
    const costOf = async (scrapedAgoMs: number | null) => {
      const before = statements();
      await replicas.look({ scrapedAgoMs });
      return statements() - before;
    };
    await replicas.look(look);
    await replicas.take(['x'], 1);
    expect(await costOf(null)).toBe(1);
    await pass(1_000);
    expect(await costOf(500)).toBe(2);
    expect(await costOf(500)).toBe(1);
    await pass(1_000);
    expect(await costOf(1_500)).toBe(1);
    await pass(leaseMs / 3);
    expect(await costOf(null)).toBe(2);
  });

  test('holds nothing once its lease may have ended, and knows at its next look what is left', async () => {
    const { join, pass } = await createShared();
    const [a, b] = [await join(), await join()];
    await a.replicas.take(['x', 'y'], 2);
    await pass(leaseMs - 5_000);
    expect(a.replicas.holds('x')).toBe(true);
    await pass(5_000);
    expect(a.replicas.holds('x')).toBe(false);
    await b.replicas.take(['x'], 1);
    // Taking also says that it lives, but does not bring back what another one has taken.
    expect(await a.replicas.take(['z'], 1)).toEqual(['z']);
    expect(['x', 'y', 'z'].map((task) => a.replicas.holds(task))).toEqual([false, true, true]);
  });

  test('holds nothing if it could renew its lease late, but not look who has it', async () => {
    const { join, pass, failAt } = await createShared();
    const { replicas } = await join();
    await replicas.take(['x'], 1);
    await pass(leaseMs);
    failAt(2);
    await expect(replicas.look(look)).rejects.toThrow('cut off');
    expect(replicas.holds('x')).toBe(false);
    await replicas.look(look);
    expect(replicas.holds('x')).toBe(true);
  });

  test('a lease of another epoch is another lease', async () => {
    const { clock, join } = await createShared();
    const { replicas, commit } = await join();
    await replicas.take(['x'], 1);
    await clock.rows('UPDATE task SET epoch = epoch + 1');
    await expect(commit('x')).rejects.toMatchObject({ isLost: true });
  });

  test('a look misses no change that ended later than it began', async () => {
    const { join } = await createShared();
    const [a, b, c] = [await join(), await join(), await join()];
    await a.replicas.take(['x', 'y'], 1);
    await b.replicas.take(['y'], 1);
    await c.replicas.look(look);
    const seen = async () => {
      const { tasks } = await c.replicas.look(look);
      return ['x', 'y'].map((task) => tasks.get(task)?.version);
    };
    await a.db.transaction(async (queries) => {
      await a.replicas.fenceOf('x').check(queries);
      await b.commit('y');
      expect(await seen()).toEqual([0, 1]);
      await b.commit('y');
      expect(await seen()).toEqual([0, 2]);
    });
    expect(await seen()).toEqual([1, 2]);
    expect(await seen()).toEqual([1, 2]);
  });

  test('several that take the same at once never take it from each other', async () => {
    const { join } = await createShared();
    const first = await join();
    const all = [first, await join(), await join()];
    for (let round = 0; round < inForm(20, 100); round++) {
      const tasks = Array.from({ length: 60 }, (_, i) => `${round} ${i}`);
      await first.replicas.take(tasks, 60);
      const giving = first.replicas.release(tasks);
      const [, ...taken] = await Promise.all([giving, ...all.map(({ replicas }) => replicas.take(tasks, 60))]);
      expect(new Set(taken.flat()).size).toBe(taken.flat().length);
      for (const { replicas } of all) await replicas.look(look);
      for (const [i, { replicas }] of all.entries())
        expect(
          taken[i]?.every((task) => replicas.holds(task)),
          `round ${round}`,
        ).toBe(true);
    }
  });

  test('holds nothing once its lease may have ended while the database is away', async () => {
    const { url, join, pass } = await createShared();
    const proxy = await startTcpProxy(server.port);
    const { replicas } = await join(throughPort(url, proxy.port));
    await replicas.take(['x'], 1);
    await proxy.refuse();
    await pass(leaseMs / 2);
    await expect(replicas.look(look)).rejects.toThrow('nothing listens there');
    expect(replicas.holds('x')).toBe(true);
    await pass(leaseMs / 2);
    await expect(replicas.look(look)).rejects.toThrow('nothing listens there');
    expect(replicas.holds('x')).toBe(false);
    await proxy.mend();
    await replicas.look(look);
    expect(replicas.holds('x')).toBe(true);
  });

  test('a lease whose answer was lost is given back at the next look, as is one that could not be given back', async () => {
    const { url, join } = await createShared();
    const proxy = await startTcpProxy(server.port);
    const [a, b] = [await join(throughPort(url, proxy.port)), await join()];
    await a.replicas.take(['x', 'y'], 2);
    await b.replicas.look(look);
    proxy.swallowAnswers();
    const taking = a.replicas.take(['z'], 1);
    await expect(taking).rejects.toThrow('does not answer in time');
    await proxy.mend();
    await proxy.refuse();
    await expect(a.replicas.release(['y'])).rejects.toThrow('nothing listens there');
    await proxy.mend();
    await a.replicas.look(look);
    expect(await b.replicas.take(['x', 'y', 'z'], 3)).toEqual(['y', 'z']);
    expect(['x', 'y', 'z'].map((task) => a.replicas.holds(task))).toEqual([true, false, false]);
  });

  test('those that died long ago are forgotten', async () => {
    const { clock, join, pass } = await createShared();
    await (await join()).replicas.look(look);
    await pass(2 * 86_400_000);
    await (await join()).replicas.look(look);
    expect(await clock.rows('SELECT name FROM replica')).toHaveLength(1);
  });
});
