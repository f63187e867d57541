import { type HabitName, habits, startsOf } from '../../src/simulator/habits.ts';
import { createRandom, type Random } from '../../src/simulator/random.ts';
import { china, day } from '../support/rhythm/calendar.ts';
import { atRandom } from '../support/rhythm/demand.ts';

/** A playbook with a habit: when it starts, and how its runs go. */
export interface PlaybookPlan {
  readonly name: string;
  readonly triggerType: 'TIMER' | 'EVENT' | 'MANUAL' | 'DEBUG';
  readonly starts: Starts;
  readonly run: (random: Random) => Run;
  /** When the playbook is there: all the time, unless it is said. Days since the exporter was installed. */
  readonly fromDay?: number;
  readonly untilDay?: number;
}

/** All starts within a time, ascending; a pure function of the seed. */
export type Starts = (seed: number, fromMs: number, toMs: number, installedMs: number) => readonly number[];

/** One run from its start: attempts, each but the first one a retry of the one before. */
export interface Run {
  readonly attempts: readonly Attempt[];
}

export interface Attempt {
  /** From the end of the one before. */
  readonly afterSeconds: number;
  readonly seconds: number;
  /** OPEN: it doesn't end. */
  readonly ends: 'FINISHED' | 'FAILED' | 'TERMINATED' | 'OPEN';
  readonly node: string;
}

export const nodes = ['Look up', 'Act', 'Report'] as const;

export interface Usual {
  /** The median of its runs. */
  readonly seconds?: number;
  /** Of attempts. */
  readonly failureRatio?: number;
  /** That a failed attempt is retried, by itself or by hand. */
  readonly retryChance?: number;
  readonly retryAfterSeconds?: number;
  readonly terminatedRatio?: number;
}

/** How runs usually go. */
export function usually({
  seconds = 20,
  failureRatio = 0.005,
  retryChance = 0.5,
  retryAfterSeconds = 60,
  terminatedRatio = 0,
}: Usual): PlaybookPlan['run'] {
  return (random) => {
    const attempts: Attempt[] = [];
    for (let retries = 0; ; retries += 1) {
      const hasFailed = random.chance(retries === 0 ? failureRatio : 0.2);
      const ends = hasFailed ? 'FAILED' : random.chance(terminatedRatio) ? 'TERMINATED' : 'FINISHED';
      attempts.push({
        afterSeconds: retries === 0 ? 0 : retryAfterSeconds,
        seconds: random.lognormal(seconds, 0.4),
        ends,
        node: random.pick(nodes),
      });
      if (!hasFailed || retries === 2 || !random.chance(retryChance)) return { attempts };
    }
  };
}

/** A timer with one of the simulator's habits. */
export function timer(
  name: string,
  habit: HabitName,
  usual: Usual & { readonly changeDay?: number } = {},
): PlaybookPlan {
  const { changeDay = 14 } = usual;
  return {
    name,
    triggerType: habits[habit].triggerType,
    starts: (seed, fromMs, toMs, installedMs) =>
      startsOf({ habit, changeMs: installedMs + changeDay * day }, seed, fromMs, toMs),
    run: usually(usual),
  };
}

export interface Demand {
  readonly fromHour?: number;
  readonly toHour?: number;
  /** Local days on which it is asked for. */
  readonly days?: (date: Date) => boolean;
}

/** Started by events, so many a day on the average, as they come. */
export function events(name: string, perDay: number, usual: Usual & Demand = {}): PlaybookPlan {
  const { fromHour = 0, toHour = 24, days = () => true } = usual;
  const perHour = perDay / (toHour - fromHour);
  const rate = (ms: number) => {
    const localMs = ms + china(ms);
    const hour = (localMs % day) / 3_600_000;
    return hour >= fromHour && hour < toHour && days(new Date(localMs)) ? perHour : 0;
  };
  return {
    name,
    triggerType: 'EVENT',
    // Each day by itself, so that any span can be had without what came before.
    starts: (seed, fromMs, toMs) => {
      const starts: number[] = [];
      for (let number = Math.floor(fromMs / day); number * day < toMs; number += 1) {
        const random = createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b));
        starts.push(...atRandom(random, rate, perHour, number * day, (number + 1) * day));
      }
      return starts.filter((ms) => ms >= fromMs && ms < toMs);
    },
    run: usually(usual),
  };
}

export const byHand = (plan: PlaybookPlan, triggerType: 'MANUAL' | 'DEBUG'): PlaybookPlan => ({ ...plan, triggerType });
