import type { Random } from '../../../src/simulator/random.ts';
import { berlin, china, day, hour, minute, newYork } from './calendar.ts';
import { atRandom, byDay } from './demand.ts';
import { at, drifting, every, onWeekday, type Schedule, scheduled, workingDays } from './timers.ts';

/** A kind of playbook: when its instances start, and how soon its silence must show. */
export interface Kind {
  readonly name: string;
  readonly triggerType: 'TIMER' | 'EVENT';
  /** The starts in [fromMs, toMs), in order. */
  readonly starts: (random: Random, fromMs: number, toMs: number) => number[];
  /** From the first missed start to the due time, once it has run for three weeks. */
  readonly dueWithinMs: number;
}

function timer(name: string, dueWithinMs: number, schedule: Schedule, jitterMs = 0): Kind {
  const starts: Kind['starts'] = (random, fromMs, toMs) =>
    scheduled(schedule, fromMs, toMs).map((ms) => Math.round(ms + random.between(-jitterMs, jitterMs)));
  return { name, triggerType: 'TIMER', starts, dueWithinMs };
}

function waiting(name: string, dueWithinMs: number, pauseMs: number, runMs: number): Kind {
  const starts: Kind['starts'] = (random, fromMs, toMs) =>
    drifting(pauseMs, () => random.between(0.5 * runMs, 1.5 * runMs), fromMs, toMs);
  return { name, triggerType: 'TIMER', starts, dueWithinMs };
}

function events(name: string, dueWithinMs: number, perHour: (ms: number) => number, mostPerHour: number): Kind {
  const starts: Kind['starts'] = (random, fromMs, toMs) => atRandom(random, perHour, mostPerHour, fromMs, toMs);
  return { name, triggerType: 'EVENT', starts, dueWithinMs };
}

const onWorkingDays = (perHour: (ms: number) => number) => (ms: number) =>
  workingDays(new Date(ms)) ? perHour(ms) : 0;

export const timerKinds: readonly Kind[] = [
  timer('every 5 minutes', 2 * minute, { times: every(5) }),
  timer('every 5 minutes, with jitter', 5 * minute, { times: every(5) }, 20_000),
  timer('hourly', 2 * minute, { times: every(60) }),
  timer('hourly, with jitter', 45 * minute, { times: every(60) }, 5 * minute),
  timer('daily', 10 * minute, { times: at(6), zone: china }),
  timer('daily, with jitter', 3 * hour, { times: at(6), zone: newYork }, 10 * minute),
  timer('working days', 20 * minute, { times: at(6), days: workingDays, zone: china }),
  timer('working days, with jitter', 2 * hour, { times: at(9), days: workingDays, zone: berlin }, 5 * minute),
  timer('office hours, every 5 minutes', 2 * minute, { times: every(5, 8, 18), days: workingDays, zone: china }),
  timer(
    'office hours, hourly with jitter',
    hour,
    { times: every(60, 8, 18), days: workingDays, zone: berlin },
    5 * minute,
  ),
  timer('twice a day', 15 * minute, { times: at(8, 16), zone: berlin }),
  timer('weekly', 5 * hour, { times: at(8), days: onWeekday(1) }),
  waiting('10 minutes after each run', 5 * minute, 10 * minute, 30_000),
  waiting('3 hours after each run', hour, 3 * hour, 5 * minute),
];

export const eventKinds: readonly Kind[] = [
  events('50 a day, quiet at night', 24 * hour, byDay(50, 8, 20), 50 / 12),
  events('50 a day, on working days', 72 * hour, onWorkingDays(byDay(50, 8, 20)), 50 / 12),
  events('50 a day, around the clock', 18 * hour, byDay(50, 0, 24), 50 / 24),
  events('300 a day, quiet at night', 16 * hour, byDay(300, 7, 23), 300 / 16),
  events('2 a day', 45 * day, byDay(2, 0, 24), 2 / 24),
];
