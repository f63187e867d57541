import { describe, expect, test } from 'vitest';
import { createRhythm, type RhythmSettings } from '../../../src/poll/fleet/rhythm.ts';
import { cron } from '../../support/schedule.ts';

const dayMs = 86_400_000;
const startMs = Date.parse('2026-07-18T12:00:00.500Z');

const every = (seconds: number): RhythmSettings => ({
  schedule: { kind: 'every', everyMs: seconds * 1_000 },
  timezone: 'UTC',
});
const shown = (expression: string, timezone = 'UTC'): RhythmSettings => ({ schedule: cron(expression), timezone });

/** A machine with its two clocks, and a rhythm that is looked at each second. */
function machine(settings: RhythmSettings, fromMs = startMs) {
  let at = { nowMs: fromMs, elapsedMs: 5_000 };
  const rhythm = createRhythm(settings, at);
  let runMs = 0;
  return {
    rhythm,
    at: () => at,
    /** The wall clock is set. */
    set(byMs: number) {
      at = { ...at, nowMs: at.nowMs + byMs };
    },
    /** Nothing runs; a sleep stops the other clock too. */
    stop(ms: number, how: 'sleeps' | 'is stopped') {
      at = { nowMs: at.nowMs + ms, elapsedMs: at.elapsedMs + (how === 'sleeps' ? 0 : ms) };
    },
    /** When polls were due, in seconds of the process's own time. */
    run(seconds: number): number[] {
      const due: number[] = [];
      for (let i = 0; i <= seconds; i++) {
        if (rhythm.look(at) !== null) due.push(runMs / 1_000);
        if (i === seconds) break;
        at = { nowMs: at.nowMs + 1_000, elapsedMs: at.elapsedMs + 1_000 };
        runMs += 1_000;
      }
      return due;
    },
  };
}

test.each([
  ['a duration counts from the start', every(10), [10, 20, 30]],
  ['cron goes by the wall clock', shown('5,15,25 * * * * *'), [5, 15, 25]],
])('%s', (_, settings, due) => {
  expect(machine(settings).run(30)).toEqual(due);
});

describe('one poll follows at once, and then the rhythm goes on', () => {
  test.each<[string, (one: ReturnType<typeof machine>) => void]>([
    ['the clock is set forward by ten days', (one) => one.set(10 * dayMs)],
    ['the clock is set forward by a year', (one) => one.set(365 * dayMs)],
    ['the clock is set back by a day', (one) => one.set(-dayMs)],
    ['the clock is set back by ten days', (one) => one.set(-10 * dayMs)],
    ['the clock is set back by a year', (one) => one.set(-365 * dayMs)],
    ['the clock is set back to 1970', (one) => one.set(-startMs)],
    ['the machine sleeps for a day', (one) => one.stop(dayMs, 'sleeps')],
    ['the process is stopped for a day', (one) => one.stop(dayMs, 'is stopped')],
  ])('after %s', (_, happen) => {
    for (const [settings, then] of [
      [every(10), [22, 32, 42]],
      // On the new wall clock, which shows the same seconds.
      [shown('*/10 * * * * *'), [22, 30, 40]],
      [shown('*/10 * * * * *', 'Europe/Berlin'), [22, 30, 40]],
    ] as const) {
      const one = machine(settings);
      expect(one.run(22).length).toBe(2);
      happen(one);
      expect(one.run(22)).toEqual(then);
    }
  });

  test('a machine that starts in 1970 is set right', () => {
    const one = machine(shown('0 * * * * *'), 1_000);
    expect(one.run(10)).toEqual([]);
    one.set(startMs);
    expect(one.rhythm.look(one.at())).toEqual({ jumpMs: startMs });
    // It shows 12:00:11.5 then.
    expect(one.run(60)).toEqual([59]);
  });

  test('a daily poll whose day was set back comes at once, not a day later', () => {
    const one = machine(shown('0 0 13 * * *'));
    expect(one.run(3_600)).toEqual([3_600]);
    one.set(-23 * 3_600_000);
    expect(one.run(60)).toEqual([3_600]);
  });
});

test.each([
  ['NTP slews the clock', 400],
  ['NTP slews the clock back', -400],
])('no poll is owed to a correction: %s', (_, byMs) => {
  const one = machine(every(30));
  const due: number[] = [];
  for (let i = 0; i < 29; i++) {
    one.set(byMs);
    due.push(...one.run(1));
  }
  expect(due).toEqual([]);
});

test('what is due is said once', () => {
  const one = machine(every(10));
  one.stop(10_000, 'is stopped');
  expect(one.rhythm.look(one.at())).toEqual({ jumpMs: null });
  expect(one.rhythm.look(one.at())).toBeNull();
});

test('five intervals of cron are as long as they will be', () => {
  const friday = { nowMs: Date.parse('2026-07-17T16:30:00Z'), elapsedMs: 0 };
  const { rhythm } = machine(shown('0 0 9-17 * * MON-FRI'));
  // 17:00, and then from 9:00 to 12:00 on Monday.
  expect(rhythm.intervalsMs(5, friday)).toBe(Date.parse('2026-07-20T12:00:00Z') - friday.nowMs);
  expect(machine(every(30)).rhythm.intervalsMs(5, friday)).toBe(150_000);
});

test('other settings apply from the last beginning on', () => {
  const one = machine(every(3_600));
  one.run(60);
  one.rhythm.change(every(90));
  expect(one.rhythm.leftMs(one.at())).toBe(30_000);
  one.rhythm.change(shown('0 30 12 * * *'));
  expect(one.rhythm.leftMs(one.at())).toBe(29 * 60_000 - 500);
  one.rhythm.change(every(10));
  expect(one.run(1)).toEqual([60]);
});
