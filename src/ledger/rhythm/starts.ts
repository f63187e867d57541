import { isPlausible } from '../../model/time.ts';

export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
export const weekMs = 7 * dayMs;

/** Longer than the longest retention (180 days): an earlier start has a wrong clock. */
const memoryMs = 190 * dayMs;

/**
 * The starts in order, each burst as its first start. What one schedule starts at once, or one alert triggers at once, says nothing
 * about the next time.
 */
export function orderedStarts(startsMs: readonly number[] | Float64Array, untilMs: number): Float64Array {
  const known = plausible(startsMs, untilMs);
  if (!isOrdered(known)) known.sort();
  const newestMs = known.at(-1) ?? 0;
  return withoutBursts(known.subarray(firstAtOrAfter(known, newestMs - memoryMs)));
}

function plausible(startsMs: readonly number[] | Float64Array, untilMs: number): Float64Array {
  const found = new Float64Array(startsMs.length);
  let count = 0;
  for (let index = 0; index < startsMs.length; index++) {
    const ms = startsMs[index] ?? Number.NaN;
    if (isPlausible(ms) && ms <= untilMs) found[count++] = ms;
  }
  return found.subarray(0, count);
}

function isOrdered(starts: Float64Array): boolean {
  for (let index = 1; index < starts.length; index++) if (at(starts, index) < at(starts, index - 1)) return false;
  return true;
}

function withoutBursts(starts: Float64Array): Float64Array {
  const merged = firstOfEach(starts, shortBurstMs);
  const burstMs = longestBurstMs(merged);
  return burstMs > shortBurstMs ? firstOfEach(merged, burstMs) : merged;
}

function firstOfEach(starts: Float64Array, burstMs: number): Float64Array {
  const firsts = new Float64Array(starts.length);
  let count = 0;
  let firstMs = Number.NEGATIVE_INFINITY;
  for (const ms of starts) {
    if (ms - firstMs < burstMs) continue;
    firsts[count++] = firstMs = ms;
  }
  return firsts.subarray(0, count);
}

const shortBurstMs = 30 * secondMs;

/** Up to three minutes where the pauses between the bursts are much longer. */
function longestBurstMs(starts: Float64Array): number {
  const recent = gapsBefore(starts, starts.length - 1, 100).sort((a, b) => a - b);
  return Math.min(0.03 * (recent[Math.floor(recent.length * 0.95)] ?? 0), 3 * minuteMs);
}

/** The start with that index, which must exist. */
export function at(starts: Float64Array, index: number): number {
  return starts[index] ?? Number.NaN;
}

/** The pause that follows the start with that index. */
export function gapAfter(starts: Float64Array, index: number): number {
  return at(starts, index + 1) - at(starts, index);
}

/** Up to `count` pauses before a start, newest first. */
export function gapsBefore(starts: Float64Array, index: number, count: number): number[] {
  const gaps: number[] = [];
  for (let one = index - 1; one >= Math.max(0, index - count); one--) gaps.push(gapAfter(starts, one));
  return gaps;
}

/** The index of the first start at or after a time. */
export function firstAtOrAfter(starts: Float64Array, ms: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(starts, middle) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The middle value, of two middle ones the lower; undefined for none. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >>> 1];
}
