import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ColumnKind, tables } from '../../../src/ledger/copy/tables.ts';
import { postgresPlace } from '../../../src/ledger/postgres/place.ts';
import { createPostgresStore } from '../../../src/ledger/postgres/store.ts';
import { workspaceTask } from '../../../src/ledger/replicas.ts';
import { sqlitePlace } from '../../../src/ledger/sqlite/place.ts';
import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import { LedgerError, type Store } from '../../../src/ledger/store.ts';
import { usePostgres } from '../../support/postgres.ts';
import { temporaryFolder } from '../../support/process/processes.ts';
import { createSoc, type SimulatedSoc } from '../../support/world/simulated-soc.ts';
import { altering, busySoc, copy, first, goOn, ofRuns, rowsOf, second } from './copying.ts';

const server = usePostgres();
const original = join(mkdtempSync(join(tmpdir(), 'ledger-')), 'secmaster.db');
let soc: SimulatedSoc;
let exposition: string;
beforeAll(async () => {
  const store = createSqliteStore(original);
  await busySoc(store, second);
  soc = await busySoc(store);
  exposition = await soc.exposition();
  await store.close();
});
afterAll(() => rmSync(dirname(original), { recursive: true }));

const source = sqlitePlace(original);
const placeOf = (url: string) => postgresPlace({ url, password: null, ca: null });
const storeOf = (url: string) => createPostgresStore({ url, password: null, ca: null, leaseMs: 3_000 });

/** Lets a store's process poll both workspaces. */
async function lead(store: Store): Promise<void> {
  await store.replicas?.take([workspaceTask(first), workspaceTask(second)], 2);
}

/** A database with a copy. */
async function copiedDatabase(): Promise<string> {
  const url = await server.createDatabase();
  await copy(source, placeOf(url));
  return url;
}

test('a copy in PostgreSQL shows the same metrics and goes on counting', async () => {
  const url = await server.createDatabase();
  expect(await copy(source, placeOf(url))).toMatchObject({ workspaces: 2 });
  const store = storeOf(url);
  await lead(store);
  const next = createSoc({ after: soc, store, settings: soc.settings });
  await next.workspace.refresh();
  expect(ofRuns(await next.exposition())).toEqual(ofRuns(exposition));
  await goOn(next);

  // And back.
  await next.workspace.refresh();
  const after = await next.exposition();
  await store.replicas?.leave();
  await store.close();
  const path = join(temporaryFolder(), 'back.db');
  await copy(placeOf(url), sqlitePlace(path));
  const back = createSqliteStore(path);
  const last = createSoc({ after: next, store: back, settings: soc.settings });
  await last.workspace.refresh();
  expect(ofRuns(await last.exposition())).toEqual(ofRuns(after));
  await goOn(last);
  await back.close();
});

test('to PostgreSQL and back, and to another database, every row is as it was', async () => {
  const [url, other] = [await copiedDatabase(), await server.createDatabase()];
  const path = join(temporaryFolder(), 'back.db');
  await copy(placeOf(url), placeOf(other));
  await copy(placeOf(other), sqlitePlace(path));
  const straight = join(temporaryFolder(), 'straight.db');
  await copy(source, sqlitePlace(straight));
  expect(await rowsOf(sqlitePlace(path))).toEqual(await rowsOf(sqlitePlace(straight)));
});

test('a new workspace gets a ledger beside those that were copied', async () => {
  const store = storeOf(await copiedDatabase());
  const third = { ...first, workspaceId: 'third' };
  await store.replicas?.take([workspaceTask(third)], 1);
  await store.create(third, 1, 1);
  expect(await store.open(third)).not.toBeNull();
  await store.replicas?.leave();
  await store.close();
});

test.each([...Array(8).keys()])('a copy that ends after %i of its steps leaves an empty database', async (steps) => {
  const url = await server.createDatabase();
  let left = steps * 2;
  const stopped = copy(source, placeOf(url), () => {
    if (left-- === 0) throw new LedgerError('stopped');
  });
  await expect(stopped).rejects.toThrow('stopped');
  await expect(rowsOf(placeOf(url))).resolves.toMatchObject({ ledger: [], instance: [], label_set: [] });
  expect(await copy(source, placeOf(url))).toMatchObject({ workspaces: 2 });
});

test('a copy whose connection breaks leaves an empty database', async () => {
  const url = await server.createDatabase();
  const cut = () =>
    server.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${new URL(url).pathname.slice(1)}'`,
    );
  let cuts: Promise<unknown> | null = null;
  const broken = copy(source, placeOf(url), () => {
    cuts ??= cut();
  });
  await expect(broken).rejects.toThrow(LedgerError);
  await cuts;
  await expect(rowsOf(placeOf(url))).resolves.toMatchObject({ ledger: [], instance: [] });
});

test('a copy that differs is refused, and the database stays empty', async () => {
  const url = await server.createDatabase();
  let isDone = false;
  const target = altering(placeOf(url), (table, row) => {
    if (table.name !== 'counter' || isDone) return row;
    isDone = true;
    const at = Object.keys(table.columns).indexOf('value');
    return row.with(at, Number(row[at]) + 1);
  });
  await expect(copy(source, target)).rejects.toThrow(/differs: its counters and gauges;/);
  await expect(rowsOf(placeOf(url))).resolves.toMatchObject({ ledger: [] });
});

test('nothing is copied to a database with ledgers', async () => {
  const url = await copiedDatabase();
  await expect(copy(source, placeOf(url))).rejects.toThrow(
    /^the ledger in PostgreSQL 127\.0\.0\.1:\d+\/test_\d+ is not empty \(workspaces: 2\); ledgers are only copied to a database without any$/,
  );
});

test.each<[string, (used: string, free: string, path: string) => Promise<unknown>]>([
  ['from', (used, _, path) => copy(placeOf(used), sqlitePlace(path))],
  ['to', (used) => copy(source, placeOf(used))],
])('nothing is copied %s a database that replicas use, and they are named', async (_, attempt) => {
  const url = await copiedDatabase();
  const store = storeOf(url);
  await lead(store);
  const path = join(temporaryFolder(), 'copy.db');
  const attempted = attempt(url, await server.createDatabase(), path);
  await expect(attempted).rejects.toThrow(
    `is used by ${store.replicas?.name}; stop these replicas first, and wait for state.lease if they have died`,
  );
  expect(readdirSync(dirname(path))).toEqual([]);
  await store.replicas?.leave();
  await store.close();
});

test.each<[string, (url: string) => Promise<unknown>, RegExp]>([
  ['has no tables', async () => {}, /has no tables, so there is nothing to copy$/],
  [
    'has no workspaces',
    async (url) => {
      const store = storeOf(url);
      await store.open(first);
      await store.close();
    },
    /has no workspaces, so there is nothing to copy$/,
  ],
  [
    'is too new',
    async (url) => {
      await copy(source, placeOf(url));
      await server.sql('UPDATE secmaster_exporter SET version = 99', new URL(url).pathname.slice(1));
    },
    /this exporter is too old for the ledger in PostgreSQL: its tables have version 99/,
  ],
])('a database that %s is refused as a source', async (_, make, message) => {
  const url = await server.createDatabase();
  await make(url);
  const path = join(temporaryFolder(), 'copy.db');
  await expect(copy(placeOf(url), sqlitePlace(path))).rejects.toThrow(message);
  expect(readdirSync(dirname(path))).toEqual([]);
});

/** What PostgreSQL alone has, and what is told there and not copied. */
const own: Readonly<Record<string, readonly string[]>> = {
  ledger: ['commit', 'earlier', 'changed_in', 'last_label_set'],
  label_set: ['touched_in'],
};
const others = ['secmaster_exporter', 'replica', 'task', 'told'];
const types: Readonly<Record<ColumnKind, string>> = {
  whole: 'bigint',
  flag: 'boolean',
  text: 'text',
  json: 'text',
  real: 'double precision',
};

test('a copy has every table of PostgreSQL with every column, but for what it has of its own', async () => {
  const url = await copiedDatabase();
  const columns = await server.sql<{ table: string; name: string; type: string }>(
    `SELECT table_name AS "table", column_name AS name, data_type AS type FROM information_schema.columns
     WHERE table_schema = 'public'`,
    new URL(url).pathname.slice(1),
  );
  const copied = tables.flatMap(({ name: table, columns }) =>
    Object.entries(columns).map(([name, kind]) => `${table} ${name} ${types[kind]}`),
  );
  const there = columns
    .filter(({ table, name }) => !others.includes(table) && !own[table]?.includes(name))
    .map(({ table, name, type }) => `${table} ${name} ${type}`);
  expect(copied.toSorted()).toEqual(there.toSorted());
});
