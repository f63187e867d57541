import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  noCounts,
  type PollCounts,
  readTold,
  shownCounts,
  type Telling,
  type ToldReport,
  withTelling,
} from '../../../src/poll/shared/told-report.ts';

const nothing = readTold(null);
const counts = (polls: number, network = 0): PollCounts => ({ ...noCounts, polls, failures: { network } });
const ended = (endedMs: number, error: string | null = null) => ({ endedMs, durationSeconds: 0.5, requests: 1, error });
const telling = (some: Partial<Telling> = {}): Telling => ({
  name: 'a',
  counts: counts(1),
  acknowledged: noCounts,
  latest: { nowMs: 1_000, credentialsExpireAtMs: null, more: null, polls: [ended(1_000)], isCutOff: false },
  ...some,
});
const tellAsHolder = (before: ToldReport, one: Telling) => withTelling(before, one, one.name);
const asJson = (report: ToldReport): ToldReport => readTold(JSON.parse(JSON.stringify(report)));

test('what is told is read as it was written', () => {
  const told = tellAsHolder(nothing, telling({ counts: counts(3, 2) }));
  expect(asJson(told)).toEqual(told);
});

test('the counts of all add up, and what is told twice counts once', () => {
  let told = tellAsHolder(nothing, telling({ counts: counts(2, 1) }));
  told = tellAsHolder(told, telling({ name: 'b', counts: counts(5) }));
  told = tellAsHolder(told, telling({ counts: counts(3, 1), acknowledged: counts(2, 1) }));
  const once = told.counts;
  told = tellAsHolder(told, telling({ counts: counts(3, 1), acknowledged: counts(2, 1) }));
  expect(told.counts).toEqual({ ...noCounts, polls: 8, failures: { network: 1 } });
  expect(once).toEqual(told.counts);
});

test('one that has lost the lease adds its counts, and leaves the rest to the one that has it', () => {
  const first = tellAsHolder(nothing, telling());
  const later = { ...telling().latest, polls: [ended(2_000)], nowMs: 2_000 } as NonNullable<Telling['latest']>;
  const second = tellAsHolder(first, telling({ name: 'b', latest: later }));
  const late = telling({ counts: counts(2), acknowledged: counts(1) });
  expect(withTelling(second, late, 'b')).toMatchObject({
    counts: { polls: 3 },
    by: 'b',
    nowMs: 2_000,
    recent: second.recent,
  });
});

test('one that has given its lease back tells of its last poll until another replica has the lease', () => {
  expect(withTelling(nothing, telling(), null)).toMatchObject({ counts: { polls: 1 }, by: 'a', nowMs: 1_000 });
});

test('who could not reach SecMaster is told until somebody does', () => {
  const cut = { ...telling().latest, isCutOff: true } as NonNullable<Telling['latest']>;
  const first = tellAsHolder(nothing, telling({ latest: cut }));
  const second = tellAsHolder(first, telling({ name: 'b', latest: cut }));
  expect([first.cutOff, second.cutOff]).toEqual([['a'], ['b', 'a']]);
  expect(tellAsHolder(second, telling({ name: 'c' })).cutOff).toEqual([]);
});

test.each<[string, unknown, Partial<ToldReport>]>([
  ['no object', 'x', nothing],
  ['a list', [1], nothing],
  ['counts of another kind', { counts: { polls: '7', audits: 2 } }, { counts: { ...noCounts, audits: 2 } }],
  ['a negative count', { counts: { polls: -1 } }, { counts: noCounts }],
  ['a time that is none', { nowMs: 1e300, by: 'a' }, { nowMs: null, by: 'a' }],
  ['a damaged poll among others', { recent: [{ endedMs: 'now' }, ended(5)] }, { recent: [ended(5)] }],
  [
    'a teller without a name',
    { tellers: [{ counts: {} }, { name: 'a' }] },
    { tellers: [{ name: 'a', counts: noCounts }] },
  ],
  ['names that are no texts', { cutOff: ['a', 1, null] }, { cutOff: ['a'] }],
  ['fields of a newer version', { newer: true, by: 'a' }, { by: 'a' }],
])('of %s, what can be read is read', (_, value, wanted) => expect(readTold(value)).toMatchObject(wanted));

test('whatever is in the store, reading and telling do not fail', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(tellAsHolder(readTold(value), telling()).by).toBe('a');
    }),
  );
});

test('no replica ever shows a count fall, and in the end all show the sum, whatever is lost on the way', () => {
  const step = fc.record({
    who: fc.nat({ max: 2 }),
    does: fc.constantFrom('poll', 'tell', 'tellInVain', 'tellUnheard', 'follow'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let told = nothing;
      const all = ['a', 'b', 'c'].map((name) => ({ name, counts: noCounts, acknowledged: noCounts, told, shown: 0 }));
      const tell = (one: (typeof all)[number], isHeard: boolean) => {
        const { name, acknowledged } = one;
        told = asJson(tellAsHolder(told, telling({ name, counts: one.counts, acknowledged })));
        if (isHeard) Object.assign(one, { told, acknowledged: one.counts });
      };
      const show = (one: (typeof all)[number]) => {
        const { polls } = shownCounts(one.told, one);
        expect(polls).toBeGreaterThanOrEqual(one.shown);
        one.shown = polls;
      };
      for (const { who, does } of steps) {
        const one = all[who];
        if (one === undefined) continue;
        if (does === 'poll') one.counts = { ...one.counts, polls: one.counts.polls + 1 };
        if (does === 'tell') tell(one, true);
        if (does === 'tellUnheard') tell(one, false);
        if (does === 'follow') one.told = told;
        show(one);
      }
      for (const one of all) tell(one, true);
      for (const one of all) {
        one.told = told;
        show(one);
        expect(one.shown).toBe(all.reduce((sum, { counts: { polls } }) => sum + polls, 0));
      }
    }),
  );
});
