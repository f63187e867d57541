import { expect, test } from 'vitest';
import { withScrapes } from '../support/alert/with-scrapes.ts';

const scraped = 'secmaster_up{workspace="prod"}';
const recorded = 'secmaster:playbook_silence_limit:seconds{workspace="prod"}';

test.each([
  {
    sentence: 'on the minute: what a test shows then has happened before, and is seen then',
    interval: '1m',
    every: 60,
    before: 0,
    values: '1 2 _ 3',
    expected: ['60s', '1 2 _ 3'],
  },
  {
    sentence: 'before the minute: it is seen then, and one scrape more shows the beginning',
    interval: '1m',
    every: 60,
    before: 20,
    values: '0 1 2',
    expected: ['20s', '0 _ 1 _x2 2 _x3'],
  },
  {
    sentence: 'more often: it is seen by the first scrape from ten seconds after the minute before, and holds',
    interval: '1m',
    every: 20,
    before: 0,
    values: '1 2 3',
    expected: ['20s', '1 2x2 3x2 _x2'],
  },
  {
    sentence: 'more often and before the minute',
    interval: '1m',
    every: 30,
    before: 10,
    values: '5 6',
    expected: ['10s', '5 _ 6 _x2 6 _x6'],
  },
  {
    sentence: 'samples are far apart: it has happened in the last minute before',
    interval: '2m',
    every: 30,
    before: 0,
    values: '1 2',
    expected: ['30s', '1x2 2x3 _'],
  },
  {
    sentence: 'a missing sample: each scrape of that time is missed',
    interval: '1m',
    every: 30,
    before: 0,
    values: '1 _ 1',
    expected: ['30s', '1 _x2 1x1 _'],
  },
  {
    sentence: 'a series that is gone: marked once, and gone until it is back',
    interval: '1m',
    every: 30,
    before: 0,
    values: '1 stale _ 2',
    expected: ['30s', '1 stale _x3 2x1 _'],
  },
  {
    sentence: 'less often: the mark comes with the next scrape',
    interval: '20s',
    every: 60,
    before: 0,
    values: '1 stale _ _x3 _',
    expected: ['20s', '1 _x2 stale _x3'],
  },
])('$sentence', ({ interval, every, before, values, expected }) => {
  const [one] = withScrapes(
    [{ name: 'one', interval, input_series: [{ series: scraped, values }], alert_rule_test: [] }],
    { everySeconds: every, beforeSeconds: before },
  );
  expect([one?.interval, one?.input_series[0]?.values]).toEqual(expected);
});

test('what a rule has recorded stays at its times', () => {
  const [one] = withScrapes(
    [{ name: 'one', interval: '1m', input_series: [{ series: recorded, values: '600x2' }], alert_rule_test: [] }],
    { everySeconds: 30, beforeSeconds: 10 },
  );
  expect(one).toMatchObject({ interval: '10s', input_series: [{ values: '600 _x5 600 _x5 600 _x5' }] });
});
