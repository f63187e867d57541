import { expect, test } from 'vitest';
import type { SweepItem, SweepPart } from '../../src/ledger/change.ts';
import { isWindowComplete, type Joining, joinSweep } from '../../src/ledger/sweep.ts';
import { sweepPart } from '../support/ledger/ledgers.ts';

const slice = sweepPart({ fromMs: 1, toMs: 2 });
const asAudit: SweepPart = { ...slice, purpose: 'audit' };
const item = (part: SweepPart, fields: Partial<SweepItem> = {}): SweepItem => ({
  ...part,
  key: 7,
  triedMs: null,
  ...fields,
});

test.each<[string, SweepItem[], SweepPart, Joining]>([
  ['is new where nothing is to be swept', [], slice, 'new'],
  ['is new beside a slice that begins elsewhere', [item({ ...slice, fromMs: 0 })], slice, 'new'],
  ['is new beside a slice that ends elsewhere', [item({ ...slice, toMs: 3 })], slice, 'new'],
  ['is new beside that of a status', [item({ ...slice, status: 'FAILED' })], slice, 'new'],
  ['is new beside that of a trigger type', [item({ ...slice, triggerType: 'TIMER' })], slice, 'new'],
  ['is new beside that from the other end', [item({ ...slice, oldestFirst: true })], slice, 'new'],
  ['is known where it is to be read already', [item(slice)], slice, 'known'],
  ['is known where it has been tried', [item(slice, { triedMs: 5 })], slice, 'known'],
  ['is known where it is held against the ledger already', [item(asAudit)], asAudit, 'known'],
  ['makes a gap of an audit', [item(asAudit)], slice, { makeGap: 7 }],
  ['makes nothing of an audit where the gap is known', [item(asAudit), item(slice, { key: 8 })], slice, 'known'],
  ['is known where a gap is read anyway', [item(slice)], asAudit, 'known'],
])('a part %s', (_, items, part, expected) => {
  expect(joinSweep(items, part)).toEqual(expected);
});

test.each<[string, boolean, { generation?: number; items?: SweepItem[]; rechecks?: number }]>([
  ['complete once a tail has ended and nothing is to be swept', true, {}],
  ['incomplete before the first tail has ended', false, { generation: 0 }],
  ['incomplete while an instance is to be rechecked', false, { rechecks: 1 }],
  ['incomplete while there is a gap', false, { items: [item(asAudit), item(slice)] }],
  ['incomplete while a gap could not be read', false, { items: [item(slice, { triedMs: 1 })] }],
  [
    'incomplete while what has been read before could not be read again',
    false,
    { items: [item(asAudit, { triedMs: 0 })] },
  ],
  ['complete while what has been read before is to be read again', true, { items: [item(asAudit)] }],
])('a window is %s', (_, expected, { generation = 1, items = [], rechecks = 0 }) => {
  expect(isWindowComplete({ generation }, items, rechecks)).toBe(expected);
});
