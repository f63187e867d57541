import { dayMs, firstAtOrAfter, hourMs, weekMs } from './starts.ts';

/** Time since a Saturday 00:00 UTC. */
function sinceSaturday(ms: number): number {
  const saturdayMs = 2 * dayMs; // 3 January 1970
  return (((ms - saturdayMs) % weekMs) + weekMs) % weekMs;
}

/** From UTC-8 to UTC+12. */
const westMs = 8 * hourMs;
const eastMs = 12 * hourMs;

/**
 * A timer that is known for less than a week may keep working days. If it would be due on what may be a weekend, this is the same
 * time after it, unless it has run on a weekend already.
 */
export function afterFirstWeekend(starts: Float64Array, last: number, dueMs: number): number {
  const since = sinceSaturday(dueMs + eastMs);
  if (since >= 2 * dayMs + eastMs + westMs) return dueMs;
  if (hasRunOnWeekend(starts, last)) return dueMs;
  return since < dayMs + westMs + eastMs ? dueMs + 2 * dayMs : dueMs + dayMs;
}

/** Whether a start of the last week was on a Saturday or Sunday wherever the timer runs. */
function hasRunOnWeekend(starts: Float64Array, last: number): boolean {
  const lastMs = starts[last] ?? Number.NaN;
  const saturdayMs = lastMs - sinceSaturday(lastMs);
  const first = firstAtOrAfter(starts, saturdayMs + westMs);
  const firstMs = starts[first] ?? Number.POSITIVE_INFINITY;
  return first <= last && firstMs < saturdayMs + 2 * dayMs - eastMs;
}
