import { isEnded } from '../../model/status.ts';
import type { Listed, SeenRow } from './asker.ts';
import { middleOf } from './filters.ts';

/** An ended row whose times are plausible and say where a span around it is. */
export interface TimedRow {
  readonly id: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const earliestMs = Date.UTC(2000, 0);
const dayMs = 24 * 3_600_000;
/** Groups longer than this would not show a zone that is off by some hours. */
const maxGroupMs = 2 * 3_600_000;
const maxGroup = 5;
/** Dates may be cut to the second, and bounds may be included or not. */
export const slackMs = 2_000;

/** In order of start. */
export function timedRows({ rows }: Listed, nowMs: number): readonly TimedRow[] {
  const timed = rows.flatMap((row): TimedRow[] => {
    const { id, startTimeMs: startMs, endTimeMs: endMs, retryCount } = row;
    if (id === null || startMs === null || endMs === null || !isEnded(row)) return [];
    // A retry may have moved the start.
    if (retryCount > 0 || startMs < earliestMs || endMs < startMs || endMs > nowMs + dayMs) return [];
    return endMs - startMs > maxGroupMs ? [] : [{ id, startMs, endMs }];
  });
  return timed.toSorted((a, b) => a.startMs - b.startMs);
}

/** A few neighbours from the middle, and others where those are so few that one or two odd ones could decide. */
export function groupsOf(rows: readonly TimedRow[]): readonly (readonly TimedRow[])[] {
  const group = groupOf(rows);
  if (group.length > 2) return [group];
  const others = rows.filter((row) => !group.includes(row));
  return others.length === 0 ? [group] : [group, groupOf(others)];
}

function groupOf(rows: readonly TimedRow[]): readonly TimedRow[] {
  const middle = middleOf(rows);
  if (middle === undefined) return [];
  const at = rows.indexOf(middle);
  const near = rows.slice(Math.max(0, at - 2), at - 2 + maxGroup);
  return near.filter((row) => {
    const { fromMs, toMs } = spanAround([middle, row]);
    return toMs - fromMs <= maxGroupMs;
  });
}

/** Such that it contains start and end of each of them. */
export function spanAround(rows: readonly TimedRow[]): Span {
  return {
    fromMs: Math.min(...rows.map(({ startMs }) => startMs)) - slackMs / 2,
    toMs: Math.max(...rows.map(({ endMs }) => endMs)) + slackMs,
  };
}

export function spanAt(ms: number): Span {
  return { fromMs: ms - slackMs / 2, toMs: ms + slackMs };
}

/** Up to five from all over, whose end is not near their start; if there are not two of those, any. */
export function witnessesOf(rows: readonly TimedRow[]): readonly TimedRow[] {
  const long = rows.filter(({ startMs, endMs }) => endMs - startMs > 2 * slackMs);
  const usable = long.length < 2 ? rows : long;
  // From the middle on: the newest ones may still change.
  const chosen = [3, 2, 4, 1, 5].flatMap((sixths) => usable[Math.floor((usable.length * sixths) / 6)] ?? []);
  return [...new Set(chosen)];
}

/** Whether the answer has most of these rows, or is a full page of others like them. */
export function holds({ rows, query }: Listed, group: readonly TimedRow[], span: Span): boolean {
  if (group.filter(({ id }) => rows.some((row) => row.id === id)).length * 2 >= group.length) return true;
  return rows.length >= query.limit && outside(rows, span) <= rows.length * 0.1;
}

/** Whether most rows of the answer have neither start nor end in the span. */
export function isElsewhere({ rows }: Listed, span: Span): boolean {
  return outside(rows, span) * 2 > rows.length;
}

function outside(rows: readonly SeenRow[], { fromMs, toMs }: Span): number {
  const isIn = (ms: number | null) => ms !== null && ms >= fromMs - slackMs && ms <= toMs + slackMs;
  return rows.filter(({ startTimeMs, endTimeMs }) => !isIn(startTimeMs) && !isIn(endTimeMs)).length;
}
