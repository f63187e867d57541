import { describe, expect, test } from 'vitest';
import { type HabitName, habitNames, startsOf } from '../../src/simulator/habits.ts';
import { createLife } from '../../src/simulator/life.ts';
import { createZone } from '../../src/simulator/local-time.ts';
import { createWorld } from '../../src/simulator/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** A Sunday in Shanghai, midnight. */
const sundayMs = Date.parse('2026-03-01T00:00:00+08:00');

const local = (zone: string, ms: number) =>
  new Date(ms).toLocaleString('en-GB', { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit' });
const weeks = (habit: HabitName, count: number) => startsOf({ habit }, 1, sundayMs, sundayMs + 7 * count * dayMs);
const gaps = (starts: readonly number[]) => starts.slice(1).map((ms, i) => ms - (starts[i] ?? 0));
/** How many starts each day has. */
const perDay = (habit: HabitName, days: number) =>
  Array.from({ length: days }, (_, day) => {
    const fromMs = sundayMs + day * dayMs;
    return startsOf({ habit }, 1, fromMs, fromMs + dayMs, sundayMs).length;
  });

describe('the starts of a habit', () => {
  test.each(habitNames)('%s: are ascending, in the span, the same for a seed and in however many parts', (habit) => {
    const untilMs = sundayMs + 28 * dayMs;
    const all = startsOf({ habit }, 7, sundayMs, untilMs);
    expect(all.length).toBeGreaterThan(0);
    expect(all.toSorted((a, b) => a - b)).toEqual(all);
    expect([all[0] ?? 0, all.at(-1) ?? 0].every((ms) => ms >= sundayMs && ms < untilMs)).toBe(true);
    const cuts = [0, 1, 5.3, 14, 20.7, 28].map((days) => sundayMs + days * dayMs);
    const parts = cuts.slice(1).flatMap((to, i) => startsOf({ habit }, 7, cuts[i] ?? 0, to, sundayMs));
    expect(parts).toEqual(all);
    expect(startsOf({ habit }, 7, sundayMs, untilMs)).toEqual(all);
  });

  test.each<[HabitName, number[]]>([
    ['every-5-minutes', [288, 288, 288, 288, 288, 288, 288]],
    ['hourly', [24, 24, 24, 24, 24, 24, 24]],
    ['daily', [1, 1, 1, 1, 1, 1, 1]],
    ['working-days', [0, 1, 1, 1, 1, 1, 0]],
    ['office-hours', [0, 21, 21, 21, 21, 21, 0]],
    ['weekly', [0, 1, 0, 0, 0, 0, 0]],
    ['monthly', [1, 0, 0, 0, 0, 0, 0]],
    ['twice-a-day', [2, 2, 2, 2, 2, 2, 2]],
    ['burst', [10, 10, 10, 10, 10, 10, 10]],
  ])('%s: are so many from Sunday to Saturday', (habit, expected) => {
    expect(perDay(habit, 7)).toEqual(expected);
  });

  test('monthly: come on the first of each month', () => {
    const starts = startsOf({ habit: 'monthly' }, 1, sundayMs, sundayMs + 93 * dayMs);
    expect(gaps(starts).map((ms) => Math.round(ms / dayMs))).toEqual([31, 30, 31]);
  });

  test.each<[HabitName, number, number]>([
    ['slowed', 15, 60],
    ['sped-up', 60, 15],
  ])('%s: have one pace before the change and another after', (habit, before, after) => {
    const paces = gaps(weeks(habit, 4)).map((ms) => Math.round(ms / minuteMs));
    expect([paces[0], paces.at(-1)]).toEqual([before, after]);
    expect(paces.filter((minutes) => minutes !== before && minutes !== after).length).toBeLessThanOrEqual(1);
  });

  test('new: are none before the change', () => {
    const changeMs = sundayMs + 3 * dayMs;
    const [first] = startsOf({ habit: 'new', changeMs }, 1, sundayMs, sundayMs + 7 * dayMs);
    expect(first).toBeGreaterThanOrEqual(changeMs);
    expect(first).toBeLessThan(changeMs + hourMs);
  });

  test('holiday: are those of working days but for the holidays', () => {
    const mayMs = Date.parse('2026-04-27T00:00:00+08:00');
    const days = startsOf({ habit: 'holiday' }, 1, mayMs, mayMs + 11 * dayMs).map((ms) =>
      Math.floor((ms - mayMs) / dayMs),
    );
    // Labour Day is a Friday.
    expect(days).toEqual([0, 1, 2, 3, 7, 8, 9, 10]);
  });

  test.each([
    ['clocks go forward', '2026-03-27T00:00:00+01:00', [24, 23, 24]],
    ['clocks go back', '2026-10-23T00:00:00+02:00', [24, 25, 24]],
  ])('clocks-change: are at the same time of the local day when %s', (_, from, hours) => {
    const fromMs = Date.parse(from);
    const starts = startsOf({ habit: 'daily', zone: 'Europe/Berlin' }, 1, fromMs, fromMs + 5 * dayMs);
    expect(starts.map((ms) => local('Europe/Berlin', ms).slice(-5))).toEqual(starts.map(() => '06:00'));
    expect(
      gaps(starts)
        .map((ms) => Math.round(ms / hourMs))
        .slice(0, 3),
    ).toEqual(hours);
    const hourly = startsOf({ habit: 'hourly', zone: 'Europe/Berlin' }, 1, fromMs, fromMs + 5 * dayMs);
    expect(Math.max(...gaps(hourly))).toBeLessThan(65 * minuteMs);
    // 02:30 doesn't exist on one of the days.
    expect(startsOf({ habit: 'clocks-change' }, 1, fromMs, fromMs + 5 * dayMs)).toHaveLength(5);
  });

  test('busy-events: are about fifty a day, and none at night', () => {
    const starts = weeks('busy-events', 4);
    expect(starts.length / 28).toBeGreaterThan(42);
    expect(starts.length / 28).toBeLessThan(58);
    const hours = starts.map((ms) => Number(local('Asia/Shanghai', ms).slice(-5, -3)));
    expect([Math.min(...hours), Math.max(...hours)]).toEqual([7, 21]);
  });

  test('events-fall-silent: leave out six hours of one day', () => {
    const longest = (days: number) => {
      const fromMs = sundayMs + days * dayMs + 7 * hourMs;
      return Math.max(...gaps(startsOf({ habit: 'events-fall-silent' }, 1, fromMs, fromMs + 15 * hourMs, sundayMs)));
    };
    expect(longest(14)).toBeGreaterThan(6 * hourMs);
    expect(Math.max(longest(12), longest(13), longest(15), longest(16))).toBeLessThan(5 * hourMs);
  });

  test('are none while a playbook is silent', () => {
    const silent = [sundayMs + dayMs, sundayMs + 2 * dayMs] as const;
    const starts = startsOf({ habit: 'every-5-minutes', silent }, 1, sundayMs, sundayMs + 3 * dayMs);
    expect(starts.filter((ms) => ms >= silent[0] && ms < silent[1])).toEqual([]);
    expect(starts.length).toBeGreaterThan(2 * 286);
  });
});

test.each([
  ['in winter', '2026-01-15T02:30', '2026-01-15T02:30+01:00'],
  ['in summer', '2026-07-15T02:30', '2026-07-15T02:30+02:00'],
  ['an hour that never comes', '2026-03-29T02:30', '2026-03-29T03:30+02:00'],
  ['an hour that comes twice: the first', '2026-10-25T02:30', '2026-10-25T02:30+02:00'],
  ['after it', '2026-10-25T03:30', '2026-10-25T03:30+01:00'],
])('a local time %s', (_, wall, utc) => {
  expect(createZone('Europe/Berlin').utcMs(Date.parse(`${wall}Z`))).toBe(Date.parse(utc));
});

describe('a life of habits', () => {
  const plans = habitNames.map((habit) => ({ habit }));

  test('runs each at its times, whatever the steps', () => {
    const lived = (steps: readonly number[]) => {
      const world = createWorld();
      const life = createLife(world, { seed: 3, startMs: sundayMs, runsPerMinute: 0, habits: plans });
      for (const days of steps) life.advanceTo(sundayMs + days * dayMs);
      return world;
    };
    const world = lived([8]);
    const [index, habit] = [habitNames.indexOf('office-hours'), 'office-hours' as const];
    const starts = world.all
      .filter(({ playbook }) => playbook?.name === 'Queue reminder')
      .map((run) => run.createTimeMs);
    expect(starts).toEqual(startsOf({ habit }, 3 + index, sundayMs, sundayMs + 8 * dayMs));
    expect(lived([0.1, 1, 3.7, 8]).all.map(({ id, events }) => [id, events])).toEqual(
      world.all.map(({ id, events }) => [id, events]),
    );
    const listed = [...world.playbooks.listed.values()];
    expect(listed).toHaveLength(habitNames.length + 2);
    const ran = new Set(world.all.map(({ playbook }) => playbook?.id));
    const idle = listed.filter(({ id }) => !ran.has(id)).map(({ name, enabled }) => [name, enabled]);
    expect(idle).toEqual(
      expect.arrayContaining([
        ['Contain ransomware', true],
        ['Annual access review', false],
      ]),
    );
  });

  test('two of one habit have two names', () => {
    const world = createWorld();
    createLife(world, {
      seed: 1,
      startMs: sundayMs,
      runsPerMinute: 0,
      habits: [{ habit: 'daily' }, { habit: 'daily' }],
    });
    const names = [...world.playbooks.listed.values()].map(({ name }) => name);
    expect(names.slice(-2)).toEqual(['Daily report', 'Daily report 2']);
  });
});
