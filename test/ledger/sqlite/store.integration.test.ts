import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { labelsText, runLabels, withStatus } from '../../../src/ledger/label-set.ts';
import { manyInstances } from '../../../src/ledger/sqlite/migrate.ts';
import { applicationId, migrations } from '../../../src/ledger/sqlite/schema.ts';
import { lengthen, type ShortText, shortColumns } from '../../../src/ledger/sqlite/short-texts.ts';
import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import { type Ledger, LedgerError } from '../../../src/ledger/store.ts';
import { sweepPart } from '../../support/ledger/ledgers.ts';
import { createSoc } from '../../support/world/simulated-soc.ts';
import { everythingOf } from '../contract.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  path = join(folder, 'deep', 'secmaster.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function alter(file: string, sql: string): void {
  using db = new DatabaseSync(file);
  db.exec(sql);
}

describe('a ledger that cannot be used says what to do', () => {
  test('when another process uses it', async () => {
    const store = createSqliteStore(path);
    expect(() => createSqliteStore(path)).toThrow(/another process uses it; stop that process/);
    await store.close();
  });

  test('when it is no database', () => {
    const file = join(folder, 'text.db');
    writeFileSync(file, 'not a database, but long enough to have a header of its own '.repeat(20));
    expect(() => createSqliteStore(file)).toThrow(/is not a ledger, or it is damaged/);
  });

  test("when it is another program's", () => {
    const file = join(folder, 'other.db');
    alter(file, 'CREATE TABLE t (a)');
    expect(() => createSqliteStore(file)).toThrow(/database of another program/);
  });

  test('when a newer exporter has written it', async () => {
    await createSqliteStore(path).close();
    alter(path, 'PRAGMA user_version = 99');
    expect(() => createSqliteStore(path)).toThrow(
      `was written by a newer exporter (its schema is 99, the newest known here is ${migrations.length}); run the newer`,
    );
  });

  test('when its folder cannot be created', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => createSqliteStore(join(folder, 'file', 'secmaster.db'))).toThrow(LedgerError);
  });
});

describe('a ledger of an older schema', () => {
  test('1 keeps its counts and its labels', async () => {
    const file = join(folder, 'old.db');
    alter(
      file,
      `${migrations[0]}
      PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1;
      INSERT INTO ledger (project_id, workspace_id, created_at_ms, from_minute) VALUES ('p', 'w', 1, 0);
      INSERT INTO playbook VALUES (1, 'x', 'Close', 'Close (x)'), (1, 'y', 'Close', 'Close');
      INSERT INTO mark VALUES (1, 'Close', 'EVENT', '', 7);
      INSERT INTO counter VALUES (1, 'started', 'Close', 'EVENT', '', 3, 1), (1, 'started', 'Close (x)', 'TIMER', '', 2, 0);`,
    );
    const store = createSqliteStore(file);
    const ledger = await store.open({ projectId: 'p', workspaceId: 'w' });
    expect(await ledger?.snapshot()).toMatchObject({
      counters: {
        started: [
          { labels: runLabels('Close', 'EVENT'), value: 3 },
          { labels: runLabels('Close (x)', 'TIMER'), value: 0 },
        ],
      },
      playbooks: [
        { playbookId: 'y', name: 'Close', label: 'Close' },
        { playbookId: 'x', name: 'Close', label: 'Close (x)' },
      ],
      limitedPlaybooks: 0,
    });
    expect(await ledger?.pending()).toEqual([{ counter: 'started', labels: runLabels('Close (x)', 'TIMER') }]);
    await store.close();
  });

  test('1 names what has no playbook (none), and a playbook of this name gets its id', async () => {
    const file = join(folder, 'old.db');
    alter(
      file,
      `${migrations[0]}
      PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1;
      INSERT INTO ledger (project_id, workspace_id, created_at_ms, from_minute) VALUES ('p', 'w', 1, 0), ('p', 'v', 1, 0);
      INSERT INTO playbook VALUES (1, '12345678-"9', '(none)', '(none)'), (1, 'liar', '(none) (12345678)', '(none) (12345678)');
      INSERT INTO counter VALUES (1, 'started', '', '', '', 3, 1), (1, 'started', '(none)', 'TIMER', '', 2, 1),
        (1, 'completed', '', '', 'FAILED', 1, 1), (1, 'started', '(none) (12345678)', 'TIMER', '', 4, 1),
        (2, 'started', '', 'EVENT', '', 5, 1);
      INSERT INTO playbook VALUES (2, 'x', 'Close', 'Close');
      INSERT INTO mark VALUES (2, 'Close', 'TIMER', '', ${Date.parse('2099-01-01')});`,
    );
    const store = createSqliteStore(file);
    const counters = async (workspaceId: string) => {
      const ledger = await store.open({ projectId: 'p', workspaceId });
      return (await ledger?.snapshot())?.counters;
    };
    expect(await counters('w')).toMatchObject({
      started: [
        { labels: runLabels('(none)', ''), value: 3 },
        { labels: runLabels('(none) (12345678)', 'TIMER'), value: 4 },
        { labels: runLabels('(none) (12345678-"9)', 'TIMER'), value: 2 },
      ],
      completed: [{ labels: withStatus(runLabels('(none)', ''), 'FAILED'), value: 1 }],
    });
    expect((await counters('v'))?.started).toEqual([{ labels: runLabels('(none)', 'EVENT'), value: 5 }]);
    const ledger = await store.open({ projectId: 'p', workspaceId: 'w' });
    expect([...(ledger?.state.playbooks.values() ?? [])].map(({ name, label }) => [name, label])).toEqual(
      expect.arrayContaining([['(none)', '(none) (12345678-"9)']]),
    );
    const [close] = (await store.open({ projectId: 'p', workspaceId: 'v' }))?.state.playbooks.values() ?? [];
    expect(close?.begunMs).toBeLessThan(close?.seenMs ?? 0);
    await store.close();
  });

  /** A ledger that an exporter of the schema has left, and what it must serve or say. */
  const fixture = (end: string, schema = 2) =>
    readFileSync(join(import.meta.dirname, 'fixtures', `schema-${schema}.${end}`), 'utf8');

  test('2 keeps every series', async () => {
    const file = join(folder, 'old.db');
    alter(file, fixture('sql'));
    const settings = { durationBuckets: [1, 10, 60], newSeriesHoldMs: 60_000 };
    const soc = createSoc({ store: createSqliteStore(file), settings });
    await soc.workspace.refresh();
    // What a family says of itself may change.
    const familiesOf = (text: string) => text.replaceAll(/^# HELP (\S+).*/gm, '# HELP $1').split(/(?=^# HELP )/m);
    const families = familiesOf(await soc.exposition());
    const wanted = familiesOf(fixture('txt'));
    const nameOf = (block: string) => /^# HELP (\S+)/.exec(block)?.[1] ?? '';
    for (const block of wanted) expect(families.find((one) => nameOf(one) === nameOf(block))).toBe(block);
    expect(wanted.length).toBeGreaterThan(10);
    await soc.store.close();
  });

  test('2 keeps what it remembers of instances, and counts nothing again', async () => {
    const file = join(folder, 'old.db');
    alter(file, fixture('sql'));
    const rows = (sql: string) => {
      using db = new DatabaseSync(file);
      return db.prepare(sql).all();
    };
    const kept =
      'id, instance.status, start_time_ms, end_time_ms, retry_count, gone, open, counted_ends, counted_timed';
    const before = rows(`SELECT ${kept}, playbook, trigger_type FROM instance ORDER BY id`);
    const store = createSqliteStore(file);
    const empty = await store.open({ projectId: 'p', workspaceId: 'empty' });
    expect(await empty?.sweep()).toEqual([{ ...sweepPart({ fromMs: 1, toMs: 2 }), key: 9, triedMs: 3 }]);
    await store.close();
    const after = rows(`SELECT ${kept}, labels FROM instance JOIN label_set USING (ledger, label_set) ORDER BY id`);
    const inFull = (row: (typeof after)[number]) =>
      Object.fromEntries(
        Object.entries(row).map(([column, value]) => [
          column,
          shortColumns.instance?.includes(column) ? lengthen(value as ShortText) : value,
        ]),
      );
    expect(after.map(inFull)).toEqual(
      before.map(({ playbook, trigger_type: trigger, ...row }) => ({
        ...row,
        labels: labelsText(runLabels(String(playbook) || '(none)', String(trigger))),
      })),
    );
    expect(after.length).toBeGreaterThan(10);
  });

  test('2 writes nothing beside the ledger, for a container may have no other folder to write to', async () => {
    const file = join(folder, 'old.db');
    const other = join(folder, 'temporary');
    mkdirSync(other);
    vi.stubEnv('SQLITE_TMPDIR', other);
    const many = `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100000)
      INSERT INTO instance SELECT 1, 'more ' || n, 'playbook ' || n % 1000, 'EVENT', 'FINISHED', n, n, 0, 0, 0, 0, n, 1, 1, 0,
        '[["FINISHED",1]]', '[["FINISHED",1]]' FROM n;`;
    alter(file, `${fixture('sql')}${many}`);
    const unused = statSync(other, { bigint: true }).mtimeNs;
    const store = createSqliteStore(file);
    expect(await store.open({ projectId: 'p', workspaceId: 'empty' })).not.toBeNull();
    await store.close();
    expect(statSync(other, { bigint: true }).mtimeNs).toBe(unused);
  });

  test('3 keeps the first 20 failed nodes of an attempt, and how many more there were', async () => {
    const file = join(folder, 'old.db');
    const nodes = Array.from({ length: 50 }, (_, n) => ({ name: `Node ${n}`, error: `"${n}"` }));
    alter(file, fixture('sql'));
    alter(file, `UPDATE failure SET nodes = '${JSON.stringify(nodes)}'`);
    await createSqliteStore(file).close();
    using db = new DatabaseSync(file);
    const rows = db.prepare('SELECT nodes, more_nodes FROM failure').all();
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect([JSON.parse(String(row.nodes)), row.more_nodes]).toEqual([nodes.slice(0, 20), 30]);
  });

  test('3 knows the latest end of each instance that has ended', async () => {
    const file = join(folder, 'old.db');
    alter(file, fixture('sql'));
    await createSqliteStore(file).close();
    using db = new DatabaseSync(file);
    const columns = 'last_end_ms AS ms, last_end_retry_count AS retries, last_end_ends AS ends';
    const rows = db.prepare(`SELECT open, end_time_ms, retry_count, counted_ends, ${columns} FROM instance`).all();
    const ended = rows.filter((row) => row.open === 0 && row.end_time_ms !== null);
    expect(ended.length).toBeGreaterThan(5);
    for (const row of rows) {
      const known = [row.end_time_ms, row.retry_count, row.counted_ends];
      expect([row.ms, row.retries, row.ends]).toEqual(ended.includes(row) ? known : [null, null, null]);
    }
  });

  test('4 goes on with what is to be swept, and finds out anew how SecMaster behaves', async () => {
    const file = join(folder, 'old.db');
    {
      using db = new DatabaseSync(file);
      db.function('labels_text', { varargs: true }, () => '');
      for (const migration of migrations.slice(0, 4)) db.exec(migration);
      db.exec(`
        PRAGMA application_id = ${applicationId}; PRAGMA user_version = 4;
        INSERT INTO ledger (project_id, workspace_id, created_at_ms, from_minute, generation, dates_trusted)
          VALUES ('p', 'w', 1, 2, 3, 1);
        INSERT INTO sweep (ledger, from_ms, to_ms, status, tried_ms) VALUES (1, 1, 2, NULL, 3), (1, NULL, NULL, 'RUNNING', NULL);`);
    }
    const store = createSqliteStore(file);
    const ledger = await store.open({ projectId: 'p', workspaceId: 'w' });
    expect(ledger?.state).toMatchObject({
      createdAtMs: 1,
      fromMinute: 2,
      generation: 3,
      profile: {},
      historyFromMs: null,
    });
    expect(await ledger?.sweep()).toEqual([
      { ...sweepPart({ fromMs: 1, toMs: 2 }), key: 1, triedMs: 3 },
      { ...sweepPart({ status: 'RUNNING' }), key: 2, triedMs: null },
    ]);
    await store.close();
  });

  test('7 says the same of every run, and counts nothing again', async () => {
    const file = join(folder, 'old.db');
    alter(file, fixture('sql', 7));
    // Infinity is no JSON.
    const inJson = (value: unknown) =>
      JSON.parse(
        JSON.stringify(value, (_, one) => {
          if (one instanceof Map) return [...one].sort(([a], [b]) => (a < b ? -1 : 1));
          return ArrayBuffer.isView(one) ? [...(one as Float64Array)] : one === Number.POSITIVE_INFINITY ? '+Inf' : one;
        }),
      );
    const { ids, w, v } = JSON.parse(fixture('json', 7)) as Record<string, string[]>;
    const store = createSqliteStore(file);
    const said = async (workspaceId: string) =>
      inJson(await everythingOf((await store.open({ projectId: 'p', workspaceId })) as Ledger, ids));
    expect(await said('w')).toEqual(w);
    expect(await said('v')).toEqual(v);
    await store.close();
    using db = new DatabaseSync(file);
    const lengths = db.prepare('SELECT typeof(id) AS type, count(*) AS n FROM instance GROUP BY 1 ORDER BY 1').all();
    expect(lengths).toEqual([
      { type: 'blob', n: 3 },
      { type: 'integer', n: 3 },
      { type: 'text', n: 15 },
    ]);
  });

  test('7 tells that its migration takes a while, once', async () => {
    const file = join(folder, 'old.db');
    const many = `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${manyInstances})
      INSERT INTO instance SELECT 1, 'more ' || n, 1, 'FINISHED', n, n, 0, 0, 0, 0, n, 1, 1, 0, '[["FINISHED",1]]', '[["FINISHED",1]]',
        n, 0, '[["FINISHED",1]]', NULL FROM n;`;
    alter(file, `${fixture('sql', 7)}${many}`);
    const told: number[] = [];
    await createSqliteStore(file, { onMigrating: (instances) => void told.push(instances) }).close();
    await createSqliteStore(file, { onMigrating: (instances) => void told.push(instances) }).close();
    expect(told).toEqual([manyInstances + 21]);
  });
});

test('a ledger opens whatever stands in place of the profile', async () => {
  const workspace = { projectId: 'p', workspaceId: 'w' };
  const store = createSqliteStore(path);
  await store.create(workspace, 1, 0);
  await store.close();
  alter(path, 'UPDATE ledger SET profile = \'{"depth":\'');
  const reopened = createSqliteStore(path);
  expect((await reopened.open(workspace))?.state.profile).toEqual({});
  await reopened.close();
});

test('no statement numbers its parameters, for the oldest Node.js that is supported binds none of those', () => {
  const folder = join(import.meta.dirname, '..', '..', '..', 'src', 'ledger', 'sqlite');
  const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  expect(texts.length).toBeGreaterThan(5);
  for (const text of texts) expect(text).not.toMatch(/\?\d/);
});
