import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/ledger/entry.ts';
import { type Folded, fold, isSettled, type Observed } from '../../src/ledger/fold.ts';
import { runLabels } from '../../src/ledger/label-set.ts';
import { noDetails } from '../../src/model/instance.ts';

const createdMs = 1_000_000;

function row(status: string, retryCount = 0, times: { start?: number | null; end?: number | null } = {}): Observed {
  const open = ['RUNNING', 'RETRYING', 'TERMINATING', 'CREATED'].includes(status);
  return {
    id: 'i',
    labels: runLabels('p', 'TIMER'),
    details: noDetails,
    status,
    retryCount,
    startTimeMs: times.start === undefined ? createdMs + 1_000 : times.start,
    endTimeMs: times.end === undefined ? (open ? null : createdMs + 3_000) : times.end,
  };
}

describe('what is told beside what is counted', () => {
  const told = { ...noDetails, name: 'ISOLATE-1', defenseId: 'd-1' };

  test.each<[string, Observed[], typeof told | typeof noDetails]>([
    ['is kept while the instance is open', [{ ...row('RUNNING'), details: told }], told],
    ['is kept once it has FAILED', [{ ...row('FAILED'), details: told }], told],
    ['is dropped once it has finished', [{ ...row('RUNNING'), details: told }, row('FINISHED')], noDetails],
    ['stays where a later row leaves it out', [{ ...row('RUNNING'), details: told }, row('FAILED')], told],
    [
      'is that of the later row',
      [
        { ...row('RUNNING'), details: told },
        { ...row('FAILED'), details: { ...noDetails, name: 'ISOLATE-2' } },
      ],
      { ...told, name: 'ISOLATE-2' },
    ],
  ])('%s', (_, rows, expected) => {
    expect(walk(rows).last?.details).toEqual(expected);
  });
});

interface Sums {
  started: number;
  retries: number;
  ends: Record<string, number>;
  durations: number[];
}

/** What the counters have grown by after the ledger has seen the rows one after another. */
function walk(rows: readonly Observed[]): Sums & { last: Entry | null } {
  let known: Entry | null = null;
  const sums: Sums = { started: 0, retries: 0, ends: Object.create(null), durations: [] };
  for (const observed of rows) {
    const { entry, increments, endedAfterSeconds } = fold(known, observed, createdMs, 1);
    sums.started += increments.started;
    sums.retries += increments.retries;
    for (const [status, by] of increments.ends) sums.ends[status] = (sums.ends[status] ?? 0) + by;
    if (endedAfterSeconds !== null) sums.durations.push(endedAfterSeconds);
    known = entry;
  }
  return { ...sums, last: known };
}

const before = { start: createdMs - 5_000 };
const endedBefore = { start: createdMs - 5_000, end: createdMs - 1_000 };

describe('an instance started since the ledger was created counts', () => {
  test.each<[string, Observed[], Sums]>([
    ['as started while it runs', [row('RUNNING')], { started: 1, retries: 0, ends: {}, durations: [] }],
    [
      'its end once it has finished',
      [row('RUNNING'), row('FINISHED')],
      { started: 1, retries: 0, ends: { FINISHED: 1 }, durations: [2] },
    ],
    [
      'start and end together when it is met only then',
      [row('FINISHED')],
      { started: 1, retries: 0, ends: { FINISHED: 1 }, durations: [2] },
    ],
    [
      'a failed attempt and the retry that follows',
      [row('FAILED'), row('RETRYING', 1)],
      { started: 1, retries: 1, ends: { FAILED: 1 }, durations: [2] },
    ],
    [
      'the failed attempt that a retry implies, though nobody saw it',
      [row('RUNNING'), row('RETRYING', 1)],
      { started: 1, retries: 1, ends: { FAILED: 1 }, durations: [] },
    ],
    [
      'each failed attempt of a run that fails again and again',
      [row('FAILED'), row('RETRYING', 1), row('FAILED', 1), row('RETRYING', 2), row('FAILED', 2)],
      { started: 1, retries: 2, ends: { FAILED: 3 }, durations: [2, 2, 2] },
    ],
    [
      'all attempts when only the last of them is met',
      [row('FAILED', 2)],
      { started: 1, retries: 2, ends: { FAILED: 3 }, durations: [2] },
    ],
    [
      'a success after retries',
      [row('FAILED'), row('FINISHED', 2)],
      { started: 1, retries: 2, ends: { FAILED: 2, FINISHED: 1 }, durations: [2, 2] },
    ],
    [
      'a termination',
      [row('RUNNING'), row('TERMINATING'), row('TERMINATED')],
      { started: 1, retries: 0, ends: { TERMINATED: 1 }, durations: [2] },
    ],
    [
      'nothing twice when nothing changes',
      [row('FAILED', 1), row('FAILED', 1)],
      { started: 1, retries: 1, ends: { FAILED: 2 }, durations: [2] },
    ],
    [
      'an end once though SecMaster goes back on it (illegal)',
      [row('FINISHED'), row('RUNNING'), row('FINISHED')],
      { started: 1, retries: 0, ends: { FINISHED: 1 }, durations: [2] },
    ],
    [
      'both ends of a run that SecMaster shows with two (illegal)',
      [row('FINISHED'), row('TERMINATED')],
      { started: 1, retries: 0, ends: { FINISHED: 1, TERMINATED: 1 }, durations: [2, 2] },
    ],
    [
      'nothing back when retry_count falls (illegal; mutation: growth without max(0, …))',
      [row('FAILED', 3), row('FAILED', 1), row('FAILED', 3)],
      { started: 1, retries: 3, ends: { FAILED: 4 }, durations: [2] },
    ],
    [
      'a status that nobody documents as an end once it has an end_time',
      [row('SKIPPED', 0, { end: null }), row('SKIPPED', 0, { end: createdMs + 2_000 })],
      { started: 1, retries: 0, ends: { SKIPPED: 1 }, durations: [1] },
    ],
    [
      'a status named like a part of every object',
      [row('constructor', 0, { end: createdMs + 2_000 })],
      { started: 1, retries: 0, ends: { constructor: 1 }, durations: [1] },
    ],
    [
      'no start while it has no start_time yet',
      [row('CREATED', 0, { start: null })],
      { started: 0, retries: 0, ends: {}, durations: [] },
    ],
    [
      'a start once start_time is there',
      [row('CREATED', 0, { start: null }), row('RUNNING')],
      { started: 1, retries: 0, ends: {}, durations: [] },
    ],
    [
      'a duration once its end_time comes, later than its status',
      [row('FINISHED', 0, { end: null }), row('FINISHED')],
      { started: 1, retries: 0, ends: { FINISHED: 1 }, durations: [2] },
    ],
    [
      'no duration where the times make none',
      [row('FINISHED', 0, { start: createdMs + 9_000, end: createdMs + 8_000 })],
      { started: 1, retries: 0, ends: { FINISHED: 1 }, durations: [] },
    ],
    [
      'its end alone where only end_time says when it was',
      [row('TERMINATED', 0, { start: null })],
      { started: 1, retries: 0, ends: { TERMINATED: 1 }, durations: [] },
    ],
  ])('%s', (_, rows, expected) => {
    expect(walk(rows)).toMatchObject(expected);
  });
});

describe('an instance started before the ledger was created counts', () => {
  test.each<[string, Observed[], Sums]>([
    [
      'nothing when it had ended',
      [row('FINISHED', 0, endedBefore)],
      { started: 0, retries: 0, ends: {}, durations: [] },
    ],
    [
      'nothing when it had failed',
      [row('FAILED', 2, endedBefore)],
      { started: 0, retries: 0, ends: {}, durations: [] },
    ],
    [
      'its end when it ended since',
      [row('RUNNING', 0, before), row('FINISHED', 0, before)],
      { started: 0, retries: 0, ends: { FINISHED: 1 }, durations: [8] },
    ],
    [
      'its end when it ended since, though it is met only then',
      [row('FINISHED', 0, before)],
      { started: 0, retries: 0, ends: { FINISHED: 1 }, durations: [8] },
    ],
    [
      'the last attempt alone of those that failed, when that ended since',
      [row('FAILED', 2, before)],
      { started: 0, retries: 0, ends: { FAILED: 1 }, durations: [8] },
    ],
    [
      'a retry since, but not the failure before it',
      [row('FAILED', 0, endedBefore), row('RETRYING', 1, before)],
      { started: 0, retries: 1, ends: {}, durations: [] },
    ],
    [
      'the failure of that retry',
      [row('FAILED', 0, endedBefore), row('RETRYING', 1, before), row('FAILED', 1, before)],
      { started: 0, retries: 1, ends: { FAILED: 1 }, durations: [8] },
    ],
    [
      'the growth of retry_count alone',
      [row('RETRYING', 3, before), row('RETRYING', 5, before)],
      { started: 0, retries: 2, ends: { FAILED: 2 }, durations: [] },
    ],
    [
      'nothing when it ended and nobody can say when',
      [row('FAILED', 1, { start: null, end: null })],
      { started: 0, retries: 0, ends: {}, durations: [] },
    ],
  ])('%s', (_, rows, expected) => {
    expect(walk(rows)).toMatchObject(expected);
  });
});

const anyRow = fc
  .record({
    status: fc.constantFrom(
      'CREATED',
      'RUNNING',
      'RETRYING',
      'FAILED',
      'FINISHED',
      'TERMINATING',
      'TERMINATED',
      'SKIPPED',
    ),
    retryCount: fc.nat({ max: 4 }),
    start: fc.constantFrom(null, createdMs - 10, createdMs, createdMs + 10),
    end: fc.constantFrom(null, createdMs - 5, createdMs, createdMs + 20),
  })
  .map(({ status, retryCount, start, end }) => row(status, retryCount, { start, end }));

test('whatever rows come, no counter falls and a row shown again adds nothing', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { minLength: 1, maxLength: 8 }), (rows) => {
      const once = walk(rows);
      const twice = walk(rows.flatMap((one) => [one, one]));
      expect({ ...twice, last: null }).toEqual({ ...once, last: null });
      let known: Entry | null = null;
      for (const observed of rows) {
        const { entry, increments } = fold(known, observed, createdMs, 1);
        const grown = [increments.started, increments.retries, ...increments.ends.values()];
        expect(grown.every((by) => by >= 0)).toBe(true);
        known = entry;
      }
    }),
  );
});

/** A legal life: statuses in an order that SecMaster documents. */
const legalLife = fc
  .record({ retries: fc.nat({ max: 3 }), end: fc.constantFrom('FINISHED', 'FAILED', 'TERMINATED', 'RUNNING') })
  .map(({ retries, end }) => {
    const rows = [row('RUNNING')];
    for (let n = 1; n <= retries; n++) rows.push(row('FAILED', n - 1), row('RETRYING', n));
    if (end === 'TERMINATED') rows.push(row('TERMINATING', retries));
    if (end !== 'RUNNING') rows.push(row(end, retries));
    return rows;
  });

test('the counters depend on the last row alone, not on which of the rows before it were seen', () => {
  fc.assert(
    fc.property(legalLife, fc.infiniteStream(fc.boolean()), (rows, seen) => {
      const some = rows.filter((_, i) => i === rows.length - 1 || seen.next().value);
      const counters = ({ started, retries, ends }: Sums) => ({ started, retries, ends });
      expect(counters(walk(some))).toEqual(counters(walk(rows)));
    }),
  );
});

const secondsLater = (seconds: number) => ({ end: createdMs + 3_000 + seconds * 1_000 });

describe('an instance that is run again by hand, with retry_count back at 0, counts', () => {
  test.each<[string, Observed[], Partial<Sums>]>([
    [
      'each further failure',
      [row('FAILED'), row('RUNNING'), row('FAILED', 0, secondsLater(10)), row('FAILED', 0, secondsLater(20))],
      { started: 1, retries: 0, ends: { FAILED: 3 }, durations: [2, 12, 22] },
    ],
    [
      'one more than retry_count implied before',
      [row('FAILED', 2), row('RUNNING'), row('FAILED', 0, secondsLater(10))],
      { started: 1, retries: 2, ends: { FAILED: 4 } },
    ],
    [
      'its retries from then on, though retry_count is lower than it was',
      [
        row('FAILED', 2),
        row('FAILED', 0, secondsLater(10)),
        row('RETRYING', 1),
        row('FAILED', 1, secondsLater(20)),
        row('RETRYING', 2),
        row('FAILED', 2, secondsLater(30)),
      ],
      { ends: { FAILED: 6 } },
    ],
    [
      'each further success',
      [row('FINISHED'), row('RUNNING'), row('FINISHED', 0, secondsLater(10))],
      { started: 1, ends: { FINISHED: 2 }, durations: [2, 12] },
    ],
    [
      'a failure after a success and the reverse',
      [row('FINISHED'), row('FAILED', 0, secondsLater(10)), row('FINISHED', 0, secondsLater(20))],
      { ends: { FINISHED: 2, FAILED: 1 } },
    ],
    [
      'a further end of a run from before the ledger',
      [row('FAILED', 2, endedBefore), row('FAILED', 0, { ...before, end: createdMs + 9_000 })],
      { started: 0, retries: 0, ends: { FAILED: 1 } },
    ],
  ])('%s', (_, rows, expected) => {
    expect(walk(rows)).toMatchObject(expected);
  });
});

describe('an older state that a lagging replica shows adds nothing:', () => {
  const again = row('FAILED', 0, secondsLater(10));
  test.each<[string, Observed[], Record<string, number>]>([
    ['an earlier end', [row('FAILED'), again, row('FAILED'), again], { FAILED: 2 }],
    ['a lower retry_count', [row('FAILED', 1, secondsLater(10)), row('FAILED'), row('RETRYING', 1)], { FAILED: 2 }],
    ['an open status', [row('FAILED'), again, row('RUNNING'), again], { FAILED: 2 }],
    [
      'an end that a retry has implied already',
      [row('FAILED'), row('RETRYING', 2), row('FAILED', 1, secondsLater(10))],
      { FAILED: 2 },
    ],
    ['two of them', [row('RETRYING', 2), row('FAILED'), row('FAILED', 1, secondsLater(10))], { FAILED: 2 }],
    [
      'an end that comes late to a row that has ended already',
      [row('FAILED'), row('FINISHED', 1, { end: null }), row('FINISHED', 1, secondsLater(10))],
      { FAILED: 1, FINISHED: 1 },
    ],
    [
      'rows whose retry_count is missing now and then',
      [row('FAILED'), row('FAILED', 0, secondsLater(10)), row('RETRYING', 3), row('FAILED', 3, secondsLater(20))],
      { FAILED: 4 },
    ],
    [
      'a time that differs by less than a second',
      [
        row('FAILED'),
        row('FAILED', 0, { end: createdMs + 3_001 }),
        row('FAILED'),
        row('FAILED', 0, { end: createdMs + 3_999 }),
      ],
      { FAILED: 1 },
    ],
  ])('%s', (_, rows, ends) => {
    expect(walk(rows).ends).toEqual(ends);
  });
});

/** A life with runs again by hand: what SecMaster shows one after another. */
const longLife = fc
  .array(fc.record({ end: fc.constantFrom('FINISHED', 'FAILED', 'TERMINATED'), isRetried: fc.boolean() }), {
    minLength: 1,
    maxLength: 7,
  })
  .map((attempts) => {
    const rows = [row('RUNNING')];
    let retryCount = 0;
    for (const [n, { end, isRetried }] of attempts.entries()) {
      rows.push(row(end, retryCount, secondsLater(10 * n)));
      const isRetry = end === 'FAILED' && isRetried;
      retryCount = isRetry ? retryCount + 1 : 0;
      rows.push(row(isRetry ? 'RETRYING' : 'RUNNING', retryCount));
    }
    return rows;
  });

const endsIn = (rows: readonly Observed[]) => {
  const ends: Record<string, number> = Object.create(null);
  for (const { status, endTimeMs } of rows) if (endTimeMs !== null) ends[status] = (ends[status] ?? 0) + 1;
  return ends;
};

/** Rows seen one after another, some more than once: between any two, a lagging replica may show older ones. */
function withLag(rows: readonly Observed[], lags: readonly (readonly number[])[]): Observed[] {
  return rows.flatMap((one, i) => [
    one,
    ...(lags[i % Math.max(1, lags.length)] ?? []).flatMap((back) => rows[Math.max(0, i - back)] ?? []),
  ]);
}
const lagging = fc.array(fc.array(fc.nat({ max: 9 }), { maxLength: 3 }), { maxLength: 15 });

test('where each end is seen, each counts once with its duration, whatever a lagging replica shows in between', () => {
  fc.assert(
    fc.property(longLife, lagging, (rows, lags) => {
      const sums = walk(withLag(rows, lags));
      expect({ ...sums.ends }).toEqual({ ...endsIn(rows) });
      expect(sums.durations).toHaveLength(rows.filter(({ endTimeMs }) => endTimeMs !== null).length);
    }),
    { numRuns: 2_000 },
  );
});

test('where rows are missed, no more ends are counted than there were, whatever a lagging replica shows', () => {
  fc.assert(
    fc.property(longLife, lagging, fc.infiniteStream(fc.boolean()), (rows, lags, seen) => {
      const sums = walk(withLag(rows, lags).filter(() => seen.next().value));
      const truth = endsIn(rows);
      for (const [status, count] of Object.entries(sums.ends)) expect(count).toBeLessThanOrEqual(truth[status] ?? 0);
    }),
    { numRuns: 2_000 },
  );
});

test('of a life that is seen anywhere, seeing it all again from its beginning adds nothing', () => {
  fc.assert(
    fc.property(longLife, (rows) => {
      expect({ ...walk([...rows, ...rows]).ends }).toEqual({ ...walk(rows).ends });
    }),
  );
});

const lower = (counts: ReadonlyMap<string, number>) =>
  new Map([...counts].map(([status, count]) => [status.toLowerCase(), count]));

/** As an exporter of before has kept it of a SecMaster that writes in lower case. */
function spelled(entry: Entry): Entry {
  const { counted, lastEnd } = entry;
  return {
    ...entry,
    status: entry.status.toLowerCase(),
    counted: { ...counted, ends: lower(counted.ends), timed: lower(counted.timed) },
    lastEnd: lastEnd && { ...lastEnd, ends: lower(lastEnd.ends) },
  };
}

test('statuses that an earlier exporter has kept in lower case are not counted again', () => {
  fc.assert(
    fc.property(longLife, longLife, (rows, more) => {
      let [known, kept]: [Entry | null, Entry | null] = [null, null];
      for (const observed of [...rows, ...more]) {
        const folded: Folded = fold(known, observed, createdMs, 1);
        const asKept: Folded = fold(kept, observed, createdMs, 1);
        expect(asKept.increments).toEqual(folded.increments);
        [known, kept] = [folded.entry, spelled(asKept.entry)];
      }
    }),
  );
});

describe('a row is settled', () => {
  const settledIn = (tail: number, observed: Observed) => fold(null, observed, createdMs, tail).entry;
  const judge = (known: Entry, observed: Observed, lastCompleteTail: number) =>
    isSettled(known, fold(known, observed, createdMs, lastCompleteTail + 1), lastCompleteTail);

  test.each<[string, boolean, Entry, Observed, number]>([
    [
      'when it has ended, is unchanged and a complete tail has left it',
      true,
      settledIn(3, row('FAILED')),
      row('FAILED'),
      3,
    ],
    [
      'when only what is shown has changed: a time by a millisecond, a label',
      true,
      settledIn(3, row('FAILED')),
      { ...row('FAILED', 0, { end: createdMs + 3_001 }), labels: runLabels('another', '') },
      3,
    ],
    [
      'when an earlier exporter has kept its status in lower case',
      true,
      spelled(settledIn(3, row('FAILED', 1))),
      row('FAILED', 1),
      3,
    ],
    ['not when it has ended again', false, settledIn(3, row('FAILED')), row('FAILED', 0, secondsLater(10)), 3],
    ['not when it has changed', false, settledIn(3, row('FAILED')), row('FAILED', 1), 3],
    [
      'not while it is open, for SecMaster may touch it (trap: the open row)',
      false,
      settledIn(3, row('RUNNING')),
      row('RUNNING'),
      3,
    ],
    [
      'not when the tail that left it broke off (trap: the broken tail)',
      false,
      settledIn(4, row('FAILED')),
      row('FAILED'),
      3,
    ],
  ])('%s', (_, expected, known, observed, lastCompleteTail) => {
    expect(judge(known, observed, lastCompleteTail)).toBe(expected);
  });
});
