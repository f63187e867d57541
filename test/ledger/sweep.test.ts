import { expect, test } from 'vitest';
import type { Change, SweepItem, SweepPart } from '../../src/ledger/change.ts';
import { isWindowComplete, type Joining, joinSweep, sweptBy } from '../../src/ledger/sweep.ts';
import { emptyPage, sweepPart } from '../support/ledger/ledgers.ts';

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

const step = (outcome: Extract<Change, { kind: 'sweep_step' }>['outcome']): Change => ({
  kind: 'sweep_step',
  page: null,
  item: 7,
  outcome,
});
const history: SweepPart = { ...slice, fromMs: 0, purpose: 'history' };
const other = item({ ...history, triggerType: 'TIMER' }, { key: 3 });

test.each<[string, Change, SweepItem[]]>([
  ['a page', { kind: 'page', page: emptyPage(0) }, [item(slice), other]],
  ['more of an item', step({ kind: 'more' }), [item(slice), other]],
  ['an item that is done', step({ kind: 'done' }), [other]],
  ['the whole list', step({ kind: 'all_done' }), []],
  [
    'an item that can not be read for now',
    step({ kind: 'tried', atMs: 9, items: [slice] }),
    [item(slice, { triedMs: 9 }), other],
  ],
  [
    'an item in place of which others are read',
    step({ kind: 'instead', items: [slice] }),
    [item(slice, { key: 8 }), other],
  ],
  [
    'an item that is given up',
    step({ kind: 'given_up', knownSinceMs: 0, items: [history] }),
    [other, item(history, { key: 8 })],
  ],
  [
    'what is planned, gaps first',
    { kind: 'sweep_planned', sweep: [history, { ...asAudit, toMs: 9 }, { ...slice, toMs: 9 }], recheck: null },
    [item(slice), item({ ...slice, toMs: 9 }, { key: 9 }), other, item(history, { key: 8 })],
  ],
])('of a gap and of history, %s leaves what is still to be swept', (_, change, expected) => {
  expect(sweptBy([item(slice), other], change)).toEqual(expected);
});

test.each<[string, Change]>([
  ['more of an item follows', step({ kind: 'more' })],
  ['what is planned is known', { kind: 'sweep_planned', sweep: [slice], recheck: null }],
  ['nothing is planned', { kind: 'window_moved', fromMinute: 0, sweep: [] }],
])('nothing is written where %s', (_, change) => {
  const items = [item(slice), other];
  expect(sweptBy(items, change)).toBe(items);
});
