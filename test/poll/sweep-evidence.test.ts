import { describe, expect, test } from 'vitest';
import type { SweepItem, SweepPart } from '../../src/ledger/change.ts';
import type { Instance } from '../../src/model/instance.ts';
import type { Behaviours, Profile } from '../../src/model/profile.ts';
import { span } from '../../src/poll/parts.ts';
import { profileOf } from '../../src/poll/session.ts';
import { beginItem, judgePage, type Verdict } from '../../src/poll/slice.ts';
import { compareWithLedger, isKnownByCount, lateIn, weighHalves } from '../../src/poll/sweep-evidence.ts';
import { contextOf } from '../../src/poll/sweep-query.ts';
import { emptyPage } from '../support/ledger/ledgers.ts';
import { instanceOf, type RoundState, readPageOf, roundOf } from '../support/secmaster/pages.ts';
import { createScriptedSession } from '../support/secmaster/sessions.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const beganMs = Date.parse('2026-07-18T12:00:00Z');
const slice = span(beganMs - hourMs, beganMs);

async function begun(found: Partial<Behaviours> = { count: 'exact' }) {
  const scripted = await createScriptedSession({}, beganMs);
  const findings = Object.entries(found).map(([name, value]) => [name, { value, how: '', learnedMs: beganMs }]);
  // Made of findings by their names.
  const profile = Object.fromEntries(findings) as Profile;
  await scripted.ledger.commit({ kind: 'profile_learned', profile });
  return scripted;
}

/** Within the slice, a second apart. */
const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => {
    const startTimeMs = beganMs - 30 * minuteMs - i * 1_000;
    return instanceOf({ id: `i${i}`, startTimeMs, endTimeMs: startTimeMs + 1 });
  });

describe('instances with news from before the last tail', () => {
  const tailMs = beganMs + hourMs;
  const at = (endTimeMs: number) => instanceOf({ id: 'a', startTimeMs: endTimeMs - 1, endTimeMs });
  const open = (startTimeMs: number, retryCount = 0) =>
    instanceOf({
      id: 'a',
      status: retryCount === 0 ? 'RUNNING' : 'RETRYING',
      startTimeMs,
      endTimeMs: null,
      retryCount,
    });

  test.each<[string, Instance, { late: number; missed: number }]>([
    ['one that ended more than a minute before', at(tailMs - minuteMs - 1), { late: 1, missed: 1 }],
    ['not one that ended later', at(tailMs - minuteMs), { late: 0, missed: 0 }],
    ['one that ended before the ledger, which no tail had to show', at(beganMs - 1), { late: 1, missed: 0 }],
    ['one that ended just after the ledger began', at(beganMs), { late: 1, missed: 1 }],
    ['one that began before and is open', open(tailMs - minuteMs - 1), { late: 1, missed: 1 }],
    ['not one that is being retried, since nobody knows when', open(tailMs - minuteMs - 1, 1), { late: 0, missed: 0 }],
    ['not one without times', instanceOf({ id: 'a', endTimeMs: null }), { late: 0, missed: 0 }],
  ])('%s', async (_, instance, expected) => {
    const { session, ledger } = await begun();
    await ledger.commit({ kind: 'tail_ended', page: emptyPage(tailMs), beganMs: tailMs, sweep: [], recheck: null });
    expect(lateIn(session, { news: [instance], unknown: new Set() })).toEqual(expected);
  });

  test.each([
    ['one that was known', [], { late: 1, missed: 0 }],
    ['one that was unknown', ['a'], { late: 1, missed: 1 }],
  ])('where no tail shows changes: %s', async (_, unknown, expected) => {
    const { session, ledger } = await begun();
    await ledger.commit({ kind: 'tail_ended', page: emptyPage(tailMs), beganMs: tailMs, sweep: [], recheck: null });
    const order = { value: 'create_time', learnedMs: beganMs, how: '' } as const;
    await ledger.commit({ kind: 'profile_learned', profile: { order } });
    const news = [at(tailMs - minuteMs - 1)];
    expect(lateIn(session, { news, unknown: new Set(unknown) })).toEqual(expected);
  });
});

describe("SecMaster's count is disbelieved", () => {
  const halves = [span(beganMs - hourMs / 2, beganMs), span(beganMs - hourMs, beganMs - hourMs / 2)];
  const instead: Verdict = { kind: 'instead', parts: halves };
  const full = rows(100);

  test.each<[string, number, readonly [number, number], boolean]>([
    ['where each half of a slice counts as much as the slice', 12_000, [12_000, 12_000], true],
    ['not where both are what the slice counts', 12_000, [7_000, 5_000], false],
    ['not where a few have come meanwhile', 12_000, [7_000, 6_000], false],
    ['not where the slice counts the 10,000 at which counts may be capped', 10_000, [10_000, 10_000], false],
  ])('%s', async (_, count, [first, second], isDisbelieved) => {
    const { session } = await begun();
    session.pageLength.fullRows = 100;
    await weighHalves(session, slice, readPageOf(full, { count }), instead);
    for (const [i, part] of halves.entries())
      await weighHalves(session, part, readPageOf(full, { count: i === 0 ? first : second }), { kind: 'more' });
    expect(profileOf(session).count?.value).toBe(isDisbelieved ? 'inexact' : 'exact');
    expect(session.halves.size).toBe(0);
  });

  test.each([
    ['where it is 10,000 of a page that is not full', 10_000, 99, 'inexact'],
    ['not of a full one', 10_000, 100, 'exact'],
    ['not where it is less, since rows may have left', 9_999, 99, 'exact'],
  ])('%s', async (_, count, ids, value) => {
    const { session } = await begun();
    session.pageLength.fullRows = 100;
    await weighHalves(session, slice, readPageOf(full.slice(0, ids), { count }), { kind: 'more' });
    expect(profileOf(session).count?.value).toBe(value);
  });
});

describe('a slice that cannot be paged through', () => {
  const tried: SweepItem = { ...slice, key: 1, triedMs: 1 };

  test.each<[string, Partial<SweepItem>, number | null, boolean]>([
    ['is known where the ledger has as many as are counted', {}, 20, true],
    ['is not where it has fewer', {}, 21, false],
    ['is not where there is no count', {}, null, false],
    ['is not before it has been tried', { triedMs: null }, 20, false],
    ['is not where it is of a status', { status: 'FAILED' }, 20, false],
    ['is not where it is of a trigger type', { triggerType: 'TIMER' }, 20, false],
    ['is not where it has no end', { toMs: null }, 20, false],
  ])('%s', async (_, fields, count, expected) => {
    const scripted = await begun();
    await scripted.know(...rows(20));
    expect(await isKnownByCount(scripted.session, { ...tried, ...fields }, readPageOf([], { count }))).toBe(expected);
  });

  test('is not known where counts are not believed', async () => {
    const scripted = await begun({ count: 'inexact' });
    await scripted.know(...rows(20));
    expect(await isKnownByCount(scripted.session, tried, readPageOf([], { count: 20 }))).toBe(false);
  });

  test('is not known by the count at which counts may be capped', async () => {
    const { session } = await begun();
    const ledger = { ...session.ledger, state: session.ledger.state, begunWithin: async () => 10_001 };
    const page = (count: number) => readPageOf([], { count });
    expect(await isKnownByCount({ ...session, ledger }, tried, page(10_000))).toBe(false);
    expect(await isKnownByCount({ ...session, ledger }, tried, page(10_001))).toBe(true);
  });
});

describe('a completely read item', () => {
  const complete = { kind: 'complete', problem: null } as const;

  async function read(
    {
      part = slice,
      known = 0,
      met = 20,
      count = null,
      state = {},
      times = 1,
    }: {
      part?: SweepPart;
      known?: number;
      met?: number;
      count?: number | null;
      state?: RoundState;
      times?: number;
    },
    found: Partial<Behaviours> = { count: 'exact', dates: { form: '…Z', field: 'start', precisionMs: 1_000 } },
  ) {
    const scripted = await begun(found);
    await scripted.know(...rows(known));
    for (let i = 0; i < times; i++) {
      const ids = rows(met).map(({ id }) => id);
      const round = roundOf({ end: complete, rows: met, ...state }, ids);
      const progress = beginItem({ ...part, key: 1, triedMs: null }, round, beganMs + hourMs);
      judgePage(progress, readPageOf(rows(met), { count }), contextOf(scripted.session));
      await compareWithLedger(scripted.session, progress);
    }
    return scripted;
  }

  test.each<[string, Parameters<typeof read>[0], string]>([
    ['three times', { count: 21, times: 3 }, 'inexact'],
    ['twice', { count: 21, times: 2 }, 'exact'],
    ['in disorder', { count: 21, times: 3, state: { isDisordered: true } }, 'exact'],
    ['of a list that goes on', { count: 21, times: 3, state: { end: { kind: 'bottom', problem: null } } }, 'exact'],
    ['and there is none', { count: null, times: 3 }, 'exact'],
  ])('whose count is not the rows that came: %s', async (_, options, value) => {
    const { session } = await read(options);
    expect(profileOf(session).count?.value).toBe(value);
  });

  test.each<[string, Parameters<typeof read>[0], boolean]>([
    ['that has all that is known', { known: 20, met: 20 }, true],
    ['that has more', { known: 10, met: 20 }, true],
    ['that lacks what is known to have begun in it', { known: 20, met: 19 }, false],
    ['of a status', { known: 20, met: 19, part: { ...slice, status: 'FINISHED' } }, true],
    ['whose edge is within a minute', { known: 20, met: 19, part: span(beganMs - 31 * minuteMs, beganMs) }, true],
  ])('shows whether dates limit what is believed: one %s', async (_, options, isUsable) => {
    const { session, ledger, logged } = await read(options);
    expect(profileOf(session).dates?.value === 'unusable').toBe(!isUsable);
    const undatedParts = (await ledger.sweep()).map(({ fromMs, toMs }) => [fromMs, toMs]);
    expect(undatedParts).toEqual(isUsable ? [] : [[slice.fromMs, null]]);
    expect(logged.some(({ level }) => Number(level) === 40)).toBe(!isUsable);
  });

  test('of what has been read before has what it lacks looked up', async () => {
    const part = { ...span(0, 0), fromMs: beganMs - hourMs, toMs: null, purpose: 'audit' } as const;
    const lacking = await read({ part, known: 20, met: 18 });
    expect(await lacking.ledger.toRecheck()).toEqual(['i18', 'i19']);
    const whole = await read({ part, known: 20, met: 20 });
    expect(await whole.ledger.toRecheck()).toEqual([]);
    const gap = await read({ part: { ...part, purpose: 'gap' }, known: 20, met: 18 });
    expect(await gap.ledger.toRecheck()).toEqual([]);
  });
});
