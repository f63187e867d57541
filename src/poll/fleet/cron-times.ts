import type { Cron } from '../../model/schedule.ts';

/** When a wall clock next shows a time that a cron expression means. Times of a zone without their offset are written as if in UTC. */

const secondMs = 1_000;
const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
/** A weekday on the 29th of February comes within 40 years. */
const maxDays = 41 * 366;

/**
 * The first time after another one, in milliseconds since the epoch. A time that comes twice, because the clocks go back, is met twice.
 * One that is skipped, because they go forward, is met when it would have come without that.
 */
export function cronTimes(cron: Cron, timezone: string): (afterMs: number) => number {
  const offsetMs = offsetsOf(timezone);

  function firstFrom(fromMs: number): number {
    const beforeMs = offsetMs(fromMs);
    const timeMs = firstShown(cron, fromMs + beforeMs) - beforeMs;
    const changeMs = nextChange(offsetMs, fromMs, timeMs);
    if (changeMs === null) return timeMs;
    const changedMs = offsetMs(changeMs);
    const isSkipped = timeMs + beforeMs < changeMs + changedMs;
    // Not all later changes: a time may be skipped at each of them.
    return isSkipped ? Math.min(timeMs, firstShown(cron, changeMs + changedMs) - changedMs) : firstFrom(changeMs);
  }
  return (afterMs) => firstFrom(Math.floor(afterMs / secondMs) * secondMs + secondMs);
}

/** The first time from this one on, both without their offset. */
function firstShown(cron: Cron, fromMs: number): number {
  const firstDayMs = Math.floor(fromMs / dayMs) * dayMs;
  for (let day = 0; day < maxDays; day++) {
    const dateMs = firstDayMs + day * dayMs;
    const ofDay = isMeant(cron, new Date(dateMs)) ? firstOfDay(cron, Math.max(0, fromMs - dateMs)) : null;
    if (ofDay !== null) return dateMs + ofDay;
  }
  return Number.POSITIVE_INFINITY;
}

function isMeant({ months, daysOfMonth, daysOfWeek }: Cron, date: Date): boolean {
  return (
    months.includes(date.getUTCMonth() + 1) &&
    daysOfMonth.includes(date.getUTCDate()) &&
    daysOfWeek.includes(date.getUTCDay())
  );
}

function firstOfDay({ hours, minutes, seconds }: Cron, fromMs: number): number | null {
  const from = Math.ceil(fromMs / secondMs);
  for (const hour of hours.filter((one) => (one + 1) * 3_600 > from)) {
    for (const minute of minutes.filter((one) => hour * 3_600 + (one + 1) * 60 > from)) {
      const start = hour * 3_600 + minute * 60;
      const second = seconds.find((one) => start + one >= from);
      if (second !== undefined) return (start + second) * secondMs;
    }
  }
  return null;
}

/** When the offset changes first, after one time and up to another; null: it doesn't. No two changes are within a week. */
function nextChange(offsetMs: (atMs: number) => number, fromMs: number, toMs: number): number | null {
  const beforeMs = offsetMs(fromMs);
  const lastMs = Math.min(toMs, fromMs + maxDays * dayMs);
  for (let atMs = fromMs; atMs < lastMs; atMs += weekMs) {
    let [same, other] = [atMs, Math.min(atMs + weekMs, lastMs)];
    if (offsetMs(other) === beforeMs) continue;
    while (other - same > secondMs) {
      const middle = same + Math.floor((other - same) / 2 / secondMs) * secondMs;
      if (offsetMs(middle) === beforeMs) same = middle;
      else other = middle;
    }
    return other;
  }
  return null;
}

/** By how much a zone is ahead of UTC at a whole second. */
function offsetsOf(timezone: string): (atMs: number) => number {
  // The data of time zones takes time and memory.
  if (timezone === 'UTC') return () => 0;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (atMs) => {
    const parts = format.formatToParts(atMs);
    const value = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value);
    const shownMs = Date.UTC(
      value('year'),
      value('month') - 1,
      value('day'),
      value('hour'),
      value('minute'),
      value('second'),
    );
    return shownMs - atMs;
  };
}
