import { at, dayMs, firstAtOrAfter, hourMs, minuteMs, weekMs } from './starts.ts';

/**
 * Demand comes at random, at a rate that follows the week. Its silence is measured in the instances that the same hours of earlier weeks
 * would have brought: a night counts for little, a busy morning for much.
 */

/** Fewer starts than this don't show how demand is spread over the week. */
const fewestStarts = 30;
const mostWeeks = 8;
const cellMs = 30 * minuteMs;
const cells = weekMs / cellMs;
/** A cell borrows from its neighbours on each side. */
const blur = 1;
/** A silence of this many expected instances happens by chance once in 60,000 (e^-11). */
const fewestMissing = 11;
/** Times the longest usual silence, because demand comes in waves. */
const margin = 1.8;
const latestMs = 45 * dayMs;

export function demandDueMs(starts: Float64Array): number | null {
  const lastMs = at(starts, starts.length - 1);
  if (starts.length < fewestStarts || lastMs - at(starts, 0) < weekMs - hourMs) return null;
  // A week that lacks some hours counts: of these hours, it makes the silence longer.
  const weeks = Math.min(Math.max(1, Math.floor((lastMs - at(starts, 0) + dayMs) / weekMs)), mostWeeks);
  const profile = weekProfile(starts.subarray(firstAtOrAfter(starts, lastMs - weeks * weekMs)), weeks);
  const usual = Math.max(fewestMissing, margin * longestUsualSilence(starts, profile));
  // If n instances came in so many weeks, none comes in the next with a chance of (weeks / (weeks + 1))^n: few weeks say less.
  const missing = usual / (weeks * Math.log(1 + 1 / weeks));
  const pace = Math.min(1, recentPace(starts, lastMs, profile));
  return timeOf(profile, lastMs, missing / pace);
}

/** The instances to expect before each cell of the week; the last value is those of the whole week. */
function weekProfile(starts: Float64Array, weeks: number): Float64Array {
  const counts = new Float64Array(cells);
  for (const ms of starts) {
    const cell = Math.floor(inWeek(ms) / cellMs);
    counts[cell] = at(counts, cell) + 1 / weeks;
  }
  const before = new Float64Array(cells + 1);
  for (let cell = 0; cell < cells; cell++) {
    let around = 0;
    for (let near = cell - blur; near <= cell + blur; near++) around += at(counts, (near + cells) % cells);
    before[cell + 1] = at(before, cell) + around / (2 * blur + 1);
  }
  return before;
}

function inWeek(ms: number): number {
  // Not by `%`, which takes three times as long for numbers of this size.
  return ms - Math.floor(ms / weekMs) * weekMs;
}

/** The instances to expect from the epoch until then: differences count. */
function expectedUntil(profile: Float64Array, ms: number): number {
  const position = inWeek(ms) / cellMs;
  const cell = Math.floor(position);
  const part = (position - cell) * (at(profile, cell + 1) - at(profile, cell));
  return Math.floor(ms / weekMs) * at(profile, cells) + at(profile, cell) + part;
}

/** In expected instances. The longest one is left out if no other is nearly as long: it was an outage or a holiday. */
function longestUsualSilence(starts: Float64Array, profile: Float64Array): number {
  let [longest, second] = [0, 0];
  let before = Number.POSITIVE_INFINITY;
  for (const ms of starts) {
    const until = expectedUntil(profile, ms);
    const silence = until - before;
    before = until;
    if (silence > longest) [longest, second] = [silence, longest];
    else if (silence > second) second = silence;
  }
  return longest > 1.5 * second ? second : longest;
}

/** How much of what was expected has come in the last days. */
function recentPace(starts: Float64Array, lastMs: number, profile: Float64Array): number {
  const fromMs = lastMs - 3 * dayMs;
  const expected = expectedUntil(profile, lastMs) - expectedUntil(profile, fromMs);
  const come = starts.length - firstAtOrAfter(starts, fromMs);
  return (come + Math.sqrt(come)) / Math.max(expected, 1);
}

/** When so many more instances were to be expected, or null if that is too far off to be of use. */
function timeOf(profile: Float64Array, fromMs: number, missing: number): number | null {
  const goal = expectedUntil(profile, fromMs) + missing;
  let [low, high] = [fromMs, fromMs + latestMs];
  if (expectedUntil(profile, high) < goal) return null;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (expectedUntil(profile, middle) < goal) low = middle;
    else high = middle;
  }
  return high;
}
