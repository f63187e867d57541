import { day, instantOf, minute, utc, type Zone } from './calendar.ts';

/** When a timer fires on a local day: minutes since midnight. */
export type Times = readonly number[];

export interface Schedule {
  readonly times: Times;
  /** By local date, at 00:00 as if it were UTC; every day if absent. */
  readonly days?: (date: Date) => boolean;
  readonly zone?: Zone;
}

/** Minutes since midnight, from one until before the other. */
export function every(minutes: number, fromHour = 0, toHour = 24): Times {
  const count = Math.ceil(((toHour - fromHour) * 60) / minutes);
  return Array.from({ length: count }, (_, index) => fromHour * 60 + index * minutes);
}

export function at(...hours: number[]): Times {
  return hours.map((one) => one * 60);
}

export const workingDays = (date: Date) => date.getUTCDay() % 6 !== 0;
export const onWeekday = (weekday: number) => (date: Date) => date.getUTCDay() === weekday;
export const onDates =
  (...dates: number[]) =>
  (date: Date) =>
    dates.includes(date.getUTCDate());

/** The instants of a schedule in [fromMs, toMs). */
export function scheduled({ times, days = () => true, zone = utc }: Schedule, fromMs: number, toMs: number): number[] {
  const starts: number[] = [];
  for (let midnight = Math.floor(fromMs / day) * day - day; midnight < toMs + day; midnight += day) {
    if (!days(new Date(midnight))) continue;
    for (const time of times) {
      const ms = instantOf(midnight + time * minute, zone);
      if (ms >= fromMs && ms < toMs) starts.push(ms);
    }
  }
  return starts;
}

/** A timer that waits for a while after its last run has ended: it drifts. */
export function drifting(pauseMs: number, runMs: () => number, fromMs: number, toMs: number): number[] {
  const starts: number[] = [];
  for (let ms = fromMs; ms < toMs; ms += pauseMs + runMs()) starts.push(ms);
  return starts;
}
