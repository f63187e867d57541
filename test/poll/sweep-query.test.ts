import { expect, test } from 'vitest';
import type { SweepPart } from '../../src/ledger/change.ts';
import type { Behaviours, DatesFound, Profile } from '../../src/model/profile.ts';
import { allOf, down, span } from '../../src/poll/parts.ts';
import { contextOf, queryOf } from '../../src/poll/sweep-query.ts';
import { createScriptedSession } from '../support/secmaster/sessions.ts';

const dayMs = 86_400_000;
const beganMs = Date.parse('2026-07-18T12:00:00Z');
const dates: DatesFound = { form: '…Z', field: 'start', precisionMs: 1_000 };
const byCreate = { sortKey: 'create_time', sortDir: 'DESC' };
const dated = { fromMs: 0, toMs: 2, dateForm: '…Z' };

async function sessionWith(found: Partial<Behaviours>) {
  const { session, ledger } = await createScriptedSession({}, beganMs);
  const findings = Object.entries(found).map(([name, value]) => [name, { value, how: '', learnedMs: beganMs }]);
  // Made of findings by their names.
  await ledger.commit({ kind: 'profile_learned', profile: Object.fromEntries(findings) as Profile });
  return session;
}

test.each<[string, SweepPart, Partial<Behaviours>, object]>([
  ['a list read down, the newest first', down(1), { dates }, byCreate],
  ['a list read from the other end', { ...down(1), oldestFirst: true }, {}, { ...byCreate, sortDir: 'ASC' }],
  ['a list of a status', allOf('FAILED'), {}, { ...byCreate, status: 'FAILED' }],
  ['a list of a trigger type', { ...down(1), triggerType: 'TIMER' }, {}, { ...byCreate, triggerType: 'TIMER' }],
  ['a slice: a millisecond more at its beginning', span(1, 2), { dates }, { ...byCreate, ...dated }],
  [
    'a slice by days: one day more at its end',
    span(1, 2),
    { dates: { ...dates, precisionMs: dayMs } },
    { ...byCreate, ...dated, toMs: 2 + dayMs },
  ],
  ['a slice without dates where they are unusable', span(1, 2), { dates: 'unusable' }, byCreate],
  ['a slice without dates where nothing is known of them', span(1, 2), {}, byCreate],
  ['creation, where the order is that whatever is asked for', down(1), { order: 'create_time' }, byCreate],
  ['no order where none may be asked for', down(1), { order: 'default' }, {}],
  ['no order where there is none', down(1), { order: 'none' }, {}],
])('asked for is %s', async (_, part, found, query) => {
  expect(queryOf(await sessionWith(found), part)).toEqual(query);
});

test.each<[string, Partial<Behaviours>, object]>([
  ['nothing', {}, { dates: null, canFilterByStatus: true, canSort: true, pageableRows: null }],
  ['dates and counts', { dates, count: 'exact' }, { dates, pageableRows: 10_000 }],
  ['unusable dates and wrong counts', { dates: 'unusable', count: 'inexact' }, { dates: null, pageableRows: null }],
  ['that statuses are ignored', { statusFilter: 'not_honoured' }, { canFilterByStatus: false }],
  ['that no order may be asked for', { order: 'default' }, { canSort: false }],
  ['that there is no order', { order: 'none' }, { canSort: false }],
])('to judge answers it is known: %s', async (_, found, context) => {
  const times = { nowMs: beganMs, retentionFromMs: beganMs - 30 * dayMs };
  expect(contextOf(await sessionWith(found))).toMatchObject({ ...times, ...context });
});
