import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { maxNumber } from '../../src/ledger/bounds.ts';
import type { Change, SweepOutcome, SweepPart } from '../../src/ledger/change.ts';
import { goneChange } from '../../src/ledger/gone.ts';
import {
  labelsText,
  nodeLabels,
  runLabels,
  timedNodeLabels,
  withoutStatus,
  withStatus,
} from '../../src/ledger/label-set.ts';
import { type LabelValue, valueKey } from '../../src/ledger/label-values.ts';
import { nothingForgotten } from '../../src/ledger/state.ts';
import { type Ledger, LedgerError, type LedgerReads, maxFailures, type Store } from '../../src/ledger/store.ts';
import { newestFirst } from '../../src/ledger/topologies.ts';
import { type Details, type Instance, noDetails } from '../../src/model/instance.ts';
import type { Profile } from '../../src/model/profile.ts';
import type { Labels } from '../../src/model/snapshot.ts';
import { inForm } from '../support/form.ts';
import { emptyPage, foldRows, sweepPart } from '../support/ledger/ledgers.ts';

/** What every store must do. `createDisk` gives what outlives a process; `open` is a process that opens it. */
export interface StoreKind {
  readonly createDisk: () => { open(onStatement?: () => void): Store };
}

export const nowMs = Date.parse('2026-07-18T12:00:00Z');
const minute = nowMs / 60_000;
const workspace = { projectId: 'p', workspaceId: 'w' };
const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate "host"\n' };
const profile: Profile = {
  page: { value: { rows: 50, limit: 100 }, learnedMs: nowMs, how: 'a full page' },
  dates: { value: { form: '…Z', field: 'end', precisionMs: 1_000 }, learnedMs: nowMs + 1, how: 'tried "both"' },
};
const labelValues: readonly LabelValue[] = [
  { label: 'trigger_type', value: '__proto__', isOwn: true, seenMs: 5 },
  { label: 'status', value: 'ODD', isOwn: false, seenMs: 7 },
];
const isolate = runLabels(playbook.name, 'EVENT');
const none = runLabels('(none)', '');

/** What SecMaster tells beside what is counted. */
const told: Details = {
  name: 'ISOLATE-1',
  dataobjectId: null,
  defenseId: 'd-1',
  dataclass: { id: null, name: 'Alert' },
  workflow: { id: 'w-1', name: null, version: 'v2', versionId: 'v-2' },
};

export function instance(id: string, fields: Partial<Instance> = {}): Instance {
  const startTimeMs = nowMs + 1_000;
  return {
    id,
    playbook,
    triggerType: 'EVENT',
    status: 'RUNNING',
    startTimeMs,
    endTimeMs: null,
    retryCount: 0,
    details: noDetails,
    ...fields,
  };
}

const finished = (id: string, fields: Partial<Instance> = {}) =>
  instance(id, { status: 'FINISHED', endTimeMs: nowMs + 2_000, ...fields });
const failed = (id: string, fields: Partial<Instance> = {}) =>
  instance(id, { status: 'FAILED', endTimeMs: nowMs + 6_000, ...fields });

/** One change of each kind, for a ledger with the open instance `a`, the failed one `b` and an item to sweep. */
const everyChange: Record<Change['kind'], (ledger: Ledger) => Change | Promise<Change>> = {
  page: async (ledger) => ({ kind: 'page', page: await newPage(ledger) }),
  tail_ended: async (ledger) => ({
    kind: 'tail_ended',
    page: await newPage(ledger),
    beganMs: nowMs + 7,
    sweep: [sweepPart({ fromMs: 120_000, toMs: 180_000, status: 'RUNNING' })],
    recheck: { status: 'FAILED' },
  }),
  sweep_step: async (ledger) => ({
    kind: 'sweep_step',
    page: await newPage(ledger),
    item: (await ledger.sweep())[0]?.key ?? -1,
    outcome: { kind: 'instead', items: [sweepPart({ fromMs: 60_000, toMs: 90_000 })] },
  }),
  sweep_planned: () => ({
    kind: 'sweep_planned',
    sweep: [sweepPart({ fromMs: 120_000, toMs: 180_000 }), sweepPart({ triggerType: 'TIMER' })],
    recheck: { status: 'FAILED' },
  }),
  profile_learned: () => ({ kind: 'profile_learned', profile }),
  instance_seen: () => ({ kind: 'instance_seen', id: 'a', atMs: nowMs + 60_000 }),
  instances_gone: async (ledger) =>
    goneChange([...(await ledger.known(['a', 'b'])).values()], ledger.state, nowMs + 60_000),
  nodes_read: () => ({
    kind: 'nodes_read',
    id: 'b',
    attempt: 1,
    result: 'read',
    nodes: [{ name: 'Ask', error: 'no answer' }],
    counters: [
      { counter: 'failed_nodes', labels: nodeLabels(playbook.name, 'Ask'), by: 1 },
      { counter: 'timed_nodes', labels: timedNodeLabels(playbook.name, 'Ask', 'FAILED'), by: 1 },
    ],
    durations: [
      {
        labels: timedNodeLabels(playbook.name, 'Ask', 'FAILED'),
        le: 10,
        observed: { instanceId: 'b', seconds: 2.5, endTimeMs: nowMs },
      },
    ],
    values: [{ label: 'node', value: 'Tell', isOwn: false, seenMs: nowMs }],
  }),
  topologies_given_up: () => ({ kind: 'topologies_given_up', ids: ['b'] }),
  window_moved: () => ({
    kind: 'window_moved',
    fromMinute: minute - 120,
    sweep: [sweepPart({ fromMs: 120_000, toMs: 180_000 })],
  }),
  playbooks_listed: () => ({
    kind: 'playbooks_listed',
    listed: [
      {
        playbookId: 'never-ran',
        name: 'Never "ran"',
        isEnabled: null,
        dataclass: { id: 'd', name: null },
        hasPlace: true,
      },
      { playbookId: playbook.id, name: 'Renamed', isEnabled: false, dataclass: null, hasPlace: false },
    ],
    atMs: nowMs + 9,
    playbooks: [
      { playbookId: 'never-ran', name: 'Never "ran"', label: 'Never "ran"', seenMs: 0, begunMs: 0, metMs: nowMs },
      { playbookId: playbook.id, name: 'Renamed', label: 'Renamed', seenMs: 0, begunMs: nowMs + 9_000, metMs: nowMs },
    ],
  }),
  named: () => ({ kind: 'named', name: 'prod' }),
  exposed: async (ledger) => ({ kind: 'exposed', series: await ledger.pending() }),
  poll_succeeded: () => ({ kind: 'poll_succeeded', atMs: nowMs + 3 }),
  pruned: () => ({
    kind: 'pruned',
    ids: ['b'],
    playbooks: [playbook.name],
    forgotten: {
      ...nothingForgotten,
      playbooks: [{ playbookId: playbook.id, name: playbook.name }],
      values: [{ label: 'trigger_type', value: 'EVENT' }],
    },
    beforeMs: 9,
  }),
};

function newPage(ledger: Ledger) {
  const rows = [instance('c', { triggerType: 'TIMER' }), finished('a'), failed('d', { playbook: null })];
  return foldRows(ledger, rows, nowMs);
}

async function opened(store: Store): Promise<Ledger> {
  const ledger = await store.open(workspace);
  if (ledger === null) throw new Error('the ledger is gone');
  return ledger;
}

export function describeStore({ createDisk }: StoreKind): void {
  let disk: ReturnType<StoreKind['createDisk']>;
  let store: Store;
  let ledger: Ledger;
  beforeEach(async () => {
    disk = createDisk();
    store = disk.open();
    ledger = await store.create(workspace, nowMs, minute - 60);
    onTestFinished(() => store.close());
  });

  async function reopen(): Promise<Ledger> {
    await store.close();
    store = disk.open();
    return opened(store);
  }

  async function show(...instances: readonly Instance[]): Promise<void> {
    await ledger.commit({ kind: 'page', page: await foldRows(ledger, instances, nowMs) });
  }

  describe('a ledger', () => {
    test('is null until it is created, and each workspace has its own', async () => {
      const other = { ...workspace, workspaceId: 'other' };
      expect(await store.open(other)).toBeNull();
      const made = await store.create(other, nowMs + 5, minute);
      await show(instance('a'));
      expect(made.state).toMatchObject({ createdAtMs: nowMs + 5, instances: 0 });
      expect(await made.known(['a'])).toEqual(new Map());
      expect((await made.snapshot()).counters.started).toEqual([]);
      expect((await store.open(other))?.state).toEqual(made.state);
    });

    test.each<[string, Change, object]>([
      ['the end of a tail', tailEnded(), { generation: 1, lastTailMs: nowMs + 7 }],
      ['how SecMaster behaves', { kind: 'profile_learned', profile }, { profile }],
      ['the window', { kind: 'window_moved', fromMinute: minute, sweep: [] }, { fromMinute: minute }],
      ['the name', { kind: 'named', name: 'prod 🔥' }, { name: 'prod 🔥' }],
      ['the last success', { kind: 'poll_succeeded', atMs: nowMs + 3 }, { lastSuccessMs: nowMs + 3 }],
      ['what has been pruned', { kind: 'pruned', ids: ['b'], playbooks: [], beforeMs: 9 }, { prunedBeforeMs: 9 }],
    ])('remembers %s over a restart', async (_, change, expected) => {
      await show(finished('a'), finished('b'));
      await ledger.commit(change);
      expect(ledger.state).toMatchObject(expected);
      expect((await reopen()).state).toEqual(ledger.state);
    });

    test('remembers values of labels over a restart, until they are forgotten', async () => {
      await ledger.commit({ kind: 'page', page: { ...emptyPage(nowMs), values: labelValues } });
      const [own, limited] = labelValues;
      const again = { ...emptyPage(nowMs), values: labelValues.map((one) => ({ ...one, seenMs: 6 })) };
      await ledger.commit({ kind: 'page', page: again });
      const values = (await reopen()).state.values;
      expect([...values.values()]).toEqual(expect.arrayContaining([{ ...own, seenMs: 6 }, limited]));
      ledger = await opened(store);
      const forgotten = { ...nothingForgotten, values: [{ label: 'status' as const, value: 'ODD' }] };
      await ledger.commit({ kind: 'pruned', ids: [], playbooks: [], forgotten, beforeMs: 9 });
      expect([...ledger.state.values.keys()]).toEqual([valueKey('trigger_type', '__proto__')]);
      expect((await reopen()).state.values).toEqual(ledger.state.values);
    });
  });

  describe('what is committed', () => {
    test('is there in another process, with what SecMaster tells beside what is counted', async () => {
      await show(failed('a', { details: told }), finished('b', { details: told }), instance('c'));
      ledger = await reopen();
      const known = await ledger.known(['a', 'b', 'c']);
      expect([known.get('a')?.details, known.get('b')?.details, known.get('c')?.details]).toEqual([
        told,
        noDetails,
        noDetails,
      ]);
    });

    test('is there in another process, with the list of playbooks and the names that it gave', async () => {
      await show(instance('a'));
      await ledger.commit(await everyChange.playbooks_listed(ledger));
      ledger = await reopen();
      const { listed, playbooks, limitedPlaybooks } = await ledger.snapshot();
      expect(listed).toEqual([
        {
          playbookId: 'never-ran',
          name: 'Never "ran"',
          isEnabled: null,
          dataclass: { id: 'd', name: null },
          label: 'Never "ran"',
          lastStartMs: null,
          lastSeenMs: null,
        },
        {
          playbookId: playbook.id,
          name: 'Renamed',
          isEnabled: false,
          dataclass: null,
          label: 'Renamed',
          lastStartMs: nowMs + 1_000,
          lastSeenMs: nowMs + 1_000,
        },
      ]);
      expect([playbooks.map(({ label }) => label), limitedPlaybooks]).toEqual([['Renamed'], 0]);
      await ledger.commit({ kind: 'playbooks_listed', listed: [], atMs: null, playbooks: [] });
      expect((await (await reopen()).snapshot()).listed).toBeNull();
    });

    test('is there in another process, with the versions of workflows and the data classes', async () => {
      const other = { ...told, workflow: { id: 'w-2', name: 'Ask', version: 'v1', versionId: null } };
      await show(instance('a', { details: told }), finished('b', { details: told }), finished('c', { details: other }));
      const { versions, dataclasses } = ledger.state;
      expect([versions.size, dataclasses.size]).toEqual([2, 1]);
      ledger = await reopen();
      expect([ledger.state.versions, ledger.state.dataclasses]).toEqual([versions, dataclasses]);
      const [ofTold, ofOther] = [...versions.values()];
      const { playbooks, workflows, firstStarts } = await ledger.snapshot();
      expect([playbooks.map(({ dataclass }) => dataclass), workflows.length, firstStarts.length]).toEqual([
        ['Alert'],
        2,
        2,
      ]);
      const page = {
        ...emptyPage(nowMs),
        versions: { versions: [], dropped: ofTold ? [ofTold] : [], dataclasses: [] },
      };
      await ledger.commit({ kind: 'page', page });
      const forgotten = { ...nothingForgotten, versions: ofOther ? [ofOther] : [], dataclasses: [playbook.name] };
      await ledger.commit({ kind: 'pruned', ids: [], playbooks: [], forgotten, beforeMs: 9 });
      for (const one of [ledger, await reopen()])
        expect([one.state.versions.size, one.state.dataclasses.size]).toEqual([0, 0]);
    });

    test('is there in another process, with every counter, bucket, gauge, mark and label', async () => {
      await show(
        instance('a'),
        failed('b', { retryCount: 1 }),
        finished('c', { endTimeMs: nowMs + 61_000, playbook: null, triggerType: '' }),
      );
      await ledger.commit({ kind: 'exposed', series: await ledger.pending() });
      const before = await ledger.snapshot();
      ledger = await reopen();
      const after = await ledger.snapshot();
      expect(after).toEqual(before);
      const grown = Object.entries(after.counters).map(([name, all]) => [name, all.filter(({ value }) => value > 0)]);
      expect({ ...after, counters: Object.fromEntries(grown), durations: after.durations.filter(hasBuckets) }).toEqual({
        counters: {
          started: [
            { labels: none, value: 1 },
            { labels: isolate, value: 2 },
          ],
          retries: [{ labels: isolate, value: 1 }],
          completed: [
            { labels: withStatus(none, 'FINISHED'), value: 1 },
            { labels: withStatus(isolate, 'FAILED'), value: 2 },
          ],
          timed: [
            { labels: withStatus(none, 'FINISHED'), value: 1 },
            { labels: withStatus(isolate, 'FAILED'), value: 1 },
          ],
          failed_nodes: [],
          timed_nodes: [],
        },
        nodeDurations: [],
        topologies: { read: 0, skipped: 1, failed: 0 },
        durations: [
          {
            labels: withStatus(none, 'FINISHED'),
            buckets: [
              {
                le: Number.POSITIVE_INFINITY,
                count: 1,
                sumSeconds: 60,
                exemplar: { instanceId: 'c', seconds: 60, endTimeMs: nowMs + 61_000 },
              },
            ],
          },
          {
            labels: withStatus(isolate, 'FAILED'),
            buckets: [
              {
                le: 10,
                count: 1,
                sumSeconds: 5,
                exemplar: { instanceId: 'b', seconds: 5, endTimeMs: nowMs + 6_000 },
              },
            ],
          },
        ],
        window: [
          { labels: withStatus(none, 'FINISHED'), instances: 1, retries: 0 },
          { labels: withStatus(isolate, 'FAILED'), instances: 1, retries: 1 },
          { labels: withStatus(isolate, 'RUNNING'), instances: 1, retries: 0 },
        ],
        oldestOpen: [{ labels: { playbook: playbook.name, status: 'RUNNING' }, startTimeMs: nowMs + 1_000 }],
        lastStarts: [
          { labels: none, atMs: nowMs + 1_000 },
          { labels: isolate, atMs: nowMs + 1_000 },
        ],
        lastCompletions: [
          { labels: withStatus(none, 'FINISHED'), atMs: nowMs + 61_000 },
          { labels: withStatus(isolate, 'FAILED'), atMs: nowMs + 6_000 },
        ],
        workflows: [],
        firstStarts: [],
        playbooks: [{ playbookId: playbook.id, name: playbook.name, label: playbook.name, dataclass: '(none)' }],
        listed: null,
        limitedPlaybooks: 0,
        limitedValues: expect.objectContaining({ trigger_type: 0, status: 0, node: 0, workflow: 0 }),
        instances: 3,
        openInstances: 1,
        windowComplete: false,
      });
    });

    test.each(Object.entries(everyChange))(
      'holds all of %s or none of it, at whichever statement it fails, and takes it again afterwards',
      async (_, changeOf) => {
        const prepared = async (disk: ReturnType<StoreKind['createDisk']>, onStatement?: () => void) => {
          const store = disk.open(onStatement);
          const ledger = await store.create(workspace, nowMs, minute - 60);
          await ledger.commit({ kind: 'page', page: await foldRows(ledger, [instance('a'), failed('b')], nowMs) });
          const sweep = [sweepPart({ fromMs: 60_000, toMs: 120_000 })];
          await ledger.commit({ kind: 'window_moved', fromMinute: minute - 60, sweep });
          return { store, ledger, before: await everythingOf(ledger), change: await changeOf(ledger) };
        };
        const undisturbed = await prepared(createDisk());
        await undisturbed.ledger.commit(undisturbed.change);
        const { before } = undisturbed;
        const after = await everythingOf(undisturbed.ledger);
        expect(after).not.toEqual(before);
        await undisturbed.store.close();

        const failedAt = async (statement: number) => {
          const disk = createDisk();
          let left = Number.POSITIVE_INFINITY;
          const failing = await prepared(disk, () => {
            if (left-- === 0) throw new Error('the disk is full');
          });
          left = statement;
          const isCommitted = await failing.ledger.commit(failing.change).then(
            () => true,
            () => false,
          );
          return { ...failing, disk, isCommitted };
        };
        const reopened = async ({ store, disk }: { store: Store; disk: ReturnType<StoreKind['createDisk']> }) => {
          await store.close();
          const next = disk.open();
          const stored = await everythingOf(await opened(next));
          await next.close();
          return stored;
        };

        const ends = new Set<string>();
        let isOver = false;
        for (let statement = 0; !isOver; statement += inForm(4, 1)) {
          const crashed = await failedAt(statement);
          isOver = crashed.isCommitted;
          const stored = await reopened(crashed);
          expect([before, after]).toContainEqual(stored);
          ends.add(textOf(stored));

          if (textOf(stored) === textOf(after)) continue;

          // After a failure such as a full disk, the same handle continues from what is stored.
          const survivor = await failedAt(statement);
          expect(await everythingOf(survivor.ledger)).toEqual(before);
          await survivor.ledger.commit(survivor.change);
          expect(await everythingOf(survivor.ledger)).toEqual(after);
          expect(await reopened(survivor)).toEqual(after);
        }
        expect(ends.size).toBe(2);
      },
    );

    test('makes series at 0 with the first page of a playbook and trigger type, and with no page after it', async () => {
      const zeros = async (...rows: readonly Instance[]) => {
        const page = await foldRows(ledger, rows, nowMs);
        await ledger.commit({ kind: 'page', page });
        return page.counters
          .filter(({ by }) => by === 0)
          .map(({ counter, labels }) => `${counter} ${labels.trigger_type}`);
      };
      expect(await zeros(instance('a'))).toHaveLength(7);
      expect(await zeros(instance('b'), instance('c'))).toEqual(['retries EVENT']);
      const other = await zeros(instance('d', { triggerType: 'TIMER' }));
      expect(other.every((series) => series.endsWith(' TIMER'))).toBe(true);
      expect(other).toHaveLength(7);
    });

    test('moves gauges along and leaves no empty series behind', async () => {
      await show(instance('a'), instance('b'));
      await show(finished('a'));
      await show(finished('b'));
      const { window, instances, openInstances } = await ledger.snapshot();
      expect(window).toEqual([{ labels: withStatus(isolate, 'FINISHED'), instances: 2, retries: 0 }]);
      expect({ instances, openInstances }).toEqual({ instances: 2, openInstances: 0 });
    });

    test.each(['a\u0000b', '"; DROP TABLE instance; --', '\n\\"', '🔥 关闭', '\u202e', '__proto__', '{"a":1}'])(
      'keeps a name that holds %j as it is',
      async (name) => {
        const odd = { id: name, name };
        await show(instance(name, { playbook: odd, triggerType: name, status: name }));
        ledger = await reopen();
        await show(instance(name, { playbook: odd, triggerType: name, status: name, retryCount: 1 }));
        const { window, playbooks, counters } = await ledger.snapshot();
        expect(window).toEqual([{ labels: withStatus(runLabels(name, name), name), instances: 1, retries: 1 }]);
        expect(playbooks).toEqual([{ playbookId: name, name, label: name, dataclass: '(none)' }]);
        expect(new Set(counters.started.map(({ labels }) => labels.playbook))).toEqual(new Set([name]));
        expect([...(await ledger.known([name])).keys()]).toEqual([name]);
      },
    );
  });

  test('the latest end that was seen is remembered over a restart, and a later one counts', async () => {
    await show(failed('a', { retryCount: 2 }), finished('b'));
    await show(instance('a'), instance('b'));
    const before = await ledger.known(['a', 'b']);
    expect(before.get('a')?.lastEnd).toEqual({
      endTimeMs: nowMs + 6_000,
      retryCount: 2,
      ends: new Map([['FAILED', 3]]),
    });
    ledger = await reopen();
    expect(await ledger.known(['a', 'b'])).toEqual(before);
    await show(failed('a', { endTimeMs: nowMs + 9_000 }), finished('b', { endTimeMs: nowMs + 9_000 }));
    await ledger.commit({ kind: 'exposed', series: await ledger.pending() });
    const completed = (await ledger.snapshot()).counters.completed.filter(({ value }) => value > 0);
    expect(completed.map(({ labels, value }) => [labels.status, value])).toEqual([
      ['FAILED', 4],
      ['FINISHED', 2],
    ]);
    expect([...ledger.state.unread.values()].map(({ attempt }) => attempt)).toEqual([4]);
  });

  describe('what is read together', () => {
    test('is what is read by itself, with what is in memory', async () => {
      await show(
        failed('a'),
        finished('b', { triggerType: 'DEBUG' }),
        instance('c', { startTimeMs: nowMs - 3_600_000 }),
      );
      const sweep = [sweepPart({ fromMs: 60_000, toMs: 120_000 })];
      await ledger.commit({ kind: 'window_moved', fromMinute: minute - 120, sweep });
      const [together, touched] = await ledger.together(async (reads) => [await everythingOf(reads), reads.touched]);
      expect(together).toEqual(await everythingOf(ledger));
      expect(touched).toEqual(ledger.touched);
    });

    test('is of one commit, even if another one is made in between', async () => {
      await show(instance('a'));
      await ledger.commit({ kind: 'exposed', series: await ledger.pending() });
      const before = await everythingOf(ledger);
      let committed = Promise.resolve();
      const seen = await ledger.together(async (reads) => {
        const first = await everythingOf(reads);
        committed = show(failed('a'), instance('b', { playbook: null }));
        // Time for it, where it doesn't wait.
        await Promise.race([committed, new Promise((resolve) => setTimeout(resolve, 50))]);
        return [first, await everythingOf(reads)];
      });
      expect(seen).toEqual([before, before]);
      await committed;
      expect(await everythingOf(ledger)).toMatchObject({ state: { instances: 2 }, openCount: 1 });
      expect(await ledger.together(everythingOf)).toEqual(await everythingOf(ledger));
    });

    test('fails with what goes wrong in between, and the ledger goes on', async () => {
      await show(instance('a'));
      const before = await everythingOf(ledger);
      for (const wrong of [new TypeError('x is undefined'), new LedgerError('known')]) {
        const reading = ledger.together(async (reads) => {
          await reads.openCount();
          throw wrong;
        });
        await expect(reading).rejects.toBe(wrong);
        expect(await everythingOf(ledger)).toEqual(before);
      }
      await show(instance('b'));
      expect(ledger.state.instances).toBe(2);
    });
  });

  describe('the window', () => {
    test('loses the minutes before its first, but no open instance', async () => {
      await show(
        finished('a'),
        finished('b', { startTimeMs: nowMs + 61_000, endTimeMs: nowMs + 62_000 }),
        instance('c'),
      );
      await ledger.commit({ kind: 'window_moved', fromMinute: minute + 1, sweep: [] });
      const { window } = await ledger.snapshot();
      expect(window.map(({ labels, instances }) => [labels.status, instances])).toEqual([
        ['FINISHED', 1],
        ['RUNNING', 1],
      ]);
    });

    test('is rebuilt from the instances in the ledger when it moves back', async () => {
      await show(finished('a', { retryCount: 2 }), instance('c'));
      const whole = (await ledger.snapshot()).window;
      await ledger.commit({ kind: 'window_moved', fromMinute: minute + 1, sweep: [] });
      await ledger.commit({ kind: 'window_moved', fromMinute: minute - 30, sweep: [] });
      expect((await ledger.snapshot()).window).toEqual(whole);
    });

    test('counts the ended instances that started in each minute, with one status or any', async () => {
      const later = { startTimeMs: nowMs + 61_000, endTimeMs: nowMs + 62_000 };
      await show(finished('a'), finished('b', later), failed('c', later), instance('d', later));
      expect(await ledger.endedByMinute(null, minute, minute + 2)).toEqual(
        new Map([
          [minute, 1],
          [minute + 1, 2],
        ]),
      );
      expect(await ledger.endedByMinute('FAILED', minute, minute + 2)).toEqual(new Map([[minute + 1, 1]]));
      expect(await ledger.endedByMinute(null, minute + 1, minute + 1)).toEqual(new Map());
    });

    test('counts the ended instances that started in each hour, by their labels', async () => {
      const byHour = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
      const at = (startTimeMs: number) => ({ startTimeMs, endTimeMs: startTimeMs + 1_000 });
      const hour = Math.floor(nowMs / 3_600_000);
      const [beginning, end] = [hour * 3_600_000, (hour + 1) * 3_600_000 - 1];
      await ledger.commit({ kind: 'window_moved', fromMinute: minute - 120, sweep: [] });
      await show(
        finished('a', at(beginning)),
        finished('b', at(end)),
        failed('c', at(end)),
        failed('d', at(beginning - 1)),
        instance('e', { startTimeMs: end }),
      );
      const found = async (fromHour: number, toHour = hour + 1) =>
        (await ledger.startsByHour(fromHour, toHour))
          .map((one) => [one.hour - hour, one.labels, one.instances])
          .sort(byHour);
      const labelled = (status: string) => ({ ...isolate, status });
      const these = [
        [0, labelled('FAILED'), 1],
        [0, labelled('FINISHED'), 2],
      ];
      expect(await found(hour)).toEqual(these);
      expect(await found(hour - 1)).toEqual([[-1, labelled('FAILED'), 1], ...these]);
      expect(await found(hour - 1, hour)).toEqual([[-1, labelled('FAILED'), 1]]);
      expect(await found(hour + 1, hour + 2)).toEqual([]);
      expect(await found(hour, hour - 1)).toEqual([]);
      await show(finished('d', { ...at(beginning - 1), retryCount: 1 }));
      expect(await found(hour - 1)).toEqual([[-1, labelled('FINISHED'), 1], ...these]);
    });
  });

  describe('instances', () => {
    test('that are open and that no row has shown for a while are found, the longest unseen first', async () => {
      await show(instance('a'), instance('b'), instance('c'), finished('d'));
      await ledger.commit({ kind: 'instance_seen', id: 'b', atMs: nowMs + 9 });
      await ledger.commit({ kind: 'page', page: { ...emptyPage(nowMs + 5), seen: ['a'] } });
      const unseen = async (sinceMs: number) => (await ledger.openUnseen(sinceMs)).map(({ id }) => id);
      expect(await unseen(nowMs + 9)).toEqual(['c', 'a']);
      expect(await unseen(nowMs)).toEqual([]);
    });

    test('that SecMaster no longer knows leave the gauges, and their counts stay', async () => {
      await show(instance('a', { retryCount: 1 }), finished('b'), instance('c'), finished('d'));
      const known = await ledger.known(['a', 'b', 'c']);
      await ledger.commit(goneChange([...known.values()], ledger.state, nowMs + 1));
      const { window, openInstances, counters } = await ledger.snapshot();
      expect(window).toEqual([{ labels: withStatus(isolate, 'FINISHED'), instances: 1, retries: 0 }]);
      expect(openInstances).toBe(0);
      await ledger.commit({ kind: 'exposed', series: await ledger.pending() });
      expect((await ledger.snapshot()).counters.retries).toEqual([{ labels: isolate, value: 1 }]);
      expect(counters.started).toHaveLength(1);
      for (const entry of (await ledger.known(['a', 'b', 'c'])).values())
        expect(entry).toMatchObject({ gone: true, recheck: false });
    });

    test('are counted by when they began, without those that SecMaster no longer knows', async () => {
      const at = (ms: number) => ({ startTimeMs: nowMs + ms });
      await show(
        instance('early', at(-1)),
        finished('longLasting', at(-1)),
        instance('first', at(0)),
        finished('second', at(5)),
        finished('third', { startTimeMs: null, endTimeMs: nowMs + 8 }),
        failed('withAnOddEnd', { ...at(9), endTimeMs: 1 }),
        instance('gone', at(5)),
        instance('late', at(10)),
        instance('withoutATime', { startTimeMs: null }),
      );
      await ledger.commit(goneChange([...(await ledger.known(['gone'])).values()], ledger.state, nowMs));
      expect(await ledger.begunWithin(nowMs, nowMs + 10)).toBe(4);
      expect(await ledger.begunWithin(nowMs + 10, nowMs + 10)).toBe(0);
      expect(await ledger.openCount()).toBe(4);
    });

    test.each<[string, { status: string } | { fromMs: number; toMs: number }, string[]]>([
      ['with a status, and the open ones', { status: 'FAILED' }, ['failed', 'open']],
      ['begun in a span of time', { fromMs: nowMs + 1_000, toMs: nowMs + 1_001 }, ['failed', 'finished', 'open']],
      ['begun in another span', { fromMs: nowMs + 1_001, toMs: nowMs + 9_000 }, []],
    ])('%s are rechecked until a row shows them', async (_, recheck, expected) => {
      await show(instance('open'), failed('failed'), finished('finished'));
      await ledger.commit(tailEnded());
      await ledger.commit({ kind: 'sweep_planned', sweep: [], recheck });
      expect((await ledger.toRecheck()).toSorted()).toEqual(expected);
      expect((await ledger.snapshot()).windowComplete).toBe(expected.length === 0);
      await show(instance('open'), failed('failed'), finished('finished'));
      expect(await ledger.toRecheck()).toEqual([]);
    });

    test('that are stuck or being retried are found, oldest first', async () => {
      await show(
        instance('young'),
        instance('old', { startTimeMs: nowMs - 9_000 }),
        instance('older', { startTimeMs: nowMs - 99_000 }),
        instance('retried', { status: 'RETRYING', retryCount: 1, details: told }),
        finished('ended', { startTimeMs: nowMs - 99_000 }),
      );
      const found = await ledger.stuckOrRetrying(nowMs, 10);
      expect(found.map(({ instanceId }) => instanceId)).toEqual(['older', 'old', 'retried']);
      expect(found[2]).toEqual({
        instanceId: 'retried',
        playbook: playbook.name,
        triggerType: 'EVENT',
        status: 'RETRYING',
        startTimeMs: nowMs + 1_000,
        retryCount: 1,
        details: told,
      });
      expect(await ledger.stuckOrRetrying(nowMs, 1)).toHaveLength(1);
    });
  });

  describe('the times of instances', () => {
    const debug = runLabels(playbook.name, 'DEBUG');
    const noPlaybook = runLabels('(none)', 'EVENT');

    test('are those of all label sets together, those that FAILED after the newest that FINISHED', async () => {
      await show(
        finished('a', { endTimeMs: nowMs + 3_000 }),
        finished('b', { endTimeMs: nowMs + 5_000, triggerType: 'DEBUG' }),
        failed('c', { endTimeMs: nowMs + 9_000 }),
        failed('d', { endTimeMs: nowMs + 7_000, triggerType: 'DEBUG' }),
        failed('e', { endTimeMs: nowMs + 5_000 }),
        failed('f', { endTimeMs: nowMs + 4_000 }),
        failed('g', { endTimeMs: null }),
        failed('h', { endTimeMs: nowMs + 8_000, playbook: null }),
      );
      ledger = await reopen();
      const latestMs = Number.MAX_SAFE_INTEGER;
      const groups = [[isolate, debug], [runLabels('?', '?')], [noPlaybook], []];
      const never = { finishedMs: null, failedMs: [] };
      const failedAt = (...ms: readonly number[]) => ms.map((one) => nowMs + one);
      expect(await ledger.ends(groups, latestMs)).toEqual([
        { finishedMs: nowMs + 5_000, failedMs: failedAt(7_000, 9_000) },
        never,
        { finishedMs: null, failedMs: failedAt(8_000) },
        never,
      ]);
      expect(await ledger.ends([[noPlaybook, isolate, debug], [debug]], nowMs + 4_000)).toEqual([
        { finishedMs: nowMs + 3_000, failedMs: failedAt(4_000, 5_000, 7_000, 8_000, 9_000) },
        { finishedMs: null, failedMs: failedAt(7_000) },
      ]);
      expect(await ledger.ends([], latestMs)).toEqual([]);
    });

    test('are the starts of all label sets since then', async () => {
      await show(
        instance('a', { startTimeMs: nowMs - 1 }),
        instance('b', { startTimeMs: nowMs }),
        finished('c', { startTimeMs: nowMs + 1_500, triggerType: 'DEBUG' }),
        instance('d', { startTimeMs: null }),
        instance('e', { playbook: null }),
      );
      const groups = [[], [isolate, debug], [runLabels('?', '?')], [noPlaybook]];
      const starts = await ledger.starts(groups, nowMs);
      expect(starts.map((all) => [...all.toSorted()])).toEqual([[], [nowMs, nowMs + 1_500], [], [nowMs + 1_000]]);
      expect(await ledger.starts([], nowMs)).toEqual([]);
    });

    test('have changed if an instance has, under its labels now and before', async () => {
      const versions = () => [isolate, debug, noPlaybook].map((set) => ledger.touched.get(labelsText(set)) ?? 0);
      expect(versions()).toEqual([0, 0, 0]);
      await show(instance('a'));
      await show(instance('a'));
      expect(versions()).toEqual([1, 0, 0]);
      await show(instance('a', { triggerType: 'DEBUG' }));
      expect(versions()).toEqual([2, 2, 0]);
      await show(finished('b', { playbook: null }));
      expect(versions()).toEqual([2, 2, 3]);
    });
  });

  describe('the sweep', () => {
    const slice = sweepPart({ fromMs: 1, toMs: 2 });
    const open = sweepPart({ status: 'RUNNING' });
    const audit = sweepPart({ fromMs: 5, toMs: 6, purpose: 'audit' });
    const rest = sweepPart({ fromMs: 1, toMs: 2, triggerType: 'TIMER', oldestFirst: true });

    async function plan(...sweep: readonly SweepPart[]): Promise<void> {
      await ledger.commit({ kind: 'sweep_planned', sweep, recheck: null });
    }

    async function step(n: number, outcome: SweepOutcome): Promise<void> {
      const item = (await ledger.sweep())[n]?.key ?? -1;
      await ledger.commit({ kind: 'sweep_step', page: null, item, outcome });
    }

    async function parts(): Promise<SweepPart[]> {
      return (await ledger.sweep()).map(({ key: _, triedMs: __, ...part }) => part);
    }

    const isComplete = async () => (await ledger.snapshot()).windowComplete;

    test('keeps its parts in order until they are done', async () => {
      await ledger.commit({ ...tailEnded(), sweep: [open, rest] });
      ledger = await reopen();
      expect(await parts()).toEqual([open, rest]);
      await step(0, { kind: 'done' });
      expect(await isComplete()).toBe(false);
      expect(await parts()).toEqual([rest]);
      await step(0, { kind: 'done' });
      expect(await isComplete()).toBe(true);
    });

    test('reads gaps before what has been read before, and history last', async () => {
      const history = sweepPart({ triggerType: 'TIMER', purpose: 'history' });
      await plan(history, audit, { ...slice, purpose: 'audit' }, open, slice);
      expect(await parts()).toEqual([slice, open, audit, history]);
    });

    test('forgets a part that is given up, and reads the parts of it that can be', async () => {
      await plan(open, slice);
      await step(0, { kind: 'given_up', knownSinceMs: 7, items: [rest] });
      expect(await parts()).toEqual([slice, rest]);
    });

    test('is not missed in the window if it is history', async () => {
      await ledger.commit({ ...tailEnded(), sweep: [sweepPart({ purpose: 'history' })] });
      expect(await isComplete()).toBe(true);
    });

    test('tells since when changes and ends are known, over a restart', async () => {
      const given = { kind: 'given_up', items: [] } as const;
      const known = () => [ledger.state.unseenBeforeMs, ledger.state.historyFromMs];
      expect(known()).toEqual([null, null]);
      await ledger.commit({ ...tailEnded(), hasGap: true });
      await ledger.commit({ kind: 'sweep_planned', sweep: [slice], recheck: null, historyFromMs: 5 });
      expect(known()).toEqual([nowMs + 7, 5]);
      await ledger.commit({ ...tailEnded(), beganMs: nowMs + 9 });
      expect(known()).toEqual([nowMs + 7, 5]);
      await plan(audit);
      expect(known()).toEqual([nowMs + 7, 5]);
      await plan(open);
      expect(known()).toEqual([nowMs + 9, 5]);
      await step(0, { ...given, knownSinceMs: 8 });
      await step(0, { ...given, knownSinceMs: 6 });
      expect(known()).toEqual([nowMs + 9, 8]);
      const { state } = ledger;
      expect((await reopen()).state).toEqual(state);
    });

    test('has a part only once', async () => {
      await ledger.commit({ ...tailEnded(), sweep: [slice, slice, audit] });
      await plan(slice, audit, rest);
      await ledger.commit({ kind: 'window_moved', fromMinute: minute, sweep: [slice] });
      expect(await parts()).toEqual([slice, rest, audit]);
    });

    test('reads others in place of a part, the part itself among them', async () => {
      await plan(open, slice);
      await step(0, { kind: 'instead', items: [rest, open, slice] });
      expect(await parts()).toEqual([slice, rest, open]);
    });

    test('remembers a part that could not be read, with the parts of it that can', async () => {
      await plan(open, slice);
      await step(0, { kind: 'tried', atMs: nowMs, items: [rest, slice, open] });
      await step(0, { kind: 'more' });
      ledger = await reopen();
      expect(await ledger.sweep()).toMatchObject([
        { ...open, triedMs: nowMs },
        { ...slice, triedMs: null },
        { ...rest, triedMs: null },
      ]);
    });

    test('has nothing left once the whole list has been read, and rechecks go on', async () => {
      await show(instance('a'));
      const other = await store.create({ ...workspace, workspaceId: 'other' }, nowMs, minute);
      await other.commit({ kind: 'sweep_planned', sweep: [slice], recheck: null });
      await ledger.commit({ ...tailEnded(), sweep: [open, slice], recheck: { status: 'RUNNING' } });
      await plan(audit);
      await step(1, { kind: 'all_done' });
      expect(await parts()).toEqual([]);
      expect(await ledger.toRecheck()).toEqual(['a']);
      expect(await other.sweep()).toHaveLength(1);
    });
  });

  describe('failed attempts', () => {
    test('count as far as a ledger counts, and stay there', async () => {
      await show(failed('a'), failed('b'), failed('c'));
      const labels = nodeLabels(playbook.name, 'Ask');
      for (const id of ['a', 'b', 'c']) {
        const counters = [{ counter: 'failed_nodes' as const, labels, by: 0.7 * maxNumber }];
        await ledger.commit({ kind: 'nodes_read', id, attempt: 1, result: 'read', nodes: [], counters });
      }
      await ledger.commit({ kind: 'exposed', series: await ledger.pending() });
      ledger = await reopen();
      expect((await ledger.snapshot()).counters.failed_nodes).toEqual([{ labels, value: maxNumber }]);
    });

    test('are unread until their nodes are known, and listed with them, newest first', async () => {
      await show(failed('a', { details: told }), failed('b', { endTimeMs: nowMs + 7_000 }));
      ledger = await reopen();
      const failedOnce = { attempt: 1, hasFailed: true, sinceMs: null };
      expect(newestFirst(ledger.state.unread)).toEqual([
        { ...failedOnce, id: 'b', endedMs: nowMs + 7_000 },
        { ...failedOnce, id: 'a', endedMs: nowMs + 6_000 },
      ]);
      const counters = [{ counter: 'failed_nodes' as const, labels: nodeLabels(playbook.name, 'Ask'), by: 1 }];
      const nodes = [{ name: 'Ask', error: 'no\n"answer"', startMs: nowMs, endMs: nowMs + 5_000 }];
      await ledger.commit({ kind: 'nodes_read', id: 'a', attempt: 1, result: 'read', nodes, counters });
      ledger = await reopen();
      expect([...ledger.state.unread.keys()]).toEqual(['b']);
      expect(await ledger.nodes(playbook.name, 'failed_nodes')).toEqual(['Ask']);
      expect(await ledger.nodes(playbook.name, 'timed_nodes')).toEqual([]);
      expect(await ledger.nodes('other', 'failed_nodes')).toEqual([]);
      expect(await ledger.latestFailures(10)).toMatchObject([
        { instanceId: 'b', nodes: null, details: noDetails },
        {
          instanceId: 'a',
          attempt: 1,
          playbook: playbook.name,
          triggerType: 'EVENT',
          status: 'FAILED',
          nodes,
          details: told,
        },
      ]);
      expect(await ledger.latestFailures(1)).toHaveLength(1);
    });

    test('tell how many failed nodes there were besides those that are kept', async () => {
      await show(failed('a'), failed('b'));
      const nodes = [{ name: 'Ask', error: '' }];
      const read = { kind: 'nodes_read', attempt: 1, result: 'read', nodes, counters: [] } as const;
      await ledger.commit({ ...read, id: 'a', moreNodes: 99_999 });
      await ledger.commit({ ...read, id: 'b' });
      ledger = await reopen();
      expect((await ledger.latestFailures(10)).map(({ moreNodes }) => moreNodes)).toEqual([99_999, undefined]);
    });

    test('have durations of their nodes, apart from those of runs, after a restart too', async () => {
      await show(failed('a'), failed('b', { retryCount: 1 }));
      const labels = timedNodeLabels(playbook.name, 'Ask', 'FAILED');
      const exemplar = { instanceId: 'a', seconds: 0.5, endTimeMs: nowMs };
      await ledger.commit({
        kind: 'nodes_read',
        id: 'a',
        attempt: 1,
        result: 'read',
        nodes: [],
        counters: [{ counter: 'timed_nodes', labels, by: 1 }],
        durations: [{ labels, le: 1, observed: exemplar }],
      });
      await ledger.commit({ kind: 'nodes_read', id: 'b', attempt: 2, result: 'failed', nodes: [], counters: [] });
      await ledger.commit({ kind: 'exposed', series: await ledger.pending() });
      ledger = await reopen();
      const { nodeDurations, durations, topologies } = await ledger.snapshot();
      expect(nodeDurations).toEqual([{ labels, buckets: [{ le: 1, count: 1, sumSeconds: 0.5, exemplar }] }]);
      expect(durations.some((one) => 'node' in one.labels)).toBe(false);
      // The first attempt of b was never seen.
      expect(topologies).toEqual({ read: 1, skipped: 1, failed: 1 });
      expect(ledger.state.unread.size).toBe(0);
      expect(await ledger.nodes(playbook.name, 'timed_nodes')).toEqual(['Ask']);
    });

    test('are kept up to a number, the newest', async () => {
      const rows = Array.from({ length: maxFailures + 5 }, (_, i) => failed(`f${i}`, { endTimeMs: nowMs + 6_000 + i }));
      await show(...rows);
      const kept = await ledger.latestFailures(2 * maxFailures);
      expect(kept).toHaveLength(maxFailures);
      expect(kept.at(-1)?.instanceId).toBe('f5');
    });
  });

  describe('what is pruned', () => {
    const block = { id: 'b', name: 'Block' };

    test('is gone with its failures, and the series of a silent playbook with it', async () => {
      await show(failed('a'), finished('b', { playbook: block }), instance('c', { playbook: block }));
      expect(await ledger.endedBefore(nowMs + 6_001, 10)).toEqual(expect.arrayContaining(['a', 'b']));
      expect(await ledger.endedBefore(nowMs + 6_000, 10)).toEqual(['b']);
      expect(await ledger.endedBefore(nowMs + 9_000, 1)).toHaveLength(1);
      const activity = await ledger.playbookActivity();
      expect(activity.toSorted((one, other) => (one.playbook < other.playbook ? -1 : 1))).toEqual([
        { playbook: 'Block', lastStartMs: nowMs + 1_000, lastMs: nowMs + 2_000, hasOpen: true },
        { playbook: playbook.name, lastStartMs: nowMs + 1_000, lastMs: nowMs + 6_000, hasOpen: false },
      ]);
      await ledger.commit({ kind: 'pruned', ids: ['a'], playbooks: [playbook.name], beforeMs: nowMs });
      ledger = await reopen();
      const { counters, durations, lastStarts, lastCompletions, playbooks, instances } = await ledger.snapshot();
      for (const rows of [...Object.values(counters), durations, lastStarts, lastCompletions]) {
        expect(rows.filter(({ labels }) => labels.playbook === playbook.name)).toEqual([]);
      }
      expect(playbooks.map(({ label }) => label)).toEqual(['Block']);
      expect(instances).toBe(2);
      expect(await ledger.latestFailures(10)).toEqual([]);
      expect([...ledger.state.runs.values()]).toEqual([runLabels('Block', 'EVENT')]);
    });

    test('is gone of one label set with every status, and of no other', async () => {
      const [v1, v2] = ['v1 🔥 "', 'v1 🔥 " 2'].map((workflow_version) =>
        runLabels(playbook.name, 'EVENT', { workflow_version }),
      );
      const version = (text: string) => ({
        details: { ...noDetails, workflow: { id: null, name: null, version: text, versionId: null } },
      });
      const rows = [
        finished('a', version('v1 🔥 "')),
        instance('b', version('v1 🔥 " 2')),
        failed('c', version('v1 🔥 " 2')),
      ];
      await ledger.commit({
        kind: 'page',
        page: await foldRows(ledger, rows, nowMs, { labels: ['workflow_version'] }),
      });
      await show(finished('d'));
      const activity = await ledger.labelledActivity();
      expect(activity.toSorted((one, other) => one.lastMs - other.lastMs)).toEqual([
        { labels: v1, lastMs: nowMs + 2_000, hasOpen: false },
        { labels: v2, lastMs: nowMs + 6_000, hasOpen: true },
      ]);
      await ledger.commit({ kind: 'pruned', ids: ['a'], playbooks: [], labelled: [v1 ?? {}], beforeMs: nowMs });
      ledger = await reopen();
      const { counters, durations, lastStarts, lastCompletions } = await ledger.snapshot();
      const all = [...Object.values(counters), durations, lastStarts, lastCompletions].flat();
      expect(new Set(all.map(({ labels }) => labelsText(withoutStatus(labels))))).toEqual(
        new Set([isolate, v2 ?? {}].map(labelsText)),
      );
      expect([...ledger.state.runs.values()]).toEqual(expect.arrayContaining([isolate, v2]));
      expect(ledger.state.runs.size).toBe(2);
    });

    test('restarts at 0 with the next instance of the playbook', async () => {
      await show(finished('a'));
      await ledger.commit({ kind: 'exposed', series: await ledger.pending() });
      await ledger.commit({ kind: 'pruned', ids: ['a'], playbooks: [playbook.name], beforeMs: nowMs });
      await show(finished('b', { startTimeMs: nowMs + 60_000, endTimeMs: nowMs + 61_000 }));
      expect((await ledger.snapshot()).counters.started).toEqual([{ labels: isolate, value: 0 }]);
      await ledger.commit({ kind: 'exposed', series: await ledger.pending() });
      expect((await ledger.snapshot()).counters.started).toEqual([{ labels: isolate, value: 1 }]);
    });
  });
}

function hasBuckets({ buckets }: { readonly buckets: readonly unknown[] }): boolean {
  return buckets.length > 0;
}

function tailEnded() {
  return { kind: 'tail_ended', page: emptyPage(nowMs), beganMs: nowMs + 7, sweep: [], recheck: null } as const;
}

const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i));

/** All that can be read of a ledger, in an order of its own. */
export async function everythingOf(ledger: LedgerReads, ids: readonly string[] = letters): Promise<object> {
  const sorted = (all: readonly unknown[]) => all.map(textOf).toSorted();
  const { playbooks, runs, unread, ...state } = ledger.state;
  return {
    state,
    playbooks: sorted([...playbooks]),
    runs: sorted([...runs]),
    snapshot: await ledger.snapshot(),
    known: [...(await ledger.known(ids))].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    unseen: sorted(await ledger.openUnseen(Number.MAX_SAFE_INTEGER)),
    unseenForAWhile: sorted(await ledger.openUnseen(nowMs + 30_000)),
    recheck: sorted(await ledger.toRecheck()),
    unread: sorted([...unread]),
    failures: sorted(await ledger.latestFailures(100)),
    open: sorted(await ledger.stuckOrRetrying(Number.MAX_SAFE_INTEGER, 100)),
    pending: sorted(await ledger.pending()),
    openCount: await ledger.openCount(),
    begun: await ledger.begunWithin(nowMs - 3_600_000, nowMs + 60_000),
    ended: sorted([...(await ledger.endedByMinute(null, 0, Number.MAX_SAFE_INTEGER))]),
    hours: sorted(await ledger.startsByHour(...hoursAround(nowMs))),
    times: await Promise.all([...runs].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, set]) => timesOf(ledger, set))),
    sweep: (await ledger.sweep()).map(({ key: _, ...item }) => item),
    activity: sorted(await ledger.playbookActivity()),
    labelled: sorted(await ledger.labelledActivity()),
  };
}

function hoursAround(ms: number): [number, number] {
  const hour = Math.floor(ms / 3_600_000);
  return [hour - 48, hour + 48];
}

async function timesOf(ledger: LedgerReads, set: Labels): Promise<object> {
  const [ends] = await ledger.ends([[set]], nowMs);
  const [starts] = await ledger.starts([[set]], nowMs - 3_600_000);
  return { ...ends, starts: starts?.toSorted() };
}

/** The same text for equal values, in whatever order their keys stand. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => {
    const isObject = typeof one === 'object' && one !== null && !Array.isArray(one);
    return isObject ? Object.fromEntries(Object.entries(one).toSorted()) : one;
  });
}
