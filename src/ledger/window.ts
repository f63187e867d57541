import type { Labels } from '../model/snapshot.ts';
import { isEnded } from '../model/status.ts';
import { begunMs } from './contribution.ts';
import type { Entry } from './entry.ts';
import { withStatus } from './label-set.ts';

/**
 * The window behind the gauges: instances started within the lookback, and every open one however old. It is kept as counts in cells,
 * one for each minute of start_time, so that a poll's cost depends on the changes, not on the size of the window.
 */
export interface Cell {
  /** Minutes since the epoch, or `openMinute`. */
  readonly minute: number;
  /** The last label is the status. */
  readonly labels: Labels;
}

/** Where open instances are counted: a minute that never leaves the window. */
export const openMinute = -1;

export interface CellChange extends Cell {
  readonly instances: number;
  readonly retries: number;
}

/** The first minute of the window: the one that contains the moment a lookback ago. */
export function firstMinute(nowMs: number, lookbackMs: number): number {
  return Math.floor((nowMs - lookbackMs) / 60_000);
}

/** What of an instance says where it is counted. */
export type Placed = Pick<Entry, 'labels' | 'status' | 'startTimeMs' | 'endTimeMs' | 'retryCount' | 'gone'>;

/** The cell that counts an instance, or null if it is gone, or ended without a known time. */
function cellOf(entry: Placed): Cell | null {
  if (entry.gone) return null;
  const labels = withStatus(entry.labels, entry.status);
  if (!isEnded(entry)) return { minute: openMinute, labels };
  const begun = begunMs(entry);
  // Before 1970 there is only openMinute.
  return begun === null ? null : { minute: Math.max(0, Math.floor(begun / 60_000)), labels };
}

/** How the window changes when `entry` replaces `known`. Cells before `fromMinute` are dropped. */
export function moves(known: Placed | null, entry: Placed, fromMinute: number): CellChange[] {
  const changes: CellChange[] = [];
  const change = (of: Placed, sign: 1 | -1) => {
    const cell = cellOf(of);
    if (cell === null || (cell.minute !== openMinute && cell.minute < fromMinute)) return;
    changes.push({ ...cell, instances: sign, retries: sign * of.retryCount });
  };
  if (known !== null) change(known, -1);
  change(entry, 1);
  return changes;
}

/**
 * The minute in [fromMinute, toMinute) around whose start the fewest ended instances started.
 *
 * @param ended starts by minute; a missing minute means 0
 */
export function quietestMinute(ended: ReadonlyMap<number, number>, fromMinute: number, toMinute: number): number {
  let quietest = fromMinute;
  let fewest = Number.POSITIVE_INFINITY;
  for (let minute = fromMinute; minute < toMinute; minute++) {
    const around = (ended.get(minute - 1) ?? 0) + (ended.get(minute) ?? 0);
    if (around >= fewest) continue;
    [quietest, fewest] = [minute, around];
  }
  return quietest;
}

/** The number of starts in [fromMinute, toMinute). */
export function countWithin(byMinute: ReadonlyMap<number, number>, fromMinute: number, toMinute: number): number {
  let total = 0;
  for (const [minute, count] of byMinute) if (minute >= fromMinute && minute < toMinute) total += count;
  return total;
}
