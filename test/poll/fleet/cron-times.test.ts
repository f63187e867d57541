import { describe, expect, test } from 'vitest';
import { cronTimes } from '../../../src/poll/fleet/cron-times.ts';
import { cron } from '../../support/schedule.ts';

/** The next times after one, in UTC. */
function next(expression: string, timezone: string, after: string, count = 1): string[] {
  const timeAfter = cronTimes(cron(expression), timezone);
  const times: string[] = [];
  for (let ms = Date.parse(after); times.length < count; ) {
    ms = timeAfter(ms);
    times.push(new Date(ms).toISOString().replace('.000', ''));
  }
  return times;
}

test.each([
  ['a time is after the one given', '*/10 * * * * *', '2026-07-18T12:00:10Z', '2026-07-18T12:00:20Z'],
  ['milliseconds are no reason to skip a second', '* * * * * *', '2026-07-18T12:00:10.999Z', '2026-07-18T12:00:11Z'],
  ['the last second of a year is followed by the first', '0 * * * * *', '2026-12-31T23:59:59Z', '2027-01-01T00:00:00Z'],
  ['a leap day is waited for', '0 0 0 29 2 *', '2026-07-18T12:00:00Z', '2028-02-29T00:00:00Z'],
  ['a leap day on a Monday too, over the year 2100', '0 0 0 29 2 MON', '2096-01-01T00:00:00Z', '2112-02-29T00:00:00Z'],
  ['the 31st skips shorter months', '0 0 12 31 * *', '2026-03-31T12:00:00Z', '2026-05-31T12:00:00Z'],
  ['day of the month and of the week must both fit', '0 0 0 13 * FRI', '2026-03-14T00:00:00Z', '2026-11-13T00:00:00Z'],
  ['1970 is a time like any other', '30 0 0 * * *', '1970-01-01T00:00:00Z', '1970-01-01T00:00:30Z'],
])('%s', (_, expression, after, expected) => {
  expect(next(expression, 'UTC', after)).toEqual([expected]);
});

describe('where the clocks change', () => {
  test.each([
    [
      'a time of day follows the zone',
      '0 0 9 * * *',
      'Europe/Berlin',
      '2026-10-24T07:00:00Z',
      ['2026-10-25T08:00:00Z', '2026-10-26T08:00:00Z'],
    ],
    [
      'a time that is skipped comes as if it were not',
      '0 30 2 * * *',
      'Europe/Berlin',
      '2026-03-28T01:30:00Z',
      ['2026-03-29T01:30:00Z', '2026-03-30T00:30:00Z'],
    ],
    [
      'a time that comes twice is met twice',
      '0 30 2 * * *',
      'Europe/Berlin',
      '2026-10-24T00:30:00Z',
      ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-26T01:30:00Z'],
    ],
    [
      'an hourly time goes on over the skipped hour',
      '0 15 * * * *',
      'America/New_York',
      '2026-03-08T06:15:00Z',
      ['2026-03-08T07:15:00Z', '2026-03-08T08:15:00Z'],
    ],
    [
      'an hourly time goes on in the repeated hour',
      '0 15 * * * *',
      'America/New_York',
      '2026-11-01T05:15:00Z',
      ['2026-11-01T06:15:00Z', '2026-11-01T07:15:00Z'],
    ],
    [
      'half an hour is skipped',
      '0 15 2 * * *',
      'Australia/Lord_Howe',
      '2026-10-03T15:00:00Z',
      ['2026-10-03T15:45:00Z', '2026-10-04T15:15:00Z'],
    ],
    [
      'half an hour is repeated',
      '0 45 1 * * *',
      'Australia/Lord_Howe',
      '2026-04-04T14:00:00Z',
      ['2026-04-04T14:45:00Z', '2026-04-04T15:15:00Z'],
    ],
    [
      'at midnight',
      '0 0 0 * * *',
      'America/Santiago',
      '2026-09-05T04:00:00Z',
      ['2026-09-06T04:00:00Z', '2026-09-07T03:00:00Z'],
    ],
    [
      'a whole day is skipped',
      '0 0 12 30 12 *',
      'Pacific/Apia',
      '2011-12-29T00:00:00Z',
      ['2011-12-30T22:00:00Z', '2012-12-29T22:00:00Z'],
    ],
    [
      'a time that is skipped each year comes each year',
      '0 30 2 25-31 3 SUN',
      'Europe/Berlin',
      '2026-03-01T00:00:00Z',
      ['2026-03-29T01:30:00Z', '2027-03-28T01:30:00Z'],
    ],
    ['for a month of fasting', '0 0 12 * * *', 'Africa/Casablanca', '2026-02-14T11:00:00Z', ['2026-02-15T12:00:00Z']],
  ])('%s', (_, expression, timezone, after, expected) => {
    expect(next(expression, timezone, after, expected.length)).toEqual(expected);
  });

  // Around each change of the clocks in a year.
  test.each([
    ['UTC', 'none'],
    ['Europe/Berlin', 'an hour'],
    ['America/New_York', 'an hour'],
    ['Australia/Lord_Howe', 'half an hour'],
    ['America/St_Johns', 'an hour, half an hour off'],
    ['Antarctica/Troll', 'two hours'],
    ['Pacific/Apia', 'none any more'],
  ])('each 30 s and each minute is met, none late and none twice: %s, %s', (timezone) => {
    const changes = [
      '2026-03-08T05:29',
      '2026-03-08T06:59',
      '2026-03-29T00:59',
      '2026-04-04T14:59',
      '2026-10-03T15:29',
      '2026-10-25T00:59',
      '2026-11-01T04:29',
      '2026-11-01T05:59',
    ];
    for (const [expression, everyMs, count] of [
      ['*/30 * * * * *', 30_000, 20],
      ['7 * * * * *', 60_000, 125],
    ] as const) {
      const timeAfter = cronTimes(cron(expression), timezone);
      for (const change of changes) {
        let ms = timeAfter(Date.parse(`${change}:00Z`));
        for (let i = 0; i < count; i++) {
          const following = timeAfter(ms);
          expect(following - ms, `${timezone} ${new Date(ms).toISOString()}`).toBe(everyMs);
          ms = following;
        }
      }
    }
  });
});

test('a time decades away costs no more than a moment', () => {
  const beganMs = performance.now();
  next('59 59 23 29 2 MON', 'Europe/Berlin', '2072-03-01T00:00:00Z');
  expect(performance.now() - beganMs).toBeLessThan(1_000);
});
