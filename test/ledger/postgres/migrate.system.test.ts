import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSchema } from '../../../src/ledger/postgres/migrate.ts';
import { createPostgresReplicas } from '../../../src/ledger/postgres/replicas.ts';
import { migrations } from '../../../src/ledger/postgres/schema.ts';
import { createPostgresStore } from '../../../src/ledger/postgres/store.ts';
import { LedgerError } from '../../../src/ledger/store.ts';
import { openTestDatabase } from '../../support/ledger/postgres-database.ts';
import { usePostgres } from '../../support/postgres.ts';

const server = usePostgres();

const older = migrations;
const newer = [...migrations, 'ALTER TABLE task ADD COLUMN news text'];
const workspace = { projectId: 'p', workspaceId: 'w' };
const task = 'workspace p/w';

function storeOf(url: string, itsMigrations = older) {
  const store = createPostgresStore({ url, password: null, ca: null, leaseMs: 15_000, migrations: itsMigrations });
  onTestFinished(() => store.close());
  const { replicas } = store;
  if (replicas === null) throw new Error('no replicas');
  return { ...store, replicas };
}
const versionOf = async (url: string) => {
  const [row] = await openTestDatabase(url).rows<{ version: number }>('SELECT version FROM secmaster_exporter');
  return row?.version;
};
const look = { scrapedAgoMs: null };

test('several exporters that come first at once create the tables once', async () => {
  const url = await server.createDatabase();
  const stores = Array.from({ length: 5 }, () => storeOf(url));
  expect(await Promise.all(stores.map((store) => store.open(workspace)))).toEqual([null, null, null, null, null]);
  expect(await versionOf(url)).toBe(older.length);
});

test('an exporter that starts while the database is away goes on once it is there', async () => {
  const url = await server.createDatabase();
  const store = storeOf(url);
  await server.stop();
  await expect(store.open(workspace)).rejects.toThrow('nothing listens there');
  await expect(store.replicas.look(look)).rejects.toThrow('nothing listens there');
  await server.start();
  expect(await store.open(workspace)).toBe(null);
  expect((await store.replicas.look(look)).replicas).toHaveLength(1);
});

test('a migration that fails leaves the tables as they were', async () => {
  const url = await server.createDatabase();
  await storeOf(url).open(workspace);
  const bad = storeOf(url, [...older, 'CREATE TABLE half (x int)', 'SELECT nonsense']);
  await expect(bad.open(workspace)).rejects.toThrow('column "nonsense" does not exist');
  expect(await versionOf(url)).toBe(older.length);
  expect(await openTestDatabase(url).rows("SELECT FROM pg_tables WHERE tablename = 'half'")).toEqual([]);
  await storeOf(url).open(workspace);
});

test('a database that was restored from an older backup is brought up to date', async () => {
  const url = await server.createDatabase();
  const store = storeOf(url, newer);
  await store.replicas.look(look);
  await openTestDatabase(url).rows(`WITH it AS (UPDATE secmaster_exporter SET version = ${older.length}) SELECT 1`);
  await openTestDatabase(url).rows('ALTER TABLE task DROP COLUMN news');
  await expect(store.replicas.look(look)).rejects.toThrow('as after a restored backup');
  await store.replicas.look(look);
  expect(await versionOf(url)).toBe(newer.length);
});

describe('an older replica beside a newer one', () => {
  const tooOld = `this exporter is too old for the ledger in PostgreSQL: its tables have version ${newer.length}, and this exporter knows version ${older.length}; newer replicas go on`;

  test('stops writing, gives its leases back at once, and says so whatever it tries', async () => {
    const url = await server.createDatabase();
    const [old, other] = [storeOf(url), storeOf(url)];
    await old.replicas.take([task], 1);
    const ledger = await old.create(workspace, 1, 1);
    await other.replicas.look(look);

    const fresh = storeOf(url, newer);
    expect(await fresh.replicas.take([task], 1)).toEqual([]);
    await expect(ledger.commit({ kind: 'history_planned', fromMs: 1, items: [] } as never)).rejects.toThrow(tooOld);
    await expect(old.replicas.look(look)).rejects.toThrow(tooOld);
    expect(old.replicas.holds(task)).toBe(false);
    expect(await fresh.replicas.take([task], 1)).toEqual([task]);

    await expect(other.replicas.look(look)).rejects.toThrow(tooOld);
    expect((await fresh.replicas.look(look)).replicas.map(({ name }) => name)).toEqual([fresh.replicas.name]);
    await expect(old.replicas.take(['x'], 1)).rejects.toThrow(tooOld);
    await expect(old.replicas.tell('x', () => 1)).rejects.toThrow(tooOld);
    await expect(old.open(workspace)).rejects.toThrow(tooOld);
    await old.replicas.leave();
    expect((await fresh.open(workspace))?.state.createdAtMs).toBe(1);
    await expect(storeOf(url).open(workspace)).rejects.toThrow(tooOld);
  });

  test('ends the commit that it is in before the tables change, and none after', async () => {
    const url = await server.createDatabase();
    const db = openTestDatabase(url);
    const schema = createSchema(db, older);
    const guarded = schema.guard(db);
    const replicas = createPostgresReplicas({
      db: guarded,
      unguarded: db,
      ledgers: guarded,
      schema,
      leaseMs: 15_000,
      elapsedMs: () => performance.now(),
    });
    await replicas.take([task], 1);
    const fence = replicas.fenceOf(task);
    let isMigrated = false;
    const fresh = storeOf(url, newer);

    const within = await guarded.transaction(async (queries) => {
      await fence.check(queries);
      const migration = fresh.replicas.look(look).then(() => {
        isMigrated = true;
      });
      await sleep(500);
      expect(isMigrated).toBe(false);
      // Another commit that begins now waits for the migration, and fails.
      const late = guarded
        .transaction((others) => fence.check(others))
        .then(
          () => 'committed',
          (error: unknown) => error,
        );
      await sleep(200);
      await queries.rows("UPDATE task SET version = version + 100 WHERE task = 'workspace p/w'");
      return { migration, late };
    });
    await within.migration;
    expect(isMigrated).toBe(true);
    const late = await within.late;
    expect(late).toBeInstanceOf(LedgerError);
    expect((late as LedgerError).message).toContain(tooOld);
    const [row] = await openTestDatabase(url).rows<{ version: number }>('SELECT version FROM task');
    expect(row?.version).toBe(101);
  });
});
