import { expect, test } from 'vitest';
import { expectedStartMs } from '../../src/ledger/rhythm.ts';
import { createRandom } from '../../src/simulator/random.ts';
import { inForm } from '../support/form.ts';
import { berlin, china, day, hour, minute, newYork, week } from '../support/rhythm/calendar.ts';
import { atRandom, byDay } from '../support/rhythm/demand.ts';
import {
  at,
  drifting,
  every,
  onDates,
  onWeekday,
  type Schedule,
  scheduled,
  workingDays,
} from '../support/rhythm/timers.ts';

/** A Monday, and no clock is changed in the weeks after it. */
const monday = Date.UTC(2026, 4, 4);

function utcTime(text: string): number {
  return Date.parse(`${text}Z`);
}

/** The starts of a schedule up to and including a time. */
function startsUntil(schedule: Schedule, from: string, until: string): number[] {
  return scheduled(schedule, utcTime(from), utcTime(until) + 1);
}

function timerDue(starts: readonly number[] | Float64Array): number | null {
  return expectedStartMs(starts, { triggerType: 'TIMER' });
}

/** The due times that passed before the next start came, in the order of the starts. */
function falseDues(starts: readonly number[], retentionMs = 30 * day): string[] {
  const found: string[] = [];
  const all = Float64Array.from(starts);
  let first = 0;
  for (let index = 0; index + 1 < all.length; index++) {
    const [start = 0, next = 0] = all.subarray(index);
    while ((all[first] ?? 0) < start - retentionMs) first++;
    const due = timerDue(all.subarray(first, index + 1));
    if (due !== null && due < next) found.push(new Date(due).toISOString().slice(0, 16));
  }
  return found;
}

const night = every(5, 8, 18);

/** The schedule, its first time, its last start, the next one by the schedule, and by how long it may be due after that. */
test.each<[string, Schedule, string, string, string, number]>([
  ['every 5 minutes', { times: every(5) }, '2026-05-04T00:00', '2026-05-06T10:05', '2026-05-06T10:10', 2 * minute],
  [
    'every 5 minutes, after weeks',
    { times: every(5) },
    '2026-05-04T00:00',
    '2026-05-28T10:05',
    '2026-05-28T10:10',
    2 * minute,
  ],
  ['every minute', { times: every(1) }, '2026-05-04T00:00', '2026-05-06T10:05', '2026-05-06T10:06', 2 * minute],
  ['hourly', { times: every(60) }, '2026-05-04T00:00', '2026-05-06T10:00', '2026-05-06T11:00', 2 * minute],
  [
    'daily, after three runs',
    { times: at(6) },
    '2026-05-04T00:00',
    '2026-05-06T06:00',
    '2026-05-07T06:00',
    30 * minute,
  ],
  ['daily, after four weeks', { times: at(6) }, '2026-05-04T00:00', '2026-06-02T06:00', '2026-06-03T06:00', 3 * minute],
  [
    'working days, amid a week',
    { times: at(6), days: workingDays },
    '2026-05-04T00:00',
    '2026-05-27T06:00',
    '2026-05-28T06:00',
    10 * minute,
  ],
  [
    'working days, before a weekend',
    { times: at(6), days: workingDays },
    '2026-05-04T00:00',
    '2026-05-29T06:00',
    '2026-06-01T06:00',
    15 * minute,
  ],
  [
    'working days, before the first weekend',
    { times: at(6), days: workingDays },
    '2026-05-04T00:00',
    '2026-05-08T06:00',
    '2026-05-11T06:00',
    90 * minute,
  ],
  [
    'working days in China, before the first weekend',
    { times: at(6), days: workingDays, zone: china },
    '2026-05-03T00:00',
    '2026-05-07T22:00',
    '2026-05-10T22:00',
    90 * minute,
  ],
  [
    'office hours, by day',
    { times: night, days: workingDays },
    '2026-05-04T00:00',
    '2026-05-06T10:05',
    '2026-05-06T10:10',
    2 * minute,
  ],
  [
    'office hours, in the evening',
    { times: night, days: workingDays },
    '2026-05-04T00:00',
    '2026-05-06T17:55',
    '2026-05-07T08:00',
    45 * minute,
  ],
  [
    'office hours, before the first weekend',
    { times: night, days: workingDays },
    '2026-05-04T00:00',
    '2026-05-08T17:55',
    '2026-05-11T08:00',
    45 * minute,
  ],
  [
    'office hours, before a later weekend',
    { times: night, days: workingDays },
    '2026-05-04T00:00',
    '2026-05-22T17:55',
    '2026-05-25T08:00',
    2 * minute,
  ],
  [
    'weekly, after three runs',
    { times: at(8), days: onWeekday(1) },
    '2026-05-04T00:00',
    '2026-05-18T08:00',
    '2026-05-25T08:00',
    5 * hour,
  ],
  [
    'weekly, after five runs',
    { times: at(8), days: onWeekday(1) },
    '2026-05-04T00:00',
    '2026-06-01T08:00',
    '2026-06-08T08:00',
    3 * hour,
  ],
  [
    'every second Monday, after four runs',
    { times: at(8), days: (date) => (date.getTime() - monday) % (2 * week) === 0 },
    '2026-05-04T00:00',
    '2026-06-15T08:00',
    '2026-06-29T08:00',
    2 * hour,
  ],
  [
    'monthly, before a long month ends',
    { times: at(8), days: onDates(1) },
    '2026-01-01T00:00',
    '2026-05-01T08:00',
    '2026-06-01T08:00',
    4 * day,
  ],
  [
    'monthly, before February ends',
    { times: at(8), days: onDates(1) },
    '2025-10-01T00:00',
    '2026-02-01T08:00',
    '2026-03-01T08:00',
    7 * day,
  ],
  [
    'on the 1st and 15th',
    { times: at(8), days: onDates(1, 15) },
    '2026-01-01T00:00',
    '2026-03-15T08:00',
    '2026-04-01T08:00',
    4 * day,
  ],
  [
    'twice a day, before the short pause',
    { times: at(8, 16) },
    '2026-05-04T00:00',
    '2026-05-20T08:00',
    '2026-05-20T16:00',
    5 * minute,
  ],
  [
    'twice a day, before the long pause',
    { times: at(8, 16) },
    '2026-05-04T00:00',
    '2026-05-20T16:00',
    '2026-05-21T08:00',
    5 * minute,
  ],
  [
    'Saturdays only, every 10 minutes, by day',
    { times: every(10, 8, 18), days: onWeekday(6) },
    '2026-05-04T00:00',
    '2026-05-23T12:00',
    '2026-05-23T12:10',
    3 * minute,
  ],
  [
    'Saturdays only, every 10 minutes, in the evening',
    { times: every(10, 8, 18), days: onWeekday(6) },
    '2026-05-04T00:00',
    '2026-05-23T17:50',
    '2026-05-30T08:00',
    2 * hour,
  ],
  [
    'every third day',
    { times: at(8), days: onDates(1, 4, 7, 10, 13, 16, 19, 22, 25, 28) },
    '2026-05-04T00:00',
    '2026-05-25T08:00',
    '2026-05-28T08:00',
    90 * minute,
  ],
])('a timer is due within its slack: %s', (_, schedule, from, last, next, slack) => {
  const due = timerDue(startsUntil(schedule, from, last));
  expect(due).toBeGreaterThanOrEqual(utcTime(next) + 2 * minute);
  expect(due).toBeLessThanOrEqual(utcTime(next) + slack);
});

test.each<[string, Schedule, string, string]>([
  ['less than a day of every 5 minutes', { times: every(5) }, '2026-05-04T00:00', '2026-05-04T23:50'],
  ['the first office hours', { times: night }, '2026-05-04T00:00', '2026-05-04T17:55'],
  ['two daily runs', { times: at(6) }, '2026-05-04T00:00', '2026-05-05T06:00'],
  ['two weekly runs', { times: at(8), days: onWeekday(1) }, '2026-05-04T00:00', '2026-05-11T08:00'],
  ['two monthly runs', { times: at(8), days: onDates(1) }, '2026-05-01T00:00', '2026-06-01T08:00'],
])('a new timer has shown no rhythm with %s', (_, schedule, from, last) => {
  expect(timerDue(startsUntil(schedule, from, last))).toBeNull();
});

const until = monday + 5 * week;
const beforeThe1st = (date: Date) => new Date(date.getTime() + day).getUTCDate() === 1;
const fifteen = scheduled({ times: every(15) }, monday, monday + 9 * day);
const officeHourly = { times: every(60, 8, 18), days: workingDays };
const officeQuarter = { times: every(15, 8, 18), days: workingDays };
const daily = scheduled({ times: at(6) }, monday, until);
const work = scheduled({ times: at(6), days: workingDays }, monday, until);

/** The starts, and the due times that passed before the next start came. */
test.each<[string, number[], string[], number?]>([
  [
    'it is slowed from 15 minutes to hourly, which is accepted after three pauses',
    [...fifteen, ...scheduled({ times: every(60) }, monday + 9 * day, until)],
    ['2026-05-13T00:17', '2026-05-13T01:17', '2026-05-13T02:17'],
  ],
  [
    'it is slowed within office hours',
    [...scheduled(officeQuarter, monday, monday + 9 * day), ...scheduled(officeHourly, monday + 9 * day, until)],
    ['2026-05-13T08:17', '2026-05-13T09:17', '2026-05-13T10:17'],
  ],
  [
    'it is sped up within office hours',
    [...scheduled(officeHourly, monday, monday + 9 * day), ...scheduled(officeQuarter, monday + 9 * day, until)],
    [],
  ],
  [
    'a public holiday is a Monday',
    work.filter((ms) => ms !== utcTime('2026-05-25T06:00')),
    [expect.stringMatching(/^2026-05-25T06:/) as unknown as string],
  ],
  [
    'a public holiday is a Thursday, in office hours',
    scheduled(officeQuarter, monday, until).filter((ms) => Math.floor(ms / day) !== utcTime('2026-05-21T00:00') / day),
    [expect.stringMatching(/^2026-05-21T08:/) as unknown as string],
  ],
  [
    'a run was missed',
    daily.filter((ms) => ms !== utcTime('2026-05-20T06:00')),
    [expect.stringMatching(/^2026-05-20T06:/) as unknown as string],
  ],
  [
    'it was switched off for a week',
    scheduled(officeQuarter, monday, until).filter((ms) => ms < monday + 14 * day || ms >= monday + 21 * day),
    [expect.stringMatching(/^2026-05-18T08:/) as unknown as string],
  ],
  ['the retention is 7 days and it keeps working days', work, [], 7 * day],
  ['the retention is 7 days and it keeps office hours', scheduled(officeQuarter, monday, until), [], 7 * day],
  ['the retention is 8 days and it keeps office hours', scheduled(officeQuarter, monday, until), [], 8 * day],
  [
    'it runs in the evening in America',
    scheduled({ times: at(20), days: workingDays, zone: newYork }, monday, until),
    [],
  ],
  [
    'two schedules are mixed',
    [...scheduled({ times: every(120) }, monday, until), ...scheduled({ times: [197] }, monday, until)].sort(
      (a, b) => a - b,
    ),
    [],
  ],
  ['it waits for three hours after each run', drifting(3 * hour, () => 5 * minute, monday, until), []],
  ['it runs every 36 hours', drifting(36 * hour, () => 0, monday, until), []],
  [
    'it starts six instances at once',
    scheduled({ times: every(60) }, monday, monday + 9 * day).flatMap((ms) =>
      Array.from({ length: 6 }, (_, index) => ms + index * 20_000),
    ),
    [],
  ],
  [
    'it runs on the last day of a month',
    scheduled({ times: at(8), days: beforeThe1st }, monday, monday + 300 * day),
    [],
    180 * day,
  ],
  ['it runs on the 1st', scheduled({ times: at(8), days: onDates(1) }, monday, monday + 800 * day), [], 95 * day],
  [
    'it runs on the 1st and 15th and little of it is retained',
    scheduled({ times: at(8), days: onDates(1, 15), zone: berlin }, monday, monday + 500 * day),
    [],
    30 * day,
  ],
  [
    'it runs every third day of a month',
    scheduled({ times: at(8), days: onDates(1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31) }, monday, monday + 90 * day),
    [],
  ],
])('a due time passes only when a start is missing: %s', (_, starts, expected, retentionMs) => {
  expect(falseDues(starts, retentionMs)).toEqual(expected);
});

test.each([
  ['Europe in spring', berlin, '2026-02-26T00:00'],
  ['Europe in autumn', berlin, '2026-09-24T00:00'],
  ['America in spring', newYork, '2026-02-05T00:00'],
  ['America in autumn', newYork, '2026-10-01T00:00'],
] as const)('no due time is false when clocks change: %s', (_, zone, from) => {
  const times: Schedule[] = [
    { times: at(6), zone },
    { times: at(6), days: workingDays, zone },
    { times: at(8), days: onWeekday(1), zone },
    { times: every(60), zone },
    { times: every(inForm(45, 15), 8, 18), days: workingDays, zone },
    { times: every(inForm(45, 15), 8, 18), zone },
  ];
  for (const schedule of times) {
    expect(falseDues(scheduled(schedule, utcTime(from), utcTime(from) + 5 * week))).toEqual([]);
  }
});

test('a day after the clocks have been turned back, a daily timer is as sharp as before', () => {
  const due = timerDue(startsUntil({ times: at(6), zone: berlin }, '2026-10-01T00:00', '2026-10-27T05:00'));
  expect(due).toBeLessThanOrEqual(utcTime('2026-10-28T05:30'));
});

test.each([
  ['seven runs of the new pace', 7],
  ['a day of it', 96],
])('a timer sped up from hourly to 15 minutes is due by the new pace after %s', (_, runs) => {
  const change = monday + 20 * day;
  const starts = scheduled({ times: every(60) }, monday, change);
  for (let index = 0; index <= runs; index++) starts.push(change + index * 15 * minute);
  expect(timerDue(starts)).toBe(change + runs * 15 * minute + 17 * minute);
});

test('a slowed timer is due by its new pace after three pauses of it', () => {
  const change = monday + 9 * day;
  const starts = [...fifteen, ...[0, 1, 2, 3].map((index) => change + index * hour)];
  expect(timerDue(starts)).toBe(change + 4 * hour + 2 * minute);
});

test('the weeks after a holiday stay sharp', () => {
  const starts = work.filter((ms) => ms !== utcTime('2026-05-18T06:00') && ms <= utcTime('2026-05-29T06:00'));
  expect(timerDue(starts)).toBeLessThanOrEqual(utcTime('2026-06-01T06:20'));
});

test('an outage does not make a timer blunt for longer than its week', () => {
  const starts = scheduled({ times: every(5) }, monday, monday + 20 * day).filter(
    (ms) => ms < monday + 10 * day || ms > monday + 10 * day + 5 * hour,
  );
  expect(timerDue(starts)).toBe(monday + 20 * day + 2 * minute);
});

test.each(['MANUAL', 'DEBUG', 'EVENTS', ''])('%s has no rhythm', (triggerType) => {
  expect(expectedStartMs(scheduled({ times: every(5) }, monday, until), { triggerType })).toBeNull();
});

test('order, duplicates, starts in the future, absurdly old ones and no numbers change nothing', () => {
  const starts = scheduled(officeQuarter, monday, until);
  const nowMs = (starts.at(-1) ?? 0) + minute;
  const hostile = [
    nowMs + 2 * day,
    Date.UTC(2199, 0, 1),
    0,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e300,
    ...starts,
    ...starts,
  ];
  expect(expectedStartMs(hostile.reverse(), { triggerType: 'TIMER', nowMs })).toBe(timerDue(starts));
});

test('the value does not depend on the time at which it is asked for', () => {
  const starts = scheduled(officeQuarter, monday, until);
  const later = [minute, hour, week].map((ms) =>
    expectedStartMs(starts, { triggerType: 'TIMER', nowMs: (starts.at(-1) ?? 0) + ms }),
  );
  expect(new Set(later).size).toBe(1);
});

const busy = atRandom(createRandom(1), byDay(50, 8, 20), 50 / 12, monday, until);

function eventDue(starts: readonly number[] | Float64Array): number | null {
  return expectedStartMs(starts, { triggerType: 'EVENT' });
}

test.each([9, 10, 11, 12, 13])(
  'a busy event playbook that falls silent at %i o’clock is due within six hours',
  (hourOfDay) => {
    const starts = busy.filter((ms) => ms < monday + 30 * day + hourOfDay * hour);
    const last = starts.at(-1) ?? 0;
    expect(eventDue(starts)).toBeGreaterThan(last + 2 * hour);
    expect(eventDue(starts)).toBeLessThan(last + 6 * hour);
  },
);

test('two weeks of events are enough to be due within six hours of silence, nearly always', () => {
  const silenceMs = monday + 14 * day + 10 * hour;
  const late = Array.from({ length: 100 }, (_, seed) => {
    const due = eventDue(atRandom(createRandom(seed), byDay(50, 7, 22), 50 / 15, monday, silenceMs));
    expect(due).toBeGreaterThan(silenceMs + hour);
    return (due ?? 0) - silenceMs;
  }).filter((ms) => ms > 6 * hour);
  expect(late.length).toBeLessThanOrEqual(3);
});

test('a busy event playbook is never falsely due, and never in the quiet night', () => {
  const all = Float64Array.from(busy);
  const step = inForm(4, 1);
  for (let index = 0; index + 1 < all.length; index += step) {
    const [start = 0, next = 0] = all.subarray(index);
    const due = eventDue(all.subarray(0, index + 1));
    if (start < monday + 8 * day && due === null) continue;
    expect(due).toBeGreaterThan(next);
    const hourOfDay = ((due ?? 0) % day) / hour;
    expect(hourOfDay).toBeGreaterThan(7);
    expect(hourOfDay).toBeLessThan(21);
  }
});

test.each<[string, number[]]>([
  ['a week is not over', busy.filter((ms) => ms < monday + 6 * day)],
  ['they come once a week', scheduled({ times: at(8), days: onWeekday(1) }, monday, until)],
  ['they come five times a week', atRandom(createRandom(2), () => 5 / 168, 5 / 168, monday, monday + 30 * day)],
])('events have no rhythm while %s', (_, starts) => {
  expect(eventDue(starts)).toBeNull();
});

test('events that come twice a day are due after days', () => {
  const starts = atRandom(createRandom(3), () => 2 / 24, 2 / 24, monday, monday + 30 * day);
  expect(eventDue(starts)).toBeGreaterThan((starts.at(-1) ?? 0) + 4 * day);
});

test('events at night only are due in the night, and not by day', () => {
  const starts = atRandom(createRandom(4), byDay(30, 0, 5), 6, monday, monday + 28 * day);
  const due = eventDue(starts) ?? 0;
  expect((due % day) / hour).toBeLessThan(6);
  expect(due).toBeLessThan((starts.at(-1) ?? 0) + day + 5 * hour);
});
