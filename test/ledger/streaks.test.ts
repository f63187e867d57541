import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SweepItem } from '../../src/ledger/change.ts';
import type { LedgerState } from '../../src/ledger/state.ts';
import { groupsOf, knownSince, streakOf } from '../../src/ledger/streaks.ts';
import { sweepPart } from '../support/ledger/ledgers.ts';

const state = (fields: Partial<LedgerState> = {}) =>
  ({ createdAtMs: 1_000, lastTailMs: 5_000, unseenBeforeMs: 3_000, historyFromMs: 100, ...fields }) as LedgerState;
const item = (fields: Partial<SweepItem>): SweepItem => ({ ...sweepPart(), key: 1, triedMs: null, ...fields });
const gap = (fields: Partial<SweepItem> = {}) => item({ purpose: 'gap', ...fields });
const history = (fields: Partial<SweepItem> = {}) => item({ purpose: 'history', ...fields });

describe('ends are known', () => {
  test.each<[string, Partial<LedgerState>, readonly SweepItem[], string, number]>([
    ['of none before a tail has been complete', { lastTailMs: null }, [], 'EVENT', Number.POSITIVE_INFINITY],
    ['since where the history begins, once it has been read', {}, [], 'EVENT', 100],
    ['since the ledger was created, while history is not planned', { historyFromMs: null }, [], 'EVENT', 1_000],
    ['since the ledger was created, while history is read', {}, [history({ triggerType: 'EVENT' })], 'EVENT', 1_000],
    ['though that of other trigger types is still read', {}, [history({ triggerType: 'TIMER' })], 'EVENT', 100],
    ['since the ledger was created, while history of all types is read', {}, [history()], 'EVENT', 1_000],
    ['since the ledger was created, of types whose history is not read', {}, [], 'ODD', 1_000],
    ['since the last tail that found a gap, while it is swept', {}, [gap()], 'EVENT', 3_000],
    ['since then also while history is read', {}, [history(), gap()], 'EVENT', 3_000],
    ['since the last tail, if nobody knows which one found it', { unseenBeforeMs: null }, [gap()], 'EVENT', 5_000],
    ['though a gap is one of another trigger type', {}, [gap({ triggerType: 'TIMER' })], 'EVENT', 100],
    ['though a gap is one of what has not FINISHED', {}, [gap({ status: 'RUNNING' })], 'EVENT', 100],
    ['not while a gap is one of what has FINISHED', {}, [gap({ status: 'FINISHED' })], 'EVENT', 3_000],
    ['also while an audit reads again', {}, [item({ purpose: 'audit' })], 'EVENT', 100],
    ['since what was given up, also of odd types', { historyFromMs: 4_000 }, [], 'ODD', 4_000],
    ['since what was given up, also while history is read', { historyFromMs: 4_000 }, [history()], 'EVENT', 4_000],
  ])('%s', (_, fields, sweep, triggerType, expected) => {
    expect(knownSince(state(fields), sweep, triggerType)).toBe(expected);
  });
});

test('a playbook and a trigger type make one group, with all label sets that the playbook has had', () => {
  const sets = [
    { playbook: 'Old', trigger_type: 'EVENT' },
    { playbook: 'New', trigger_type: 'EVENT' },
    { playbook: 'New', trigger_type: 'EVENT', workflow: 'v2' },
    { playbook: 'New', trigger_type: 'DEBUG' },
    { playbook: 'Other', trigger_type: 'EVENT' },
  ];
  const runs = new Map(sets.map((set) => [JSON.stringify(set), set]));
  const groups = groupsOf({ runs }, (label) => (label === 'Old' ? 'New' : label));
  expect(groups).toEqual([
    { labels: { playbook: 'New', trigger_type: 'EVENT' }, sets: sets.slice(0, 3) },
    { labels: { playbook: 'New', trigger_type: 'DEBUG' }, sets: sets.slice(3, 4) },
    { labels: { playbook: 'Other', trigger_type: 'EVENT' }, sets: sets.slice(4) },
  ]);
});

test('a streak never grows by knowing less, and begins where the first of its failures ended', () => {
  const times = fc.array(fc.integer({ min: 0, max: 50 })).map((all) => all.sort((a, b) => a - b));
  const bound = fc.integer({ min: -5, max: 55 });
  fc.assert(
    fc.property(times, bound, bound, bound, (failedMs, sinceMs, laterMs, untilMs) => {
      const ends = { finishedMs: null, failedMs };
      const one = streakOf(ends, sinceMs, untilMs);
      const less = streakOf(ends, Math.max(sinceMs, laterMs), untilMs);
      expect(less.failures).toBeLessThanOrEqual(one.failures);
      expect(one.sinceMs).toBe(failedMs.find((endMs) => endMs >= sinceMs && endMs <= untilMs) ?? null);
      expect(one.failures === 0).toBe(one.sinceMs === null);
    }),
  );
});
