import { expect, test } from 'vitest';
import type { Behaviours, Profile } from '../../src/model/profile.ts';
import { profileLines } from '../../src/model/profile-text.ts';

function profileOf(values: Partial<Behaviours>, how = 'as it was'): Profile {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, how, learnedMs: 0 }]));
}

const second = { form: '…Z+0800', field: 'start', precisionMs: 1_000 } as const;
const friendly: Behaviours = {
  page: { rows: 100, limit: 100 },
  offset: 'honoured',
  depth: 10_000,
  order: 'update_time',
  count: 'exact',
  dates: second,
  idFilter: 'honoured',
  statusFilter: 'honoured',
};

test('a friendly SecMaster needs no explanations', () => {
  expect(profileLines(profileOf(friendly))).toEqual([
    'rows a page: 100 of 100 asked for',
    'offset: honoured',
    'rows that can be paged through: 10,000',
    'order: by update_time',
    'count: exact',
    'from_date and to_date: creation, written as …Z+0800, to the second',
    'id filter: honoured',
    'status filter: honoured',
  ]);
});

test.each<[Partial<Behaviours>, string]>([
  [{ page: { rows: 50, limit: 100 } }, 'rows a page: 50 of 100 asked for (as it was)'],
  [{ page: { rows: 50, limit: 50 } }, 'rows a page: 50 of 50 asked for (as it was)'],
  [{ offset: 'ignored' }, 'offset: ignored (as it was)'],
  [{ depth: 5_000 }, 'rows that can be paged through: 5,000 (as it was)'],
  [{ order: 'create_time' }, 'order: by create_time (as it was)'],
  [{ order: 'default' }, 'order: the newest first, with no sort_key (as it was)'],
  [{ order: 'none' }, 'order: none that was asked for (as it was)'],
  [{ count: 'absent' }, 'count: absent (as it was)'],
  [{ dates: 'unusable' }, 'from_date and to_date: unusable (as it was)'],
  [
    { dates: { form: '…Z', field: 'end', precisionMs: 1_000 } },
    'from_date and to_date: end, written as …Z, to the second (as it was)',
  ],
  [
    { dates: { ...second, precisionMs: 24 * 3_600_000 } },
    'from_date and to_date: creation or end, written as …Z+0800, to the day (as it was)',
  ],
  [{ statusFilter: 'not_honoured' }, 'status filter: not honoured (as it was)'],
])('%j', (values, line) => {
  expect(profileLines(profileOf(values))[0]).toBe(line);
});

test('what is not known is told in one line', () => {
  const { dates: _, count: __, ...rest } = friendly;
  expect(profileLines(profileOf(rest)).at(-1)).toBe('not known: count, from_date and to_date');
});
