import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sqlitePlace } from '../../../src/ledger/sqlite/place.ts';
import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import { LedgerError } from '../../../src/ledger/store.ts';
import { temporaryFolder } from '../../support/process/processes.ts';
import { createSoc, type SimulatedSoc } from '../../support/world/simulated-soc.ts';
import { altering, busySoc, copy, first, goOn, ofRuns, rowsOf, second } from './copying.ts';

const original = join(mkdtempSync(join(tmpdir(), 'ledger-')), 'secmaster.db');
let soc: SimulatedSoc;
let exposition: string;
beforeAll(async () => {
  const store = createSqliteStore(original);
  soc = await busySoc(store);
  exposition = await soc.exposition();
  await store.close();
});
afterAll(() => rmSync(dirname(original), { recursive: true }));

/** A ledger with rows in every table. */
function ledgerFile(): string {
  const path = join(temporaryFolder(), 'secmaster.db');
  copyFileSync(original, path);
  return path;
}

async function refusal(from: string, to: string): Promise<string> {
  return copy(sqlitePlace(from), sqlitePlace(to)).then(
    () => 'copied',
    (error) => {
      expect(error).toBeInstanceOf(LedgerError);
      return (error as Error).message;
    },
  );
}

test('a copy has every row, shows the same metrics and goes on counting', async () => {
  const path = ledgerFile();
  const to = join(temporaryFolder(), 'deep', 'copy.db');
  const copied = await copy(sqlitePlace(path), sqlitePlace(to));
  expect(copied).toMatchObject({ workspaces: 1, instances: expect.any(Number), series: expect.any(Number) });
  expect(copied.instances).toBeGreaterThan(50);
  expect(await rowsOf(sqlitePlace(to))).toEqual(await rowsOf(sqlitePlace(path)));
  const empty = Object.entries(await rowsOf(sqlitePlace(path))).filter(([, rows]) => rows.length === 0);
  expect(empty).toEqual([]);
  expect(statSync(to).mode & 0o777).toBe(0o600);
  expect(readdirSync(dirname(to))).toEqual(['copy.db']);

  const store = createSqliteStore(to);
  const next = createSoc({ after: soc, store, settings: soc.settings });
  await next.workspace.refresh();
  expect(ofRuns(await next.exposition())).toEqual(ofRuns(exposition));
  await goOn(next);
  await store.close();
});

test('several workspaces have their own label sets in the copy too', async () => {
  const path = join(temporaryFolder(), 'secmaster.db');
  const store = createSqliteStore(path);
  await busySoc(store, second);
  await busySoc(store, first);
  await store.close();
  const to = `${path}.copy`;
  expect(await copy(sqlitePlace(path), sqlitePlace(to))).toMatchObject({ workspaces: 2 });
  const read = async (file: string) => {
    const opened = createSqliteStore(file);
    const ledgers = await Promise.all([first, second].map((ids) => opened.open(ids)));
    const shown = await Promise.all(ledgers.map(async (one) => [one?.state, await one?.snapshot()]));
    await opened.close();
    return shown;
  };
  expect(await read(to)).toEqual(await read(path));
});

test.each([...Array(12).keys()])('a copy that ends after %i of its steps leaves nothing behind', async (steps) => {
  const path = ledgerFile();
  const before = await rowsOf(sqlitePlace(path));
  const to = join(temporaryFolder(), 'copy.db');
  let left = steps;
  const stopped = copy(sqlitePlace(path), sqlitePlace(to), () => {
    if (left-- === 0) throw new LedgerError('stopped');
  });
  await expect(stopped).rejects.toThrow('stopped');
  expect(readdirSync(dirname(to))).toEqual([]);
  expect(await rowsOf(sqlitePlace(path))).toEqual(before);
  expect(await copy(sqlitePlace(path), sqlitePlace(to))).toMatchObject({ workspaces: 1 });
});

test.each<[string, string, string, RegExp]>([
  ['a counter', 'counter', 'value', /differs: its counters and gauges;/],
  ['a gauge', 'gauge', 'instances', /differs: its counters and gauges;/],
  ['a mark', 'mark', 'at_ms', /differs: its counters and gauges;/],
  ['a bucket', 'duration', 'count', /differs: its counters and gauges;/],
  ['what has been counted of an instance', 'instance', 'counted_retries', /what has been counted of an instance;/],
  ['its state', 'ledger', 'generation', /differs: its state;/],
  ['a failed attempt', 'failure', 'failed_ms', /differs: its failed attempts;/],
])('a copy in which %s differs is refused, and nothing is left', async (_, name, column, message) => {
  const path = ledgerFile();
  const to = join(temporaryFolder(), 'copy.db');
  let isDone = false;
  const target = altering(sqlitePlace(to), (table, row) => {
    if (table.name !== name || isDone) return row;
    isDone = true;
    const at = Object.keys(table.columns).indexOf(column);
    return row.with(at, Number(row[at]) + 1);
  });
  await expect(copy(sqlitePlace(path), target)).rejects.toThrow(message);
  expect(readdirSync(dirname(to))).toEqual([]);
});

test('a copy that lacks an instance is refused', async () => {
  const path = ledgerFile();
  let isDone = false;
  const target = altering(sqlitePlace(join(temporaryFolder(), 'copy.db')), (table, row) => {
    if (table.name !== 'instance' || isDone || row[Object.keys(table.columns).indexOf('open')] === true) return row;
    isDone = true;
    return null;
  });
  await expect(copy(sqlitePlace(path), target)).rejects.toThrow(/what has been counted of an instance/);
});

test.each<[string, (path: string) => void]>([
  ['a ledger', (path) => void createSqliteStore(path).close()],
  ['an empty file', (path) => writeFileSync(path, '')],
  ['a folder', (path) => void mkdirSync(path)],
  ['a link to nowhere', (path) => symlinkSync('/nowhere/secmaster.db', path)],
])('nothing is copied to where there is %s', async (_, make) => {
  const path = ledgerFile();
  const to = join(temporaryFolder(), 'copy.db');
  make(to);
  expect(await refusal(path, to)).toBe(
    `there is already a file at ${to}; ledgers are only copied to a new one, so choose another path`,
  );
});

test('a copy does not replace what appears at its path meanwhile', async () => {
  const path = ledgerFile();
  const to = join(temporaryFolder(), 'copy.db');
  const meanwhile = copy(sqlitePlace(path), sqlitePlace(to), () => writeFileSync(to, 'mine'));
  await expect(meanwhile).rejects.toThrow(/there is already a file/);
  expect(readdirSync(dirname(to))).toEqual(['copy.db']);
});

test.each<[string, (path: string) => unknown, RegExp]>([
  ['is not there', () => {}, /^there is no ledger .*none\.db; check the path$/],
  ['is empty', (path) => writeFileSync(path, ''), /the file is empty/],
  ['is no database', (path) => writeFileSync(path, 'x'.repeat(8_192)), /not a ledger/],
  ['has no workspaces', (path) => createSqliteStore(path).close(), /has no workspaces, so there is nothing to copy$/],
  [
    'is too new',
    (path) => {
      void createSqliteStore(path).close();
      using db = new DatabaseSync(path);
      db.exec('PRAGMA user_version = 99');
    },
    /was written by a newer exporter/,
  ],
])('a source that %s is refused', async (_, make, message) => {
  const from = join(temporaryFolder(), 'none.db');
  make(from);
  const to = join(temporaryFolder(), 'copy.db');
  expect(await refusal(from, to)).toMatch(message);
  expect(readdirSync(dirname(to))).toEqual([]);
});

test('a damaged source is refused', async () => {
  const path = ledgerFile();
  truncateSync(path, Math.floor(statSync(path).size / 2));
  expect(await refusal(path, join(temporaryFolder(), 'copy.db'))).toMatch(/the file is damaged/);
});

test('a source that an exporter uses is refused', async () => {
  const path = ledgerFile();
  const store = createSqliteStore(path);
  await store.open(first);
  expect(await refusal(path, join(temporaryFolder(), 'copy.db'))).toMatch(/another process uses it; stop that process/);
  await store.close();
});
