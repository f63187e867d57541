import { expect, test } from 'vitest';
import { nothing } from '../../src/ledger/contribution.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import { runLabels, withStatus } from '../../src/ledger/label-set.ts';
import { countWithin, firstMinute, moves, openMinute, quietestMinute } from '../../src/ledger/window.ts';
import { noDetails } from '../../src/model/instance.ts';

const minute = 29_000_000;

function entry(fields: Partial<Entry>): Entry {
  const startTimeMs = minute * 60_000 + 30_000;
  return {
    id: 'i',
    labels: runLabels('p', 'EVENT'),
    details: noDetails,
    status: 'RUNNING',
    startTimeMs,
    endTimeMs: null,
    retryCount: 0,
    counted: nothing,
    lastEnd: null,
    changedIn: 1,
    gone: false,
    recheck: false,
    ...fields,
  };
}

const running = entry({});
const failed = entry({ status: 'FAILED', endTimeMs: (minute + 5) * 60_000, retryCount: 2 });

function cell(at: number, status: string, instances: number, retries: number) {
  return { minute: at, labels: withStatus(runLabels('p', 'EVENT'), status), instances, retries };
}

test('the window begins with the minute that contains the moment a lookback ago', () => {
  expect(firstMinute(minute * 60_000 + 59_999, 600_000)).toBe(minute - 10);
  expect(firstMinute(minute * 60_000, 600_000)).toBe(minute - 10);
});

test.each([
  ['an open instance is counted whenever it began', null, running, minute + 1, [cell(openMinute, 'RUNNING', 1, 0)]],
  ['an ended one is counted in the minute it began', null, failed, minute, [cell(minute, 'FAILED', 1, 2)]],
  ['an ended one that began before the window is not counted', null, failed, minute + 1, []],
  ['nor one that began just before 1970', null, { ...failed, startTimeMs: -1 }, minute, []],
  [
    'an end inside the window moves the instance',
    running,
    failed,
    minute,
    [cell(openMinute, 'RUNNING', -1, -0), cell(minute, 'FAILED', 1, 2)],
  ],
  [
    'an end of one that began before the window takes it out',
    running,
    failed,
    minute + 1,
    [cell(openMinute, 'RUNNING', -1, -0)],
  ],
  [
    'one that SecMaster no longer knows is taken out',
    running,
    { ...running, gone: true },
    minute,
    [cell(openMinute, 'RUNNING', -1, -0)],
  ],
  [
    'a retry brings one back that began before the window',
    failed,
    { ...running, status: 'RETRYING', retryCount: 3 },
    minute + 1,
    [cell(openMinute, 'RETRYING', 1, 3)],
  ],
  [
    'an ended one without a start counts by its end',
    null,
    { ...failed, startTimeMs: null },
    minute,
    [cell(minute + 5, 'FAILED', 1, 2)],
  ],
  [
    'an ended one without any time is in no minute',
    null,
    { ...failed, startTimeMs: null, endTimeMs: null },
    minute,
    [],
  ],
] as const)('%s', (_, known, now, fromMinute, expected) => {
  expect(moves(known, now, fromMinute)).toEqual(expected);
});

test.each<[string, [number, number][], number, number, number]>([
  ['nothing begins in any', [], 10, 15, 10],
  [
    'one at whose start nothing begins',
    [
      [10, 1],
      [14, 1],
    ],
    10,
    15,
    12,
  ],
  [
    'what began in the minute before counts as well',
    [
      [9, 5],
      [11, 1],
    ],
    10,
    12,
    11,
  ],
  [
    'the first of those with as few',
    [
      [10, 1],
      [11, 1],
      [12, 1],
    ],
    10,
    14,
    10,
  ],
  [
    'a minute outside of the span is not chosen',
    [
      [10, 5],
      [11, 5],
    ],
    10,
    12,
    10,
  ],
])('the quietest minute where %s', (_, ended, from, to, quietest) => {
  expect(quietestMinute(new Map(ended), from, to)).toBe(quietest);
});

test('minutes are counted from the one up to, not including, the other', () => {
  const ended = new Map([
    [9, 1],
    [10, 2],
    [11, 4],
    [12, 8],
  ]);
  expect(countWithin(ended, 10, 12)).toBe(6);
  expect(countWithin(ended, 12, 10)).toBe(0);
});
