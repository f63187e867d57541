import { expect, test } from 'vitest';
import type { SweepOutcome, SweepPart } from '../../src/ledger/change.ts';
import { down, span } from '../../src/poll/parts.ts';
import { beginItem, type Verdict } from '../../src/poll/slice.ts';
import { isOver, outcomeOf } from '../../src/poll/sweep-outcome.ts';
import { roundOf } from '../support/secmaster/pages.ts';
import { createScriptedSession } from '../support/secmaster/sessions.ts';

const hourMs = 3_600_000;
const beganMs = Date.parse('2026-07-18T12:00:00Z');
const slice = span(beganMs - 2 * hourMs, beganMs - hourMs);
const failed = { ...slice, status: 'FAILED' };
const problem: Verdict = { kind: 'problem', problem: 'too many', parts: [failed] };
const complete = { kind: 'complete', problem: null } as const;

/** What becomes of a part; those before it have been tried. */
async function outcome(part: SweepPart, verdict: Verdict, tried: readonly SweepPart[] = []): Promise<SweepOutcome> {
  const { session, ledger } = await createScriptedSession({}, beganMs);
  await ledger.commit({ kind: 'sweep_planned', sweep: [...tried, part], recheck: null });
  const items = await ledger.sweep();
  for (const { key } of items.slice(0, tried.length)) {
    const triedOnce: SweepOutcome = { kind: 'tried', atMs: beganMs - hourMs, items: [] };
    await ledger.commit({ kind: 'sweep_step', page: null, item: key, outcome: triedOnce });
  }
  const [item] = items.slice(-1);
  if (item === undefined) throw new Error('no item');
  return outcomeOf(session, beginItem(item, roundOf({ end: complete }), 0), verdict);
}

const done: SweepOutcome = { kind: 'done' };
const givenUp: SweepOutcome = { kind: 'given_up', knownSinceMs: beganMs, items: [] };
const partsAlone: SweepOutcome = { ...givenUp, items: [failed] };
const triedNow: SweepOutcome = { kind: 'tried', atMs: beganMs, items: [failed] };

test.each<[string, SweepPart, Verdict, SweepOutcome, (readonly SweepPart[])?]>([
  ['more of it follows', slice, { kind: 'more' }, { kind: 'more' }],
  ['it is read again', slice, { kind: 'again' }, { kind: 'more' }],
  ['it is done', slice, { kind: 'done' }, { kind: 'done' }],
  ['everything is done with the whole list', down(0), { kind: 'done' }, { kind: 'all_done' }],
  ['parts are read instead', slice, { kind: 'instead', parts: [failed] }, { kind: 'instead', items: [failed] }],
  [
    'other lists are read instead',
    slice,
    { kind: 'contradicted', by: 'dates', how: '', parts: [failed] },
    { kind: 'instead', items: [failed] },
  ],
  ['it is tried again later, and its parts are read', slice, problem, triedNow],
  ['it is not tried again where its whole will be', failed, problem, { kind: 'instead', items: [failed] }, [slice]],
  ['it is tried again beside others that will be', slice, problem, triedNow, [span(0, 1)]],
  ['it is given up once it lies before the lookback', span(0, 1), problem, givenUp],
  ['an audit of it is dropped once it lies before the lookback', { ...span(0, 1), purpose: 'audit' }, problem, done],
  ['history is given up, and its parts are read', { ...slice, purpose: 'history' }, problem, partsAlone],
])('of an item: %s', async (_, part, verdict, expected, tried = []) => {
  expect(await outcome(part, verdict, tried)).toEqual(expected);
});

test.each([
  ['a slice that ends a day ago, or later', span(0, beganMs - 24 * hourMs), false],
  ['a slice that ended before', span(0, beganMs - 24 * hourMs - 1), true],
  ['a list that is read down to two days ago, or later', down(beganMs - 48 * hourMs), false],
  ['a list that is read down further', down(beganMs - 48 * hourMs - 1), true],
])('what cannot be read is given up before the lookback: %s', async (_, part, expected) => {
  const { session } = await createScriptedSession({}, beganMs);
  expect(isOver(session, part)).toBe(expected);
});
