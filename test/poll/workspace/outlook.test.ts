import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prune } from '../../../src/ledger/prune.ts';
import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import type { Ledger, LedgerReads } from '../../../src/ledger/store.ts';
import { type Instance, noDetails } from '../../../src/model/instance.ts';
import { createOutlook, type Outlook } from '../../../src/poll/workspace/outlook.ts';
import { inForm } from '../../support/form.ts';
import { emptyPage, foldRows, sweepPart } from '../../support/ledger/ledgers.ts';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
const beganMs = Date.parse('2026-07-18T12:00:00Z');
const settings = { retentionMs: 7 * dayMs, failureGraceMs: 5 * minuteMs };
const workspace = { projectId: 'p', workspaceId: 'w' };
const playbook = { id: 'x', name: 'Isolate' };

function instance(id: string, fields: Partial<Instance>): Instance {
  const always = { id, playbook, triggerType: 'TIMER', retryCount: 0, details: noDetails };
  return { ...always, status: 'FINISHED', startTimeMs: null, endTimeMs: null, ...fields };
}

async function show(ledger: Ledger, atMs: number, ...rows: readonly Instance[]): Promise<void> {
  const page = await foldRows(ledger, rows, atMs);
  await ledger.commit({ kind: 'tail_ended', page, beganMs: atMs, sweep: [], recheck: null });
}

async function outlookOf(outlook: Outlook, ledger: Ledger, nowMs: number, watch = (reads: LedgerReads) => reads) {
  const workOut = await ledger.together(async (reads) =>
    outlook.read({ ledger, reads: watch(reads), recorded: await reads.snapshot() }, settings, nowMs),
  );
  return workOut();
}

const row = fc
  .record({
    id: fc.integer({ min: 1, max: 30 }).map(String),
    playbook: fc.constantFrom(playbook, { id: 'x', name: 'renamed' }, { id: 'y', name: 'Isolate' }, null),
    triggerType: fc.constantFrom('TIMER', 'TIMER', 'EVENT', 'DEBUG', ''),
    status: fc.constantFrom('RUNNING', 'FAILED', 'FINISHED', 'TERMINATED'),
    startMinutes: fc.integer({ min: -3_000, max: 200 }),
    lastsMinutes: fc.option(fc.integer({ min: -10, max: 200 })),
  })
  .map(({ startMinutes, lastsMinutes, ...row }) => ({ ...row, startMinutes, lastsMinutes }));

const deed = fc.record({
  rows: fc.array(row, { maxLength: 8 }),
  waitMinutes: fc.constantFrom(-30, -1, 0, 1, 10, 600, 3_000),
  isReopened: fc.boolean(),
  isRechecked: fc.boolean(),
});

test('what it has kept is what it would work out anew, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 2, maxLength: 10 }), async (deeds) => {
      const store = createSqliteStore(':memory:');
      let ledger = await store.create(workspace, beganMs - 3 * dayMs, 0);
      // A timer every ten minutes, so that there is a rhythm.
      const regular = Array.from({ length: 200 }, (_, i) => {
        const startTimeMs = beganMs - 2 * dayMs + i * 10 * minuteMs;
        return instance(`r${i}`, { startTimeMs, endTimeMs: startTimeMs + 1_000 });
      });
      let nowMs = beganMs;
      await show(ledger, nowMs, ...regular);
      const kept = createOutlook();
      for (const { rows, waitMinutes, isReopened, isRechecked } of deeds) {
        nowMs += waitMinutes * minuteMs;
        const instances = rows.map(({ startMinutes, lastsMinutes, ...fields }) => {
          const startTimeMs = nowMs + startMinutes * minuteMs;
          return instance(fields.id, {
            ...fields,
            startTimeMs,
            endTimeMs: lastsMinutes === null ? null : startTimeMs + lastsMinutes * minuteMs,
          });
        });
        await show(ledger, nowMs, ...instances);
        if (isRechecked) await ledger.commit({ kind: 'sweep_planned', sweep: [], recheck: { status: 'FAILED' } });
        await prune(ledger, nowMs, settings.retentionMs, 5);
        if (isReopened) ledger = (await store.open(workspace)) ?? ledger;
        expect(await outlookOf(kept, ledger, nowMs)).toEqual(await outlookOf(createOutlook(), ledger, nowMs));
      }
      await store.close();
    }),
    { seed: 2026, numRuns: inForm(60, 600) },
  );
}, 120_000);

test('groups in which nothing has changed are not read again, but once a day', async () => {
  const store = createSqliteStore(':memory:');
  const ledger = await store.create(workspace, beganMs - 3 * dayMs, 0);
  await show(ledger, beganMs, instance('a', { startTimeMs: beganMs }), instance('b', { triggerType: 'EVENT' }));
  let read: string[] = [];
  const readBy = async (nowMs: number) => {
    read = [];
    await outlookOf(outlook, ledger, nowMs, (reads) => ({
      ...reads,
      ends: (groups, untilMs) => noting('ends', groups, () => reads.ends(groups, untilMs)),
      starts: (groups, sinceMs) => noting('starts', groups, () => reads.starts(groups, sinceMs)),
    }));
    return read;
  };
  const noting = <T>(what: string, { length }: readonly unknown[], reading: () => T) => {
    read.push(`${what} of ${length}`);
    return reading();
  };
  const outlook = createOutlook();
  expect(await readBy(beganMs)).toEqual(['ends of 2', 'starts of 2']);
  expect(await readBy(beganMs + minuteMs)).toEqual([]);
  await ledger.commit({ kind: 'page', page: emptyPage(beganMs) });
  expect(await readBy(beganMs + minuteMs)).toEqual([]);
  await show(ledger, beganMs, instance('c', { startTimeMs: beganMs }));
  expect(await readBy(beganMs + minuteMs)).toEqual(['ends of 1', 'starts of 1']);
  await show(ledger, beganMs + dayMs, instance('d', { startTimeMs: beganMs + dayMs }));
  expect(await readBy(beganMs + dayMs)).toEqual(['ends of 2', 'starts of 2']);
});

test('a due time that has passed while nobody looked is absent until somebody has, and while history is read', async () => {
  const store = createSqliteStore(':memory:');
  const ledger = await store.create(workspace, beganMs - 3 * dayMs, 0);
  const startOf = (i: number) => beganMs - 2 * dayMs + i * 10 * minuteMs;
  const regular = Array.from({ length: 289 }, (_, i) => instance(`r${i}`, { startTimeMs: startOf(i) }));
  await show(ledger, beganMs, ...regular);
  const outlook = createOutlook();
  const due = async (nowMs: number) => (await outlookOf(outlook, ledger, nowMs)).expectedStarts[0]?.atMs;
  const first = await due(beganMs);
  expect(first).toBeGreaterThan(beganMs + 10 * minuteMs);
  expect(first).toBeLessThan(beganMs + 20 * minuteMs);
  expect(await due(beganMs + 60 * minuteMs)).toBeUndefined();
  await show(ledger, beganMs + 60 * minuteMs);
  expect(await due(beganMs + 60 * minuteMs)).toBe(first);
  const history = (triggerType: string) => sweepPart({ purpose: 'history', triggerType });
  await ledger.commit({ kind: 'sweep_planned', sweep: [history('EVENT')], recheck: null });
  expect(await due(beganMs + 60 * minuteMs)).toBe(first);
  await ledger.commit({ kind: 'sweep_planned', sweep: [history('TIMER')], recheck: null });
  expect(await due(beganMs + 60 * minuteMs)).toBeUndefined();
});

test('a failure does not count while an instance of the group is to be looked up that may have finished since', async () => {
  const store = createSqliteStore(':memory:');
  const ledger = await store.create(workspace, beganMs - 3 * dayMs, 0);
  const failed = { status: 'FAILED', startTimeMs: beganMs, endTimeMs: beganMs + 1_000 };
  await show(ledger, beganMs + dayMs, instance('a', failed), instance('b', { ...failed, triggerType: 'EVENT' }));
  const outlook = createOutlook();
  const streaks = async () =>
    (await outlookOf(outlook, ledger, beganMs + dayMs)).streaks.map(({ failures }) => failures);
  expect(await streaks()).toEqual([1, 1]);
  await ledger.commit({ kind: 'sweep_planned', sweep: [], recheck: { status: 'FAILED' } });
  expect(await streaks()).toEqual([0, 0]);
  await ledger.commit({ kind: 'instance_seen', id: 'a', atMs: beganMs + dayMs });
  expect(await streaks()).toEqual([0, 1]);
});
