import { clocksChange } from './clock-changes.ts';
import { at, dayMs, firstAtOrAfter, gapAfter, gapsBefore, hourMs, median, minuteMs, weekMs } from './starts.ts';
import { afterFirstWeekend } from './weekend.ts';

/** A start's successor, forecast from what came before that start. */
interface Forecast {
  readonly nextMs: number;
  readonly slackMs: number;
}

/** Polls, scrapes and rules take a minute or two to see that a run has started. */
const leastSlackMs = 2 * minuteMs;
/** How far a time of day may move: an hour when the clocks change, and some jitter. */
const sameTimeMs = 90 * minuteMs;
const fewestStarts = 3;
/** Longer pauses than that are not told by the week. */
const rareMs = 10 * dayMs;

export function timerDueMs(starts: Float64Array): number | null {
  const last = starts.length - 1;
  const usual = forecast(starts, last);
  if (usual === null) return null;
  return Math.ceil(Math.max(dueOf(usual), slowedDueMs(starts, last) ?? 0));
}

function dueOf({ nextMs, slackMs }: Forecast): number {
  return nextMs + slackMs;
}

function forecast(starts: Float64Array, last: number): Forecast | null {
  const lastMs = at(starts, last);
  if (last + 1 < fewestStarts || lastMs - at(starts, 0) < dayMs - leastSlackMs) return null;
  const paceMs = paceAt(starts, last);
  if (paceMs > rareMs) return rareForecast(starts, last);
  const toleranceMs = toleranceOf(starts, last, paceMs);
  const nextMs = nextByWeeks(starts, last, paceMs, toleranceMs) ?? nextByDays(starts, last, paceMs, toleranceMs);
  const slackMs = slackFor(starts, last, nextMs - lastMs, paceMs);
  return { nextMs, slackMs: slackMs + (isMoved(lastMs, nextMs - lastMs) ? hourMs : 0) };
}

/** The usual pause of late: nights and weekends are fewer than the pauses between two runs. */
function paceAt(starts: Float64Array, index: number): number {
  return median(gapsBefore(starts, index, 12)) ?? Number.POSITIVE_INFINITY;
}

/** Two pauses agree if they differ by jitter only: not by a missed run. */
function agree(one: number, other: number): boolean {
  const shorter = Math.min(one, other);
  const jitterMs = Math.max(Math.min(0.6 * shorter, 4 * minuteMs), Math.min(0.25 * shorter, 75 * minuteMs));
  return Math.abs(one - other) <= jitterMs;
}

/** Every two weeks, monthly, on the 1st and 15th: a pause may be three days longer than another, as months are. */
function rareForecast(starts: Float64Array, last: number): Forecast | null {
  const gaps = gapsBefore(starts, last, 6);
  const usualMs = median(gaps) ?? Number.POSITIVE_INFINITY;
  const longestMs = Math.max(...gaps.filter((gap) => gap < 1.4 * usualMs));
  // No three months in a row are equally long.
  const isEven = gaps.length >= 3 && gaps.slice(0, 3).every((gap) => Math.abs(gap - longestMs) < sameTimeMs);
  const slackMs = isEven ? sameTimeMs : 3 * dayMs + sameTimeMs;
  return { nextMs: at(starts, last) + longestMs, slackMs };
}

/** How far from the same time of an earlier day or week a start may be to be compared. */
function toleranceOf(starts: Float64Array, last: number, paceMs: number): number {
  const paces = keepsTime(starts, last, paceMs) ? 0.4 : 1.1;
  return Math.min(paces * paceMs + leastSlackMs, sameTimeMs);
}

/** Whether it has started at the same times of earlier days, unlike a timer that waits until its last run has ended. */
function keepsTime(starts: Float64Array, last: number, paceMs: number): boolean {
  const offsMs: number[] = [];
  for (let days = 1; days <= 7; days++) {
    const anchorMs = at(starts, last) - days * dayMs;
    const index = firstAtOrAfter(starts, anchorMs);
    const offMs = Math.min(
      ...[index - 1, index].map((one) => Math.abs((starts[one] ?? Number.POSITIVE_INFINITY) - anchorMs)),
    );
    if (offMs <= 0.6 * paceMs) offsMs.push(offMs);
  }
  return offsMs.length >= 2 && offsMs.every((offMs) => offMs <= 0.2 * paceMs);
}

/** What the newest three weeks say that can be compared. If half can't, it doesn't go by weeks, and recent days have a say too. */
function nextByWeeks(starts: Float64Array, last: number, paceMs: number, toleranceMs: number): number | null {
  const lastMs = at(starts, last);
  const said: number[] = [];
  let silent = 0;
  let newestMs = lastMs;
  for (let shiftMs = weekMs; lastMs - shiftMs >= at(starts, 0) - sameTimeMs && said.length < 3; shiftMs += weekMs) {
    const nextMs = nextAsBefore(starts, last, shiftMs, paceMs, toleranceMs);
    if (said.length === 0) newestMs = lastMs - shiftMs;
    // Weeks before a change of the clocks say less than one after it.
    else if (toleranceMs < hourMs && clocksChange(lastMs - shiftMs, newestMs)) break;
    if (nextMs === null) silent++;
    else said.push(nextMs - lastMs);
  }
  if (said.length === 0) return null;
  return lastMs + Math.max(agreed(said), silent >= said.length ? longestOfLate(starts, last) : 0);
}

/** The middle one, or the longest that agrees with it: one outage or holiday among them changes nothing. */
function agreed(pauses: readonly number[]): number {
  const middle = median(pauses) ?? 0;
  return Math.max(...pauses.filter((pause) => agree(pause, middle)));
}

/** Without such a week: what the newest three days say, and for a pause of hours the longest one of recent days. */
function nextByDays(starts: Float64Array, last: number, paceMs: number, toleranceMs: number): number {
  const lastMs = at(starts, last);
  const said: number[] = [];
  for (let days = 1; days < 7 && said.length < 3; days++) {
    const nextMs = nextAsBefore(starts, last, days * dayMs, paceMs, toleranceMs);
    if (nextMs !== null) said.push(nextMs - lastMs);
  }
  const pauseMs = said.length === 0 ? longestOfLate(starts, last) : agreed(said);
  if (pauseMs < 6 * hourMs) return lastMs + pauseMs;
  return afterFirstWeekend(starts, last, lastMs + Math.max(pauseMs, longestOfLate(starts, last)));
}

/** The longest pause that ended within the last eight days. */
function longestOfLate(starts: Float64Array, last: number): number {
  const first = firstAtOrAfter(starts, at(starts, last) - 8 * dayMs);
  let longestMs = 0;
  for (let index = Math.max(1, Math.min(first, last - 1)); index <= last; index++) {
    longestMs = Math.max(longestMs, gapAfter(starts, index - 1));
  }
  return longestMs;
}

/** When the next start comes if it goes on as it did so long ago, or null if that time can't be compared. */
function nextAsBefore(
  starts: Float64Array,
  last: number,
  shiftMs: number,
  paceMs: number,
  toleranceMs: number,
): number | null {
  const lastMs = at(starts, last);
  const anchorMs = lastMs - shiftMs;
  const mayBeMoved = toleranceMs < hourMs && clocksChange(anchorMs, lastMs);
  const anchors = mayBeMoved ? [anchorMs, anchorMs - hourMs, anchorMs + hourMs] : [anchorMs];
  const around = (afterMs: number) => {
    const found = anchors.map((anchor) => longestAround(starts, last, anchor - toleranceMs, anchor + afterMs));
    return longestOf(
      starts,
      found.filter((one) => one !== null),
    );
  };
  let index = around(toleranceMs);
  if (index === null) return nextAmidst(starts, last, anchorMs, paceMs);
  if (isFaster(starts, index, paceMs)) return lastMs + ordinaryGap(starts, last, paceMs);
  // A slower pace may step over the beginning of a pause.
  if (2 * paceAt(starts, index) <= paceMs) index = around(Math.max(toleranceMs, Math.min(paceMs, 6 * hourMs))) ?? index;
  const gapMs = gapAfter(starts, index);
  // A pause ends by the clock, whenever it began.
  if (gapMs >= 2 * paceMs) return Math.max(lastMs + gapMs, at(starts, index + 1) + shiftMs);
  // One short gap of a quick timer is jitter.
  return lastMs + (paceMs <= 2 * hourMs ? Math.max(gapMs, paceMs) : gapMs);
}

/** Of the starts within a time, the one that the longest pause followed. */
function longestAround(starts: Float64Array, last: number, fromMs: number, toMs: number): number | null {
  const found: number[] = [];
  for (let index = firstAtOrAfter(starts, fromMs); index < last && at(starts, index) <= toMs; index++)
    found.push(index);
  return longestOf(starts, found);
}

function longestOf(starts: Float64Array, indexes: readonly number[]): number | null {
  let longest: number | null = null;
  for (const index of indexes) {
    if (longest === null || gapAfter(starts, index) > gapAfter(starts, longest)) longest = index;
  }
  return longest;
}

/** Between two starts of a slower pace: a run at that time was only a matter of pace. */
function nextAmidst(starts: Float64Array, last: number, ms: number, paceMs: number): number | null {
  const index = firstAtOrAfter(starts, ms) - 1;
  if (index < 0 || !isFaster(starts, index, paceMs)) return null;
  return at(starts, last) + ordinaryGap(starts, last, paceMs);
}

/** Whether the pause after that start was an ordinary one, and the pace since then is at least twice as fast. */
function isFaster(starts: Float64Array, index: number, paceMs: number): boolean {
  if (index < 3) return false;
  const formerMs = paceAt(starts, index);
  return gapAfter(starts, index) < 1.75 * formerMs && formerMs >= 2 * paceMs;
}

function ordinaryGap(starts: Float64Array, last: number, paceMs: number): number {
  return Math.max(paceMs, ...gapsBefore(starts, last, 12).filter((gap) => gap < 1.75 * paceMs));
}

/** What pauses of this kind, or ordinary ones, have differed by of late, and more while few are known. */
function slackFor(starts: Float64Array, last: number, pauseMs: number, paceMs: number): number {
  const alike = [pauseMs];
  const ordinary = [paceMs];
  for (let index = last - 1; index >= Math.max(0, last - 100); index--) {
    const gap = gapAfter(starts, index);
    if (isMoved(at(starts, index), gap)) continue;
    if (agree(gap, pauseMs)) alike.push(gap);
    if (agree(gap, paceMs)) ordinary.push(gap);
  }
  const longestMs = Math.max(...alike);
  const count = Math.max(alike.length, ordinary.length);
  const spreadMs = Math.max(longestMs - Math.min(...alike), Math.max(...ordinary) - Math.min(...ordinary));
  const jitterMs = (0.7 + 10 / count) * spreadMs;
  return longestMs - pauseMs + Math.max(leastSlackMs, (0.05 / count) * pauseMs, jitterMs);
}

/** A clock that is turned back delays the next run by an hour; what runs every few minutes doesn't care. */
function isMoved(fromMs: number, pauseMs: number): boolean {
  return pauseMs >= 55 * minuteMs && clocksChange(fromMs, fromMs + pauseMs);
}

/** If the last three pauses all went beyond what was forecast, the timer has been slowed down: the longest of them is usual now. */
function slowedDueMs(starts: Float64Array, last: number): number | null {
  const late: number[] = [];
  const paceMs = paceAt(starts, last);
  for (let index = last - 1; index >= Math.max(0, last - 12); index--) {
    const usual = forecast(starts, index);
    if (usual === null) return null;
    const gapMs = gapAfter(starts, index);
    const foreseenMs = usual.nextMs - at(starts, index);
    if (at(starts, index + 1) > dueOf(usual)) late.push(gapMs);
    // A night or weekend that was foreseen says nothing about the pace.
    else if (foreseenMs < Math.min(2 * paceMs, ...late)) return null;
    if (late.length === 3) {
      const longestMs = Math.max(...late);
      return at(starts, last) + longestMs + Math.max(leastSlackMs, longestMs - Math.min(...late));
    }
  }
  return null;
}
