/** When playbooks run that have a habit: pure functions of a seed and a day, so that any span can be had without what came before. */
import { createZone, type Zone } from './local-time.ts';
import { createRandom, type Random } from './random.ts';

export interface HabitPlan {
  readonly habit: HabitName;
  /** By whose clock it runs; none: that of the habit. */
  readonly zone?: string;
  /** When the habit becomes another one, for those that do; none: two weeks after the SOC begins. */
  readonly changeMs?: number;
  /** It doesn't run from the first of these times to the second. */
  readonly silent?: readonly [fromMs: number, untilMs: number];
}

export interface Habit {
  readonly triggerType: 'TIMER' | 'EVENT';
  /** As a person would tell it. */
  readonly name: string;
  readonly zone?: string;
  /** The starts of one local day, from 0 to its 24 hours; ascending or not. */
  readonly day: (day: Day) => readonly number[];
}

interface Day {
  /** Milliseconds of the local clock, as if it were UTC. */
  readonly localMs: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly date: number;
  readonly month: number;
  /** Of this day alone. */
  readonly random: Random;
  /** When the local clock shows so many minutes after midnight. */
  at(minutes: number): number;
  /** Every so often from midnight to midnight, by real time: a day in which clocks change is an hour longer or shorter. */
  every(minutes: number): readonly number[];
  readonly changeMs: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const isWorkingDay = ({ weekday }: Day) => weekday >= 1 && weekday <= 5;
/** Labour Day and the days after it, the national holidays of October, Christmas, New Year. */
const holidays = ['1-1', '5-1', '5-2', '5-3', '10-1', '10-2', '10-3', '12-25', '12-26'];
const isHoliday = ({ month, date }: Day) => holidays.includes(`${month}-${date}`);
const daily = (hour: number) => (day: Day) => [day.at(hour * 60) + day.random.between(0, 5_000)];
const on = (holds: (day: Day) => boolean, starts: Habit['day']) => (day: Day) => (holds(day) ? starts(day) : []);
const changing = (before: Habit['day'], after: Habit['day']) => (day: Day) => [
  ...before(day).filter((ms) => ms < day.changeMs),
  ...after(day).filter((ms) => ms >= day.changeMs),
];
const jittered = (minutes: number, jitterMs: number) => (day: Day) =>
  day.every(minutes).map((ms) => ms + day.random.between(0, jitterMs));
const officeHours = (minutes: number) => (day: Day) =>
  Array.from(
    { length: (10 * 60) / minutes + 1 },
    (_, i) => day.at(8 * 60 + i * minutes) + day.random.between(0, 3_000),
  );

/** So many events a day on the average, from 7 to 22 o'clock, as they come. */
const events = (mean: number) => (day: Day) => {
  const starts: number[] = [];
  const [openMs, closeMs] = [day.at(7 * 60), day.at(22 * 60)];
  const meanGapMs = (closeMs - openMs) / mean;
  for (let ms = openMs + day.random.exponential(meanGapMs); ms < closeMs; ms += day.random.exponential(meanGapMs)) {
    starts.push(ms);
  }
  return starts;
};

const timer = 'TIMER' as const;

export const habits = {
  'every-5-minutes': { triggerType: timer, name: 'Collect alerts', day: jittered(5, 2_000) },
  hourly: { triggerType: timer, name: 'Update indicators', day: jittered(60, 240_000) },
  daily: { triggerType: timer, name: 'Daily report', day: daily(6) },
  'working-days': { triggerType: timer, name: 'Morning briefing', day: on(isWorkingDay, daily(8)) },
  'office-hours': { triggerType: timer, name: 'Queue reminder', day: on(isWorkingDay, officeHours(30)) },
  weekly: { triggerType: timer, name: 'Weekly scan', day: on(({ weekday }) => weekday === 1, daily(3)) },
  monthly: { triggerType: timer, name: 'Monthly licence check', day: on(({ date }) => date === 1, daily(4)) },
  slowed: { triggerType: timer, name: 'Check blocked hosts', day: changing(jittered(15, 2_000), jittered(60, 2_000)) },
  'sped-up': {
    triggerType: timer,
    name: 'Check mail gateway',
    day: changing(jittered(60, 2_000), jittered(15, 2_000)),
  },
  new: { triggerType: timer, name: 'Rotate keys', day: changing(() => [], jittered(30, 2_000)) },
  holiday: {
    triggerType: timer,
    name: 'Hand over the shift',
    day: on((day) => isWorkingDay(day) && !isHoliday(day), daily(9)),
  },
  'clocks-change': { triggerType: timer, name: 'Nightly backup check', zone: 'Europe/Berlin', day: daily(2.5) },
  'clocks-change-working-days': {
    triggerType: timer,
    name: 'Office opening',
    zone: 'America/New_York',
    day: on(isWorkingDay, daily(7.5)),
  },
  'twice-a-day': {
    triggerType: timer,
    name: 'Synchronise assets',
    day: (day) => [...daily(5)(day), ...daily(18.25)(day)],
  },
  burst: {
    triggerType: timer,
    name: 'Scan all subnets',
    day: (day) => Array.from({ length: 10 }, (_, i) => day.at(60) + 20 * i),
  },
  'busy-events': { triggerType: 'EVENT', name: 'Triage alert', day: events(50) },
  'rare-events': { triggerType: 'EVENT', name: 'Handle incident', day: events(0.7) },
  /** Quiet each night, and silent for six hours of the day of the change, from 10 o'clock. */
  'events-fall-silent': {
    triggerType: 'EVENT',
    name: 'Enrich alert',
    day: (day) => {
      const [fromMs, untilMs] = [day.at(10 * 60), day.at(16 * 60)];
      const isTheDay = day.changeMs >= day.at(0) && day.changeMs < day.at(0) + dayMs;
      return events(50)(day).filter((ms) => !(isTheDay && ms >= fromMs && ms < untilMs));
    },
  },
} as const satisfies Record<string, Habit>;

export type HabitName = keyof typeof habits;
export const habitNames = Object.keys(habits) as readonly HabitName[];

export function isHabit(name: string): name is HabitName {
  return Object.hasOwn(habits, name);
}

const defaultZone = 'Asia/Shanghai';

/** All starts of a habit from one time, which is among them, to another, which is not; ascending, in whole milliseconds. */
export function startsOf(
  plan: HabitPlan,
  seed: number,
  fromMs: number,
  untilMs: number,
  beganMs = fromMs,
): readonly number[] {
  const habit: Habit = habits[plan.habit];
  const zone = createZone(plan.zone ?? habit.zone ?? defaultZone);
  const changeMs = plan.changeMs ?? beganMs + 14 * dayMs;
  const [silentFromMs, silentUntilMs] = plan.silent ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const starts: number[] = [];
  // A day before and after: jitter leads over midnight.
  const first = Math.floor((fromMs + zone.offsetMs(fromMs)) / dayMs) - 1;
  const last = Math.floor((untilMs + zone.offsetMs(untilMs)) / dayMs) + 1;
  for (let number = first; number <= last; number += 1) {
    for (const exactMs of habit.day(dayOf(number, zone, seed, changeMs))) {
      const ms = Math.floor(exactMs);
      if (ms >= fromMs && ms < untilMs && (ms < silentFromMs || ms >= silentUntilMs)) starts.push(ms);
    }
  }
  return starts.sort((a, b) => a - b);
}

function dayOf(number: number, zone: Zone, seed: number, changeMs: number): Day {
  const localMs = number * dayMs;
  const calendar = new Date(localMs);
  const at = (minutes: number) => zone.utcMs(localMs + minutes * minuteMs);
  return {
    localMs,
    weekday: calendar.getUTCDay(),
    date: calendar.getUTCDate(),
    month: calendar.getUTCMonth() + 1,
    random: createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b)),
    at,
    every: (minutes) => {
      const [fromMs, untilMs] = [at(0), zone.utcMs(localMs + dayMs)];
      const stepMs = minutes * minuteMs;
      return Array.from({ length: Math.ceil((untilMs - fromMs) / stepMs) }, (_, i) => fromMs + i * stepMs);
    },
    changeMs,
  };
}
