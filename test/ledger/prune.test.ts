import { expect, test } from 'vitest';
import { pruneBefore, silentPlaybooks } from '../../src/ledger/prune.ts';
import type { PlaybookActivity } from '../../src/ledger/store.ts';

const active = (fields: Partial<PlaybookActivity>): PlaybookActivity => ({
  playbook: 'p',
  lastStartMs: 1_000,
  lastMs: 1_000,
  hasOpen: false,
  ...fields,
});

test.each<[string, number, PlaybookActivity[], number]>([
  ['a retention before now', 900, [active({})], 800],
  ['a retention before the newest start, where the clock runs ahead', 9_999_999, [active({})], 900],
  ['the newest start of any playbook', 9_999_999, [active({ lastStartMs: 500 }), active({ lastStartMs: 700 })], 600],
  ['before everything, where nothing has begun', 900, [active({ lastStartMs: null })], -100],
  ['before everything, where there is nothing', 900, [], -100],
])('ended instances are pruned before %s', (_, nowMs, activity, expected) => {
  expect(pruneBefore(nowMs, 100, activity)).toBe(expected);
});

test.each<[string, PlaybookActivity, string[]]>([
  ['one that has had no start or end since', active({ lastMs: 499 }), ['p']],
  ['not one that ended since, whenever it began', active({ lastStartMs: 0, lastMs: 500 }), []],
  ['not one of which an instance is open', active({ lastMs: 499, hasOpen: true }), []],
])('a silent playbook is %s', (_, activity, expected) => {
  expect(silentPlaybooks([activity], 500)).toEqual(expected);
});
