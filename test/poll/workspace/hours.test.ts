import { beforeEach, expect, test } from 'vitest';
import type { HourOfStarts, Ledger, LedgerReads } from '../../../src/ledger/store.ts';
import { createHours, type Hours } from '../../../src/poll/workspace/hours.ts';

const hourMs = 3_600_000;
const now = 500_000;
const counts = (hour: number, playbook: string, status: string, instances: number): HourOfStarts => ({
  hour,
  labels: { playbook, trigger_type: 'EVENT', status },
  instances,
});

let elapsedMs = 0;
let hours: Hours;
let asked: [number, number][];
let rows: readonly HourOfStarts[];
const unchanged: LedgerReads['touched'] = new Map();
const ledger = {} as Ledger;
beforeEach(() => {
  elapsedMs = 0;
  hours = createHours(() => elapsedMs);
  asked = [];
  rows = [];
});

/** @param tookMs how long the ledger takes */
function read(nowMs = now * hourMs, { of = ledger, in: touched = unchanged, tookMs = 0 } = {}) {
  const reads = {
    touched,
    startsByHour: async (fromHour: number, toHour: number) => {
      asked.push([fromHour, toHour]);
      elapsedMs += tookMs;
      return rows;
    },
  } as Partial<LedgerReads> as LedgerReads;
  return hours.read({ ledger: of, reads, current: (label) => (label === 'Old' ? 'New' : label) }, nowMs);
}

test('runs of the last 24 hours are added up for each hour and playbook, under its current name, the oldest first', async () => {
  rows = [
    counts(now, 'New', 'FINISHED', 3),
    counts(now - 1, 'Old', 'FAILED', 2),
    counts(now - 1, 'New', 'FAILED', 1),
    counts(now - 1, 'New', 'TERMINATED', 4),
    counts(now, 'Other', 'FAILED', 1),
  ];
  expect(await read(now * hourMs + 1)).toEqual([
    { playbook: 'New', hourMs: (now - 1) * hourMs, ended: 7, failed: 3 },
    { playbook: 'New', hourMs: now * hourMs, ended: 3, failed: 0 },
    { playbook: 'Other', hourMs: now * hourMs, ended: 1, failed: 1 },
  ]);
  expect(asked).toEqual([[now - 23, now + 1]]);
});

test.each<[string, () => unknown, number]>([
  ['nothing has changed', () => read(), 1],
  ['runs have changed', () => read(now * hourMs, { in: new Map() }), 2],
  ['an hour has begun', () => read((now + 1) * hourMs), 2],
  ['the clock was set back', () => read((now - 1) * hourMs), 2],
  ['the ledger was opened again', () => read(now * hourMs, { of: {} as Ledger }), 2],
])('the ledger is read again or not where %s', async (_, again, times) => {
  await read();
  await again();
  expect(asked).toHaveLength(times);
});

test('a ledger that takes long is read less often, so that reading takes a hundredth of the time', async () => {
  rows = [counts(now, 'New', 'FINISHED', 1)];
  const first = await read(undefined, { tookMs: 200 });
  rows = [counts(now, 'New', 'FINISHED', 2)];
  elapsedMs += 19_999;
  expect(await read(undefined, { in: new Map() })).toBe(first);
  elapsedMs += 1;
  expect(await read(undefined, { in: new Map() })).toMatchObject([{ ended: 2 }]);
});
