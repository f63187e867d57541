import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { foldPage } from '../../src/ledger/page.ts';
import { applicationId, migrations } from '../../src/ledger/schema.ts';
import { SqliteStore } from '../../src/ledger/sqlite-store.ts';
import { type Batch, LedgerError } from '../../src/ledger/store.ts';
import type { Instance } from '../../src/model/instance.ts';

const nowMs = Date.parse('2026-07-18T12:00:00Z');
const minute = nowMs / 60_000;
const workspace = { projectId: 'p', workspaceId: 'w' };
const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate "host"\n' };

function instance(id: string, fields: Partial<Instance> = {}): Instance {
  const startTimeMs = nowMs + 1_000;
  return {
    id,
    playbook,
    triggerType: 'EVENT',
    status: 'RUNNING',
    startTimeMs,
    endTimeMs: null,
    retryCount: 0,
    ...fields,
  };
}

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

async function openStore() {
  const store = new SqliteStore(path);
  const state = (await store.find(workspace)) ?? (await store.create(workspace, nowMs, minute - 60));
  return { store, state };
}

async function fold(store: SqliteStore, instances: readonly Instance[], extra: Batch = {}) {
  const state = await store.find(workspace);
  if (state === null) throw new Error('no ledger');
  const { batch } = foldPage(instances, {
    known: await store.known(
      state.ledger,
      instances.map(({ id }) => id),
    ),
    labels: await store.labels(state.ledger),
    counted: await store.counted(state.ledger),
    maxPlaybooks: 200,
    sinceMs: state.createdAtMs,
    forgottenBeforeMs: state.forgottenBeforeMs,
    completeTails: state.completeTails,
    fromMinute: state.fromMinute,
    durationBuckets: [1, 10],
    nowMs,
  });
  await store.commit(state.ledger, { ...batch, ...extra });
  return batch;
}

describe('what is committed', () => {
  test('is there in another process, with every counter, bucket, gauge, mark and label', async () => {
    const { store, state } = await openStore();
    await fold(store, [
      instance('a'),
      instance('b', { status: 'FAILED', endTimeMs: nowMs + 6_000, retryCount: 1 }),
      instance('c', { status: 'FINISHED', endTimeMs: nowMs + 61_000, playbook: null, triggerType: '' }),
    ]);
    await store.commit(state.ledger, { show: await store.hidden(state.ledger) });
    const before = await store.snapshot(state.ledger);
    await store.close();

    const again = await openStore();
    expect(await again.store.snapshot(state.ledger)).toEqual(before);
    const isolate = { playbook: playbook.name, triggerType: 'EVENT' };
    const none = { playbook: '', triggerType: '' };
    expect({ ...before, counters: before.counters.filter(({ value }) => value > 0) }).toEqual({
      counters: [
        { counter: 'completed', ...none, status: 'FINISHED', node: '', value: 1 },
        { counter: 'timed', ...none, status: 'FINISHED', node: '', value: 1 },
        { counter: 'started', ...none, status: '', node: '', value: 1 },
        { counter: 'completed', ...isolate, status: 'FAILED', node: '', value: 2 },
        { counter: 'timed', ...isolate, status: 'FAILED', node: '', value: 1 },
        { counter: 'retries', ...isolate, status: '', node: '', value: 1 },
        { counter: 'started', ...isolate, status: '', node: '', value: 2 },
      ].toSorted(
        (a, b) =>
          a.playbook.localeCompare(b.playbook) ||
          a.status.localeCompare(b.status) ||
          a.counter.localeCompare(b.counter),
      ),
      durations: [
        {
          ...none,
          status: 'FINISHED',
          le: Number.POSITIVE_INFINITY,
          count: 1,
          sumSeconds: 60,
          exemplar: { instanceId: 'c', seconds: 60, endTimeMs: nowMs + 61_000 },
        },
        {
          ...isolate,
          status: 'FAILED',
          le: 10,
          count: 1,
          sumSeconds: 5,
          exemplar: { instanceId: 'b', seconds: 5, endTimeMs: nowMs + 6_000 },
        },
      ],
      window: [
        { ...none, status: 'FINISHED', instances: 1, retries: 0 },
        { ...isolate, status: 'FAILED', instances: 1, retries: 1 },
        { ...isolate, status: 'RUNNING', instances: 1, retries: 0 },
      ],
      oldestOpen: [{ playbook: playbook.name, status: 'RUNNING', startTimeMs: nowMs + 1_000 }],
      marks: [
        { ...none, status: '', atMs: nowMs + 1_000 },
        { ...none, status: 'FINISHED', atMs: nowMs + 61_000 },
        { ...isolate, status: '', atMs: nowMs + 1_000 },
        { ...isolate, status: 'FAILED', atMs: nowMs + 6_000 },
      ],
      labels: [{ playbookId: playbook.id, name: playbook.name, label: playbook.name }],
      limitedPlaybooks: 0,
      instances: 3,
      openInstances: 1,
      windowComplete: true,
    });
    await again.store.close();
  });

  test('is all of a batch or none of it (mutation: the transaction taken away)', async () => {
    const { store, state } = await openStore();
    const twice = { playbookId: 'x', name: 'x', label: 'same', seenMs: 0 };
    const failing = fold(store, [instance('a')], { playbooks: [twice, { ...twice, playbookId: 'y' }] });
    await expect(failing).rejects.toThrow(LedgerError);
    expect(await store.snapshot(state.ledger)).toMatchObject({ counters: [], window: [], instances: 0, labels: [] });
    expect(await store.known(state.ledger, ['a'])).toEqual(new Map());
    await store.close();
  });

  test('makes series at 0 with the first page of a playbook and trigger type, and with no page after it', async () => {
    const { store } = await openStore();
    const zeros = ({ counters = [] }: Batch) =>
      counters
        .filter(({ by }) => by === 0)
        .map(({ counter, triggerType, status }) => `${counter} ${triggerType} ${status}`);
    const first = await fold(store, [instance('a', { status: 'RUNNING' })]);
    expect(zeros(first)).toHaveLength(7);
    const running = instance('b', { status: 'RUNNING' });
    expect(zeros(await fold(store, [running, instance('c')]))).toEqual(['retries EVENT ']);
    const other = await fold(store, [{ ...running, id: 'd', triggerType: 'TIMER' }]);
    expect(zeros(other).every((series) => series.includes(' TIMER '))).toBe(true);
    expect(zeros(other)).toHaveLength(7);
    await store.close();
  });

  test('moves gauges along and leaves no empty series behind', async () => {
    const { store, state } = await openStore();
    await fold(store, [instance('a'), instance('b')]);
    await fold(store, [instance('a', { status: 'FINISHED', endTimeMs: nowMs + 2_000 })]);
    await fold(store, [instance('b', { status: 'FINISHED', endTimeMs: nowMs + 2_000 })]);
    const { window, instances, openInstances } = await store.snapshot(state.ledger);
    expect(window).toEqual([
      { playbook: playbook.name, triggerType: 'EVENT', status: 'FINISHED', instances: 2, retries: 0 },
    ]);
    expect({ instances, openInstances }).toEqual({ instances: 2, openInstances: 0 });
    await store.close();
  });
});

describe('the window', () => {
  test('loses the minutes before its first, but no open instance', async () => {
    const { store, state } = await openStore();
    await fold(store, [
      instance('a', { status: 'FINISHED', endTimeMs: nowMs + 2_000 }),
      instance('b', { status: 'FINISHED', startTimeMs: nowMs + 61_000, endTimeMs: nowMs + 62_000 }),
      instance('c'),
    ]);
    await store.commit(state.ledger, { state: { fromMinute: minute + 1 } });
    const { window } = await store.snapshot(state.ledger);
    expect(window.map(({ status, instances }) => [status, instances])).toEqual([
      ['FINISHED', 1],
      ['RUNNING', 1],
    ]);
    await store.close();
  });

  test('is counted anew from what the ledger remembers when it grows back', async () => {
    const { store, state } = await openStore();
    await fold(store, [instance('a', { status: 'FINISHED', endTimeMs: nowMs + 2_000, retryCount: 2 }), instance('c')]);
    const whole = (await store.snapshot(state.ledger)).window;
    await store.commit(state.ledger, { state: { fromMinute: minute + 1 } });
    await store.commit(state.ledger, { state: { fromMinute: minute - 30 } });
    expect((await store.snapshot(state.ledger)).window).toEqual(whole);
    await store.close();
  });
});

test('open instances that no row has shown for a while are found, the longest unseen first', async () => {
  const { store, state } = await openStore();
  await fold(store, [instance('a'), instance('b'), instance('c'), instance('d', { status: 'FINISHED' })]);
  await store.commit(state.ledger, { seen: ['b'], seenMs: nowMs + 9 });
  await store.commit(state.ledger, { seen: ['a'], seenMs: nowMs + 5 });
  const unseen = async (sinceMs: number) => (await store.openUnseen(state.ledger, sinceMs)).map(({ id }) => id);
  expect(await unseen(nowMs + 9)).toEqual(['c', 'a']);
  expect(await unseen(nowMs)).toEqual([]);
  await store.close();
});

test('what is to be swept is kept in order until it is done', async () => {
  const { store, state } = await openStore();
  const slice = { fromMs: 1, toMs: 2, status: null };
  const open = { fromMs: null, toMs: null, status: 'RUNNING' };
  await store.commit(state.ledger, { sweepAdd: [open, slice] });
  const [first, second] = await store.sweep(state.ledger);
  expect([first, second]).toMatchObject([open, slice]);
  await store.commit(state.ledger, { sweepDone: [first?.key ?? 0] });
  expect((await store.snapshot(state.ledger)).windowComplete).toBe(false);
  await store.commit(state.ledger, { sweepDone: [second?.key ?? 0] });
  expect((await store.snapshot(state.ledger)).windowComplete).toBe(true);
  await store.close();
});

describe('a ledger that cannot be used says what to do', () => {
  test('when another process uses it', async () => {
    const { store } = await openStore();
    expect(() => new SqliteStore(path)).toThrow(/another process uses it; stop that one/);
    await store.close();
  });

  test('when it is no database', () => {
    const file = join(folder, 'text.db');
    writeFileSync(file, 'not a database, but long enough to have a header of its own '.repeat(20));
    expect(() => new SqliteStore(file)).toThrow(/is no ledger, or damaged/);
  });

  test("when it is another program's", () => {
    const file = join(folder, 'other.db');
    alter(file, 'CREATE TABLE t (a)');
    expect(() => new SqliteStore(file)).toThrow(/database of another program/);
  });

  test('when a newer exporter has written it', async () => {
    const { store } = await openStore();
    await store.close();
    alter(path, 'PRAGMA user_version = 99');
    expect(() => new SqliteStore(path)).toThrow(/has schema 99, newer than this exporter's 2; run the newer exporter/);
  });

  test('when its folder cannot be made', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => new SqliteStore(join(folder, 'file', 'secmaster.db'))).toThrow(LedgerError);
  });
});

test('a ledger of schema 1 goes on with what it has counted and with its labels', async () => {
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
  const store = new SqliteStore(file);
  expect(await store.labels(1)).toEqual([
    { playbookId: 'y', name: 'Close', label: 'Close', isLive: true },
    { playbookId: 'x', name: 'Close', label: 'Close (x)', isLive: true },
  ]);
  expect(await store.snapshot(1)).toMatchObject({
    counters: [
      { counter: 'started', playbook: 'Close', value: 3, node: '' },
      { counter: 'started', playbook: 'Close (x)', value: 0, node: '' },
    ],
    limitedPlaybooks: 0,
  });
  expect(await store.hidden(1)).toMatchObject([{ playbook: 'Close (x)' }]);
  await store.close();
});

test.each(['a\u0000b', '"; DROP TABLE instance; --', '\n\\"', '🔥 关闭', '\u202e'])(
  'a name that holds %j is the same in the ledger as in memory',
  async (name) => {
    const { store, state } = await openStore();
    const odd = { id: name, name };
    await fold(store, [instance(name, { playbook: odd, triggerType: name, status: name })]);
    await fold(store, [instance(name, { playbook: odd, triggerType: name, status: name, retryCount: 1 })]);
    const { window, labels, counters } = await store.snapshot(state.ledger);
    expect(window).toEqual([{ playbook: name, triggerType: name, status: name, instances: 1, retries: 1 }]);
    expect(labels).toEqual([{ playbookId: name, name, label: name }]);
    expect(new Set(counters.map(({ playbook }) => playbook))).toEqual(new Set([name]));
    await store.close();
  },
);
