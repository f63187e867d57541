import { describe, expect, test } from 'vitest';
import { readProfile } from '../../src/ledger/stored-profile.ts';
import type { Profile } from '../../src/model/profile.ts';

const found = <Value>(value: Value) => ({ value, learnedMs: 1, how: 'tried' });

const profile = {
  page: found({ rows: 50, limit: 100 }),
  offset: found('honoured'),
  depth: found(10_000),
  order: found('update_time'),
  count: found('exact'),
  dates: found({ form: 'YYYY-MM-DD', field: 'start', precisionMs: 86_400_000 }),
  idFilter: found('honoured'),
  statusFilter: found('not_honoured'),
} as const satisfies Required<Profile>;

test.each<[string, Profile]>([
  ['everything has been found out', profile],
  ['nothing has been found out', {}],
  ['dates are unusable', { dates: found('unusable') }],
])('a profile is read as it was written where %s', (_, one) => {
  expect(readProfile(JSON.stringify(one))).toEqual(one);
});

test.each(['', '{"page":', 'null', '7', '[]', '"page"', '{"page":null}', '[{"value":"exact"}]'])(
  'of %j there is nothing to read',
  (text) => {
    expect(readProfile(text)).toEqual({});
  },
);

describe('left out is', () => {
  test.each<[string, object, keyof Profile | null]>([
    ['what this exporter does not know', { weather: found('fine') }, null],
    ['a value that it does not know', { order: found('end_time') }, 'order'],
    ['a value of another type', { depth: found('10000') }, 'depth'],
    ['a number below 0', { depth: found(-1) }, 'depth'],
    ['a page without its limit', { page: found({ rows: 50 }) }, 'page'],
    ['a form of dates that it does not know', { dates: found({ ...profile.dates.value, form: 'RFC 850' }) }, 'dates'],
    ['a time that it does not know', { dates: found({ ...profile.dates.value, field: 'update' }) }, 'dates'],
    ['dates that are nothing', { dates: found(null) }, 'dates'],
    ['a finding without a time', { count: { value: 'exact', how: 'tried' } }, 'count'],
    ['a finding that does not say how', { offset: { value: 'honoured', learnedMs: 1 } }, 'offset'],
    ['a value without its finding', { idFilter: 'honoured' }, 'idFilter'],
    ['a status filter that it does not know', { statusFilter: found('maybe') }, 'statusFilter'],
  ])('%s', (_, odd, name) => {
    const rest = Object.fromEntries(Object.entries(profile).filter(([one]) => one !== name));
    expect(readProfile(JSON.stringify({ ...profile, ...odd }))).toEqual(rest);
  });
});
