import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runLabels, withStatus } from '../../../src/ledger/label-set.ts';
import { prune } from '../../../src/ledger/prune.ts';
import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import { type Ledger, LedgerError, type Store } from '../../../src/ledger/store.ts';
import { inForm } from '../../support/form.ts';
import { foldRows, sweepPart } from '../../support/ledger/ledgers.ts';
import { everythingOf, instance, nowMs } from '../contract.ts';

const workspace = { projectId: 'p', workspaceId: 'w' };
const fromMinute = nowMs / 60_000 - 60;

let folder: string;
let path: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  path = join(folder, 'secmaster.db');
  const store = createSqliteStore(path);
  const ledger = await store.create(workspace, nowMs, fromMinute);
  const ended = { startTimeMs: nowMs + 1_000, endTimeMs: nowMs + 2_000 };
  await show(
    ledger,
    instance('a', { retryCount: 3 }),
    instance('b', { ...ended, status: 'FAILED', retryCount: 1 }),
    instance('c', { ...ended, status: 'FINISHED' }),
  );
  await ledger.commit({ kind: 'sweep_planned', sweep: [sweepPart({ fromMs: 1, toMs: 2 })], recheck: null });
  await store.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

async function show(ledger: Ledger, ...instances: ReturnType<typeof instance>[]): Promise<void> {
  await ledger.commit({ kind: 'page', page: await foldRows(ledger, instances, nowMs) });
  await ledger.commit({ kind: 'exposed', series: await ledger.pending() });
}

/** As neither SQLite nor an exporter would write it: a STRICT table refuses most of it. */
function set(table: string, column: string, value: string): void {
  const strict = (from: string, to: string) => {
    using db = new DatabaseSync(path);
    db.enableDefensive(false);
    db.exec(`PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '${from}', '${to}')`);
  };
  strict(' STRICT', ' /*STRICT*/');
  strict('NOT NULL', '/*NOT NULL*/');
  {
    using db = new DatabaseSync(path);
    // A row's own number stays whole even so.
    const isRowId = column === table || column === 'key';
    db.exec(`UPDATE OR IGNORE ${table} SET ${column} = ${isRowId ? `CAST(coalesce(${value}, 0) AS INTEGER)` : value}`);
  }
  strict(' /*STRICT*/', ' STRICT');
  strict('/*NOT NULL*/', 'NOT NULL');
}

/** The columns of numbers, of tables that have rows. */
function numberColumns(): [table: string, column: string][] {
  using db = new DatabaseSync(path);
  const sql = `SELECT t.name AS tbl, c.name AS col FROM sqlite_schema t, pragma_table_info(t.name) c
               WHERE t.type = 'table' AND c.type IN ('INTEGER', 'REAL')`;
  return db
    .prepare(sql)
    .all()
    .map(({ tbl, col }) => [String(tbl), String(col)]);
}

interface Opened {
  readonly store: Store;
  readonly mended: readonly string[];
}

/** What the store says of it, or how it refuses it. */
function open(): Opened | LedgerError {
  try {
    const mended: string[] = [];
    return { store: createSqliteStore(path, { onMended: (columns) => mended.push(...columns) }), mended };
  } catch (error) {
    if (error instanceof LedgerError) return error;
    throw error;
  }
}

/** Everything that a poll reads and writes. */
async function use(store: Store): Promise<void> {
  const ledger = (await store.open(workspace)) ?? (await store.create(workspace, nowMs, fromMinute));
  await everythingOf(ledger);
  await show(ledger, instance('a', { retryCount: 5 }), instance('d'));
  await ledger.commit({ kind: 'window_moved', fromMinute: fromMinute + 1, sweep: [] });
  await ledger.commit({ kind: 'window_moved', fromMinute: fromMinute - 1, sweep: [] });
  await prune(ledger, nowMs, 86_400_000, 1_000);
  await everythingOf(ledger);
}

test.each(
  inForm(
    ['9007199254740993', 'NULL'],
    ['9007199254740991', '9007199254740993', '9223372036854775807', '-1', '1.5', "'x'", 'NULL'],
  ),
)(
  'any number that is %s is mended or refused, and fails no poll without words',
  async (value) => {
    copyFileSync(path, `${path}.sound`);
    const fates = new Set<string>();
    for (const [table, column] of numberColumns()) {
      copyFileSync(`${path}.sound`, path);
      set(table, column, value);
      const opened = open();
      const where = `${table}.${column}`;
      if (opened instanceof LedgerError) {
        expect(opened.message, where).toMatch(/restore it from a backup/);
        expect(opened.isDamaged, where).toBe(true);
        fates.add('refused');
        continue;
      }
      await use(opened.store).then(
        () => fates.add(opened.mended.length > 0 ? 'mended' : 'taken'),
        (error: Error) => {
          expect(error, where).toBeInstanceOf(LedgerError);
          expect(error.message, where).toMatch(/restore it from a backup/);
        },
      );
      await opened.store.close();
    }
    expect(fates.size).toBeGreaterThan(1);
  },
  60_000,
);

describe('a ledger with sums that JavaScript cannot hold', () => {
  const isolate = runLabels(instance('a').playbook?.name ?? '', 'EVENT');
  const large = Number.MAX_SAFE_INTEGER;

  /** What an earlier exporter made of two rows with so many retries each. */
  function grow(): void {
    using db = new DatabaseSync(path);
    db.exec(`
      UPDATE instance SET retry_count = ${large}, counted_retries = ${large}, counted_ends = '[["FAILED",${large}]]',
        last_end_retry_count = ${large} WHERE id IN ('a', 'b');
      UPDATE counter SET value = 2 * ${large} WHERE counter IN ('retries', 'completed') AND value > 0;
      UPDATE gauge SET retries = 2 * ${large}; UPDATE cell SET retries = ${large};`);
  }

  test('counts again, and the sums of what it has not lost are right', async () => {
    grow();
    const { store, mended } = open() as Opened;
    expect(mended.toSorted()).toEqual([
      'cell.retries',
      'counter.value',
      'gauge.retries',
      'instance.counted_retries',
      'instance.last_end_retry_count',
      'instance.retry_count',
    ]);
    const ledger = (await store.open(workspace)) as Ledger;
    const before = await ledger.snapshot();
    expect(before.counters.retries).toEqual([{ labels: isolate, value: 0 }]);
    expect(before.window).toEqual([
      { labels: withStatus(isolate, 'FAILED'), instances: 1, retries: 0 },
      { labels: withStatus(isolate, 'FINISHED'), instances: 1, retries: 0 },
      { labels: withStatus(isolate, 'RUNNING'), instances: 1, retries: 0 },
    ]);
    await show(ledger, instance('a', { retryCount: 4 }));
    const after = await ledger.snapshot();
    expect(after.counters.retries).toEqual([{ labels: isolate, value: 4 }]);
    expect(after.counters.completed.find(({ labels }) => labels.status === 'FAILED')?.value).toBe(4);
    expect(after.window.find(({ labels }) => labels.status === 'RUNNING')).toMatchObject({ retries: 4 });
    await store.close();
  });

  test('is mended once: it opens as any other afterwards', async () => {
    grow();
    await (open() as Opened).store.close();
    const again = open() as Opened;
    expect(again.mended).toEqual([]);
    await use(again.store);
    await again.store.close();
  });

  test('of seconds counts the durations of that bucket anew', async () => {
    {
      using db = new DatabaseSync(path);
      db.exec("UPDATE duration SET sum_seconds = 1e300; UPDATE duration SET count = -1 WHERE exemplar_id = 'b'");
    }
    const { store } = open() as Opened;
    const ledger = (await store.open(workspace)) as Ledger;
    expect((await ledger.snapshot()).durations.flatMap(({ buckets }) => buckets)).toEqual([]);
    await store.close();
  });
});

describe('an entry that no exporter has written', () => {
  test.each<[string, string]>([
    ['counts that are no JSON', `UPDATE instance SET counted_ends = '[["FAI'`],
    ['counts of another form', `UPDATE instance SET counted_timed = '{"FAILED":1}'`],
    ['counts that are text', `UPDATE instance SET last_end_ends = '[["FAILED","1"]]' WHERE last_end_ms IS NOT NULL`],
    ['nodes of another form', `UPDATE failure SET nodes = '[7]'`],
    ['labels that are no texts', `UPDATE label_set SET labels = '{"playbook":7}' WHERE label_set = 1`],
    ['a label set that is missing', 'DELETE FROM label_set'],
  ])('such as %s, fails the poll with words', async (_, sql) => {
    {
      using db = new DatabaseSync(path);
      db.exec(sql);
    }
    const { store } = open() as Opened;
    await expect(use(store)).rejects.toThrow(/^the ledger is damaged: .*; restore it from a backup/);
    await store.close();
  });

  test('such as a counter of another exporter, is left alone', async () => {
    {
      using db = new DatabaseSync(path);
      db.exec(
        `INSERT INTO counter SELECT ledger, 'surprises', label_set, value, 1 FROM counter WHERE counter = 'started'`,
      );
    }
    const { store } = open() as Opened;
    await use(store);
    await store.close();
  });
});
