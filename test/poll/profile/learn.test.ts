import { describe, expect, test } from 'vitest';
import type { Profile } from '../../../src/model/profile.ts';
import { contradicted, isDue, merge } from '../../../src/poll/profile/learn.ts';

const hourMs = 3_600_000;
const nowMs = 1_000 * hourMs;
const before: Profile = {
  offset: { value: 'honoured', how: 'asked', learnedMs: nowMs - 23 * hourMs },
  count: { value: 'exact', how: 'asked', learnedMs: nowMs - 24 * hourMs },
  depth: { value: 10_000, how: 'refused', learnedMs: nowMs - hourMs },
};

const found = { how: 'asked', learnedMs: nowMs - 23 * hourMs };
/** All that a poll needs; lists are too short to tell the others. */
const known: Profile = {
  offset: { ...found, value: 'honoured' },
  order: { ...found, value: 'update_time' },
  count: { ...found, value: 'exact' },
  dates: { ...found, value: 'unusable' },
  idFilter: { ...found, value: 'honoured' },
  statusFilter: { ...found, value: 'honoured' },
};

test('what was found wins, what has expired is forgotten, the rest stays', () => {
  const found: Profile = { depth: { value: 500, how: 'refused', learnedMs: nowMs } };
  expect(merge(before, found, nowMs)).toEqual({ offset: before.offset, depth: found.depth });
});

test('a contradiction is believed from now on', () => {
  expect(contradicted(before, 'offset', 'ignored', 'the same page', nowMs)).toEqual({
    ...before,
    offset: { value: 'ignored', how: 'the same page', learnedMs: nowMs },
  });
});

describe('a probe is due', () => {
  test.each<[string, Profile, boolean]>([
    ['where nothing is known', {}, true],
    ['once something has expired', before, true],
    ['not before', known, false],
    [
      'if something was learned in the future',
      { ...known, depth: { ...found, value: 1, learnedMs: nowMs + 25 * hourMs } },
      true,
    ],
  ])('%s', (_, profile, due) => {
    expect(isDue(profile, nowMs)).toBe(due);
  });

  test.each(['offset', 'order', 'count', 'dates', 'idFilter', 'statusFilter'] as const)(
    'while nothing is known of %s',
    (name) => {
      const { [name]: _, ...others } = known;
      expect(isDue(others, nowMs)).toBe(true);
    },
  );
});
