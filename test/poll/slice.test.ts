import { describe, expect, test } from 'vitest';
import type { SweepPart } from '../../src/ledger/change.ts';
import type { Instance } from '../../src/model/instance.ts';
import { allOf, down, span } from '../../src/poll/parts.ts';
import type { ReadPage } from '../../src/poll/session.ts';
import {
  beginItem,
  type Context,
  isWholeList,
  judgeEnd,
  judgePage,
  judgeRefusal,
  type Progress,
  undated,
  type Verdict,
  withoutStatus,
} from '../../src/poll/slice.ts';
import { instanceOf, type RoundState, readPageOf, roundOf } from '../support/secmaster/pages.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const nowMs = 400 * dayMs;
const retentionFromMs = nowMs - 30 * dayMs;

const starts = { form: '…Z', field: 'start', precisionMs: secondMs } as const;
const ends = { ...starts, field: 'end' } as const;
const friendly: Context = {
  dates: starts,
  canFilterByStatus: true,
  canSort: true,
  nowMs,
  retentionFromMs,
  pageableRows: 10_000,
};

function begun(part: SweepPart, state: RoundState = {}, ids: readonly string[] = []): Progress {
  return beginItem({ ...part, key: 1, triedMs: null }, roundOf(state, ids), nowMs);
}

/** Without what an item has beside its part. */
function plain(verdict: Verdict): Verdict {
  if (!('parts' in verdict)) return verdict;
  const parts = verdict.parts.map(({ fromMs, toMs, status, triggerType, oldestFirst, purpose }) => ({
    fromMs,
    toMs,
    status,
    triggerType,
    oldestFirst,
    purpose,
  }));
  return { ...verdict, parts };
}

/** So many in order, a second apart, the newest first; each ended a minute after it began. */
const rows = (newestMs: number, count: number, fields: Partial<Instance> = {}, apartMs = secondMs) =>
  Array.from({ length: count }, (_, i) => {
    const startTimeMs = newestMs - i * apartMs;
    return instanceOf({ id: `${startTimeMs}`, startTimeMs, endTimeMs: startTimeMs + minuteMs, ...fields });
  });

describe('a page', () => {
  const slice = span(nowMs - 2 * hourMs, nowMs - hourMs);
  const inSlice = rows(nowMs - 90 * minuteMs, 3);
  const outside = rows(nowMs - 5 * hourMs, 3);
  const sinceHour = down(nowMs - hourMs);
  const below = rows(nowMs - hourMs - 2 * minuteMs, 4);
  const undatedSlice: Verdict = {
    kind: 'contradicted',
    by: 'dates',
    how: 'the list holds other times too',
    parts: [undated(slice)],
  };
  const failed = { ...slice, status: 'FAILED' };
  const ofAnyStatus: Verdict = {
    kind: 'contradicted',
    by: 'statusFilter',
    how: 'the list holds other statuses too',
    parts: [down(nowMs - 2 * hourMs)],
  };
  const more: Verdict = { kind: 'more' };
  const done: Verdict = { kind: 'done' };
  const middleMs = nowMs - 90 * minuteMs;
  const halves: Verdict = {
    kind: 'instead',
    parts: [span(middleMs, nowMs - hourMs), span(nowMs - 2 * hourMs, middleMs)],
  };
  const tooMany = { count: 10_000 };
  const day = { ...starts, precisionMs: dayMs };

  test.each<[string, SweepPart, readonly Instance[], Verdict, Partial<Context>?, Partial<ReadPage>?]>([
    ['of a slice is followed by the next', slice, inSlice, more],
    ['that is empty is followed by the next', slice, [], more],

    ['with other times shows that dates limit nothing', slice, outside, undatedSlice],
    ['does not with two of them', slice, outside.slice(1), more],
    ['does not if half of its rows are in the slice', slice, [...inSlice, ...outside], more],
    ['does not with rows a minute beside the slice', slice, rows(nowMs - 2 * hourMs - 50 * secondMs, 3), more],
    ['does not with rows without times', slice, rows(0, 3, { startTimeMs: null }), more],
    [
      'does not if they ended in the slice and dates limit the end',
      slice,
      rows(0, 3, { endTimeMs: middleMs }),
      more,
      { dates: ends },
    ],
    [
      'does if they began in the slice and dates limit the end',
      slice,
      rows(middleMs, 3, { endTimeMs: 0 }),
      undatedSlice,
      { dates: ends },
    ],
    ['does not with rows of the same day where dates are cut to it', slice, outside, more, { dates: day }],

    ['of other statuses shows that these are ignored', failed, inSlice, ofAnyStatus],
    [
      'does not if half of its rows are of the status',
      failed,
      [...inSlice, ...rows(middleMs, 3, { status: 'FAILED' })],
      more,
    ],
    ['does not with two of them', failed, inSlice.slice(1), more],

    ['of a slice that counts too many is read in halves instead', slice, inSlice, halves, {}, tooMany],
    ['is not where one less is counted', slice, inSlice, more, {}, { count: 9_999 }],
    ['is not where counts are not believed', slice, inSlice, more, { pageableRows: null }, tooMany],
    ['is not where dates limit the end', slice, [], more, { dates: ends }, tooMany],
    ['is not where the slice can not be halved', span(middleMs, middleMs + 1_500), [], more, {}, tooMany],

    ['whose rows all began before the time to read down to is the last', sinceHour, below, done],
    ['is not if one began a minute later', sinceHour, [...rows(nowMs - hourMs, 1), ...below], more],
    [
      'is not if one is open and has no start',
      sinceHour,
      [...below, instanceOf({ id: 'o', status: 'RUNNING', startTimeMs: null, endTimeMs: null })],
      more,
    ],
    [
      'is not if one is open and began before',
      sinceHour,
      [...below, ...rows(nowMs - 9 * hourMs, 1, { status: 'RUNNING', endTimeMs: null })],
      more,
    ],
    ['is not if the oldest come first', sinceHour, below.toReversed(), more],
    ['is not in no order', sinceHour, [0, 2, 1, 3].flatMap((n) => below[n] ?? []), more],
    [
      'is not if all rows have one time, so that they show no order',
      sinceHour,
      rows(nowMs - 2 * hourMs, 4, {}, 0),
      more,
    ],
    [
      'is the last though one of ten is out of order',
      sinceHour,
      [...rows(nowMs - 9 * hourMs, 1), ...rows(nowMs - 2 * hourMs, 11)],
      done,
    ],
    [
      'that ended before, where it has no start, is the last',
      sinceHour,
      [...below, instanceOf({ id: 'e', startTimeMs: null, endTimeMs: 1 })],
      done,
    ],
  ])('%s', (_, part, instances, expected, context = {}, fields = {}) => {
    const page = readPageOf(instances, fields);
    expect(plain(judgePage(begun(part), page, { ...friendly, ...context }))).toEqual(expected);
  });

  test('of which a row began on an earlier page comes again in disorder: the item is read again', () => {
    const recent = rows(nowMs - minuteMs, 30);
    const progress = begun(sinceHour, { isDisordered: true });
    expect(judgePage(progress, readPageOf([...recent, ...recent.slice(0, 1)]), friendly)).toEqual(more);
    expect(judgePage(progress, readPageOf(below), friendly)).toEqual({ kind: 'again' });
    progress.rounds++;
    // What came twice before came once now, and nothing is missing.
    expect(judgePage(progress, readPageOf(recent), friendly)).toEqual(more);
    expect(judgePage(progress, readPageOf(below), friendly)).toEqual(done);
  });

  test('is followed: what began within the item until a minute before the tail', () => {
    const progress = begun(sinceHour);
    judgePage(progress, readPageOf([...rows(nowMs - 59 * secondMs, 1), ...rows(nowMs - 61 * secondMs, 2)]), friendly);
    expect(progress.within.size).toBe(2);
    expect(progress.recent.size).toBe(3);
    expect(progress.oldestMs).toBe(nowMs - 62 * secondMs);
  });
});

describe('the end of a round', () => {
  const slice = span(nowMs - 2 * hourMs, nowMs - hourMs);
  const complete = { kind: 'complete', problem: null } as const;
  const bottom = { kind: 'bottom', problem: null } as const;
  const incomplete = { kind: 'incomplete', problem: 'an empty page before the end' } as const;
  const middleMs = nowMs - 90 * minuteMs;
  const halves = [span(middleMs, nowMs - hourMs), span(nowMs - 2 * hourMs, middleMs)];
  const last = { ...slice, status: 'FAILED', triggerType: 'TIMER' };
  const fromOtherEnd = { ...last, oldestFirst: true };
  const inAnInstant = { ...last, toMs: slice.fromMs };
  const deep = 'more instances than can be paged through';

  test.each<[string, SweepPart, RoundState, Verdict, Partial<Context>?]>([
    ['that has not come: more', slice, {}, { kind: 'more' }],
    ['that is complete', slice, { end: complete }, { kind: 'done' }],
    [
      'that is complete, with rows that came twice: nothing else is missing',
      slice,
      { end: complete, isDisordered: true, rows: 2 },
      { kind: 'done' },
    ],
    [
      'that is complete, with rows that came twice instead of others: again',
      slice,
      { end: complete, isDisordered: true, rows: 3 },
      { kind: 'again' },
    ],
    [
      'that is complete, of a list that got shorter: again',
      slice,
      { end: complete, hasShrunk: true, rows: 2 },
      { kind: 'again' },
    ],
    [
      'that is incomplete',
      slice,
      { end: incomplete },
      { kind: 'problem', problem: 'an empty page before the end', parts: [] },
    ],
    [
      'that is incomplete for no known reason',
      slice,
      { end: { ...incomplete, problem: null } },
      { kind: 'problem', problem: 'part of the list is missing', parts: [] },
    ],
    ['at the bottom: in halves', slice, { end: bottom }, { kind: 'instead', parts: halves }],
    [
      'at the bottom, where nothing holds all of it: from the other end as well',
      inAnInstant,
      { end: bottom },
      { kind: 'problem', problem: deep, parts: [{ ...inAnInstant, oldestFirst: true }] },
    ],
    [
      'at the bottom, where nothing makes it smaller',
      { ...fromOtherEnd, toMs: slice.fromMs },
      { end: bottom },
      { kind: 'problem', problem: deep, parts: [] },
    ],
    [
      'at the bottom for a reason',
      { ...fromOtherEnd, toMs: slice.fromMs },
      { end: { ...bottom, problem: 'the list does not advance' } },
      { kind: 'problem', problem: 'the list does not advance', parts: [] },
    ],
  ])('%s', (_, part, state, expected, context = {}) => {
    const progress = begun(part, state);
    judgePage(progress, readPageOf([], { ids: ['a', 'b'] }), friendly);
    expect(plain(judgeEnd(progress, { ...friendly, ...context }))).toEqual(expected);
  });

  test.each([
    [
      'what is older than the oldest one met',
      {},
      rows(nowMs - minuteMs, 5),
      nowMs - minuteMs - 4 * secondMs + minuteMs,
    ],
    ['all of it where dates limit the end', { dates: ends }, rows(nowMs - minuteMs, 5), nowMs + minuteMs],
    ['all of it where the rows came in no order', {}, rows(nowMs - minuteMs, 5).toReversed(), nowMs + minuteMs],
  ])('at the bottom of a list that is read down, with dates: %s', (_, context, instances, untilMs) => {
    const progress = begun(down(nowMs - dayMs), { end: bottom });
    judgePage(progress, readPageOf(instances), { ...friendly, ...context });
    const parts = [span(nowMs - dayMs, untilMs)];
    expect(plain(judgeEnd(progress, { ...friendly, ...context }))).toEqual({ kind: 'instead', parts });
  });

  test('after ten rounds in changing order is a problem', () => {
    const progress = begun(slice, { end: complete, isDisordered: true, rows: 3 }, ['a']);
    for (progress.rounds = 1; progress.rounds < 10; progress.rounds++)
      expect(judgeEnd(progress, friendly)).toEqual({ kind: 'again' });
    expect(judgeEnd(progress, friendly)).toEqual({
      kind: 'problem',
      problem: 'SecMaster returns rows in changing order',
      parts: [],
    });
  });

  test('of a list that got shorter forgets what was met, of one in disorder it does not', () => {
    const met = (state: RoundState) => {
      const progress = begun(slice, { end: complete, rows: 9, ...state });
      judgePage(progress, readPageOf(rows(middleMs, 2)), friendly);
      judgeEnd(progress, friendly);
      return [progress.met.size, progress.recent.size, progress.within.size];
    };
    expect(met({ hasShrunk: true })).toEqual([0, 0, 0]);
    expect(met({ isDisordered: true })).toEqual([2, 2, 2]);
  });

  test.each([
    ['of every instance', down(nowMs), complete, true],
    ['of every instance, not to the end', down(nowMs), bottom, false],
    ['of a status', allOf('FAILED'), complete, false],
    ['of a slice', slice, complete, false],
  ])('is the end of the whole list: %s', (_, part, end, expected) => {
    expect(isWholeList(begun(part, { end }))).toBe(expected);
  });
});

describe('the refusal of a first page', () => {
  const how = '400 20030001';
  const slice = span(1, 2);
  const byStatus = (parts: readonly SweepPart[]): Verdict => ({ kind: 'contradicted', by: 'statusFilter', how, parts });

  test.each<[string, SweepPart, Verdict | null]>([
    ['of a slice: without dates', slice, { kind: 'contradicted', by: 'dates', how, parts: [down(1)] }],
    [
      'of a slice from the other end: without dates, from the newest down',
      { ...slice, status: 'FAILED', oldestFirst: true },
      { kind: 'contradicted', by: 'dates', how, parts: [{ ...down(1), status: 'FAILED' }] },
    ],
    ['of a trigger type that it does not know: there are none', { ...down(1), triggerType: 'DEBUG' }, { kind: 'done' }],
    ['of a status that is not documented: there are none', allOf('CREATED'), { kind: 'done' }],
    ['of a status: all are read down to its start', { ...down(7), status: 'FAILED' }, byStatus([down(7)])],
    ['of all of a status: all are read down to the retention', allOf('RUNNING'), byStatus([down(retentionFromMs)])],
    ['of everything: there is no other way', down(1), null],
  ])('%s', (_, part, expected) => {
    expect(judgeRefusal(part, how, retentionFromMs)).toEqual(expected);
  });

  test('the lists that take the place of those of several statuses are the same', () => {
    const lists = ['RUNNING', 'RETRYING'].map((status, i) => withoutStatus(allOf(status), retentionFromMs + i));
    expect(lists[0]).toEqual(lists[1]);
    expect(lists[0]).toEqual(down(retentionFromMs));
  });

  test('what is read instead keeps its purpose', () => {
    const audit = { ...slice, status: 'FAILED', purpose: 'audit' } as const;
    for (const part of [undated(audit), withoutStatus(audit, 0)]) expect(part.purpose).toBe('audit');
  });
});
