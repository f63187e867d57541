import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SweepPart } from '../../src/ledger/change.ts';
import type { LedgerState } from '../../src/ledger/state.ts';
import {
  allOf,
  covers,
  down,
  everything,
  hiddenByFlood,
  isDated,
  isPartOf,
  isReadDown,
  isWhole,
  type Split,
  type Splitting,
  sinceLastTail,
  span,
  split,
} from '../../src/poll/parts.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const nowMs = 400 * dayMs;

/** Nothing else of it is used. */
const state = (fields: Partial<LedgerState>) => fields as LedgerState;
const statusesOf = (parts: readonly SweepPart[]) => parts.map(({ status }) => status);

describe('a new ledger is to read', () => {
  const fromMs = nowMs - dayMs;
  const ledger = state({ fromMinute: fromMs / minuteMs });

  test('the window and a minute more, what is open, and what has failed within the retention', () => {
    const keptMs = nowMs - 30 * dayMs;
    const [window, ...others] = everything(ledger, 30 * dayMs, nowMs);
    expect(window).toEqual(down(fromMs - minuteMs));
    const failed = others.pop();
    expect(failed).toEqual({ ...down(keptMs), status: 'FAILED' });
    expect(others).toEqual(['RUNNING', 'RETRYING', 'TERMINATING', 'CREATED'].map(allOf));
  });

  test('no list of what has failed where the window is longer than the retention', () => {
    expect(statusesOf(everything(ledger, dayMs, nowMs))).not.toContain('FAILED');
  });
});

test.each([
  ['the last complete tail', { lastTailMs: 10 * minuteMs, createdAtMs: 0 }],
  ['the creation of the ledger, before the first tail', { lastTailMs: null, createdAtMs: 10 * minuteMs }],
])('what has been created since then is read from a minute before on: %s', (_, fields) => {
  expect(sinceLastTail(state(fields))).toEqual(down(9 * minuteMs));
});

test('after a flood, what is open and what had failed is read beside what is new', () => {
  expect(hiddenByFlood).toEqual(['RUNNING', 'RETRYING', 'TERMINATING', 'FAILED'].map(allOf));
});

test.each([
  ['from the newest down', down(7), { isDated: false, isReadDown: true, isWhole: true }],
  ['between two dates', span(7, 8), { isDated: true, isReadDown: false, isWhole: false }],
  ['of a status', allOf('FAILED'), { isDated: false, isReadDown: false, isWhole: false }],
  ['of a status, from the newest down', { ...down(7), status: 'FAILED' }, { isReadDown: true, isWhole: false }],
  [
    'of a trigger type, from the newest down',
    { ...down(7), triggerType: 'TIMER' },
    { isReadDown: true, isWhole: false },
  ],
])('what a part is that is read %s', (_, part, expected) => {
  const kinds = { isDated: isDated(part), isReadDown: isReadDown(part), isWhole: isWhole(part) };
  expect(kinds).toMatchObject(expected);
});

test.each<[string, SweepPart, SweepPart, boolean]>([
  ['one that goes further down', down(5), down(6), true],
  ['the same one', down(5), down(5), true],
  ['not one that ends above', down(6), down(5), false],
  ['a slice beneath which it goes', down(5), span(5, 9), true],
  ['not a slice that it reaches into', down(6), span(5, 9), false],
  ['a status beneath which it goes', down(5), { ...down(5), status: 'FAILED' }, true],
  ['not all of a status', down(5), allOf('FAILED'), false],
  ['not that of a status what all read', { ...down(5), status: 'FAILED' }, down(6), false],
  ['not a slice, whatever it holds', span(0, 9), span(5, 6), false],
])('a part covers %s', (_, one, other, expected) => {
  expect(covers(one, other)).toBe(expected);
});

test.each<[string, SweepPart, SweepPart, boolean]>([
  ['one of its statuses', { ...span(5, 6), status: 'FAILED' }, span(5, 6), true],
  [
    'a trigger type of one of its statuses',
    { ...span(5, 6), status: 'FAILED', triggerType: 'TIMER' },
    { ...span(5, 6), status: 'FAILED' },
    true,
  ],
  ['its other end', { ...span(5, 6), oldestFirst: true }, span(5, 6), true],
  ['not itself', span(5, 6), span(5, 6), false],
  ['not what it is a part of', span(5, 6), { ...span(5, 6), status: 'FAILED' }, false],
  [
    'not that of another status',
    { ...span(5, 6), status: 'FAILED', triggerType: 'TIMER' },
    { ...span(5, 6), status: 'FINISHED' },
    false,
  ],
  ['not a slice beside it', { ...span(6, 7), status: 'FAILED' }, span(5, 6), false],
])('a part was split off from a whole: %s', (_, one, whole, expected) => {
  expect(isPartOf(one, whole)).toBe(expected);
});

describe('a part that is too large', () => {
  const can: Splitting = {
    dates: { precisionMs: 1_000 },
    canFilterByStatus: true,
    canSort: true,
    untilMs: nowMs,
    nowMs,
  };
  const byDay = { precisionMs: dayMs };
  const statuses = ['FINISHED', 'FAILED', 'TERMINATED', 'RUNNING', 'RETRYING', 'TERMINATING', 'CREATED'];
  const ofStatus = (part: SweepPart) => ({
    parts: statuses.map((status) => ({ ...part, status })),
    isWhole: false,
  });
  const ofTrigger = (part: SweepPart) => ({
    parts: ['EVENT', 'TIMER', 'MANUAL', 'DEBUG'].map((triggerType) => ({ ...part, triggerType })),
    isWhole: false,
  });
  const failed = { ...span(0, 1_000), status: 'FAILED' };
  const triggered = { ...failed, triggerType: 'TIMER' };

  test.each<[string, SweepPart, Partial<Splitting>, Split]>([
    [
      'is read in halves, the newer one first',
      span(0, 9_000),
      {},
      { parts: [span(4_000, 9_000), span(0, 4_000)], isWhole: true },
    ],
    [
      'is read with dates first where it had none',
      down(nowMs - dayMs),
      {},
      { parts: [span(nowMs - dayMs, nowMs)], isWhole: true },
    ],
    [
      'is read from as far back as SecMaster keeps it',
      allOf('RUNNING'),
      {},
      { parts: [{ ...span(nowMs - 180 * dayMs, nowMs), status: 'RUNNING' }], isWhole: true },
    ],
    [
      'is halved until it lasts two seconds',
      span(0, 2_000),
      {},
      { parts: [span(1_000, 2_000), span(0, 1_000)], isWhole: true },
    ],
    ['is read by status where it lasts less', span(0, 1_999), {}, ofStatus(span(0, 1_999))],
    [
      'is halved until it lasts two days where dates are cut to the day',
      span(0, 2 * dayMs),
      { dates: byDay },
      { parts: [span(dayMs, 2 * dayMs), span(0, dayMs)], isWhole: true },
    ],
    ['is read by status where it lasts less than that', span(0, dayMs), { dates: byDay }, ofStatus(span(0, dayMs))],
    ['is read by status without dates', down(5), { dates: null }, ofStatus(down(5))],
    ['is read by trigger type where it is of a status', failed, {}, ofTrigger(failed)],
    [
      'is read by trigger type where statuses are ignored',
      down(5),
      { dates: null, canFilterByStatus: false },
      ofTrigger(down(5)),
    ],
    [
      'is read from the other end at last',
      triggered,
      {},
      { parts: [{ ...triggered, oldestFirst: true }], isWhole: false },
    ],
    ['can not be read from there in no order', triggered, { canSort: false }, { parts: [], isWhole: false }],
    ['can not be read from there twice', { ...triggered, oldestFirst: true }, {}, { parts: [], isWhole: false }],
  ])('%s', (_, part, cannot, expected) => {
    expect(split(part, { ...can, ...cannot })).toEqual(expected);
  });

  const some = <A>(...values: A[]) => fc.constantFrom(...values);
  const splittings = fc.record({
    dates: some(null, { precisionMs: 1_000 }, byDay),
    canFilterByStatus: fc.boolean(),
    canSort: fc.boolean(),
    untilMs: some(nowMs, nowMs - 3 * dayMs),
    nowMs: some(nowMs),
  });
  const parts = some<SweepPart>(down(nowMs - 10 * dayMs), allOf('RUNNING'), span(nowMs - 9 * dayMs, nowMs - 8 * dayMs));

  test('keeps its purpose, loses no time, and is not split without end', () => {
    fc.assert(
      fc.property(
        parts,
        some<SweepPart['purpose']>('gap', 'audit'),
        splittings,
        fc.infiniteStream(fc.nat(6)),
        (whole, purpose, how, choices) => {
          let part: SweepPart = { ...whole, purpose };
          for (let depth = 0; ; depth++) {
            expect(depth).toBeLessThan(40);
            const { parts: smaller, isWhole: isAll } = split(part, how);
            expect(smaller.every((one) => one.purpose === purpose)).toBe(true);
            if (isAll && isDated(part)) {
              const [newer, older] = smaller;
              expect([older?.fromMs, older?.toMs, newer?.toMs]).toEqual([part.fromMs, newer?.fromMs, part.toMs]);
            }
            const next = smaller[choices.next().value % smaller.length];
            if (next === undefined) return;
            part = next;
          }
        },
      ),
    );
  });
});
