import type { SeriesKey } from '../model/snapshot.ts';
import { isEnded } from '../model/status.ts';
import { begunMs } from './contribution.ts';
import type { Entry } from './entry.ts';

/**
 * The window behind the gauges: instances begun within the lookback, and every open one however old. It is kept as
 * counts in cells, one for each minute of start_time, so that a poll costs what has changed and not what the window holds.
 */
export interface Cell extends SeriesKey {
  /** Minutes since the epoch, or `openMinute`. */
  readonly minute: number;
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

/** The cell that counts an instance, or null where it is neither open nor known to have begun, or gone. */
export function cellOf(entry: Entry): Cell | null {
  if (entry.gone) return null;
  const { playbook, triggerType, status } = entry;
  if (!isEnded(entry)) return { minute: openMinute, playbook, triggerType, status };
  const begun = begunMs(entry);
  return begun === null ? null : { minute: Math.floor(begun / 60_000), playbook, triggerType, status };
}

/** How the window changes when an entry takes its predecessor's place. Cells before `fromMinute` are kept no more. */
export function moves(known: Entry | null, entry: Entry, fromMinute: number): CellChange[] {
  const changes: CellChange[] = [];
  const change = (of: Entry, sign: 1 | -1) => {
    const cell = cellOf(of);
    if (cell === null || (cell.minute !== openMinute && cell.minute < fromMinute)) return;
    changes.push({ ...cell, instances: sign, retries: sign * of.retryCount });
  };
  if (known !== null) change(known, -1);
  change(entry, 1);
  return changes;
}
