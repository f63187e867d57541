import { expect, test } from 'vitest';
import { assumptionsOf, type Behaviours, isExpired, type Profile } from '../../src/model/profile.ts';

const hourMs = 3_600_000;

test.each([
  ['now', 0, false],
  ['almost a day ago', 24 * hourMs - 1, false],
  ['a day ago', 24 * hourMs, true],
  ['in the near future', -24 * hourMs, false],
  ['in a future beyond belief', -25 * hourMs, true],
])('what was learned %s', (_, agoMs, expired) => {
  expect(isExpired({ value: 1, how: '', learnedMs: 0 }, agoMs)).toBe(expired);
});

function holding(values: Partial<Behaviours>): Profile {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, how: '', learnedMs: 0 }]));
}

test.each<[Partial<Behaviours>, Record<string, boolean>]>([
  [{}, {}],
  [{ page: { rows: 150, limit: 100 } }, { full_pages: true }],
  [{ page: { rows: 50, limit: 100 } }, { full_pages: false }],
  [{ page: { rows: 50, limit: 50 } }, { full_pages: false }],
  [{ offset: 'ignored' }, { offset_honoured: false }],
  [{ depth: 9_900 }, { pages_10000_rows_deep: false }],
  [{ order: 'update_time' }, { ordered_by_update_time: true, ordered_by_create_time: true }],
  [{ order: 'create_time' }, { ordered_by_update_time: false, ordered_by_create_time: true }],
  [{ order: 'none' }, { ordered_by_update_time: false, ordered_by_create_time: false }],
  [{ count: 'exact' }, { count_exact: true }],
  [{ count: 'absent' }, { count_exact: false }],
  [{ dates: { form: '…Z', field: 'start', precisionMs: 1_000 } }, { dates_limit_creation: true }],
  [{ dates: { form: '…Z', field: 'end', precisionMs: 1_000 } }, { dates_limit_creation: false }],
  [{ dates: 'unusable' }, { dates_limit_creation: false }],
  [
    { idFilter: 'honoured', statusFilter: 'not_honoured' },
    { id_filter_honoured: true, status_filter_honoured: false },
  ],
])('of %j the assumptions hold: %j', (values, expected) => {
  expect(Object.fromEntries(assumptionsOf(holding(values)).map(({ name, holds }) => [name, holds]))).toEqual(expected);
});
