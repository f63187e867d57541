import { noDetails } from '../model/instance.ts';
import type { Labels } from '../model/snapshot.ts';
import { isEnded } from '../model/status.ts';
import type { Entry } from './entry.ts';
import { readCounts, readDetails } from './stored-json.ts';

/** A row of the table `instance`, but for its label set and when it was seen. */
export interface StoredInstance {
  readonly id: string;
  readonly status: string;
  readonly start_time_ms: number | null;
  readonly end_time_ms: number | null;
  readonly retry_count: number;
  readonly gone: boolean;
  readonly open: boolean;
  readonly recheck: boolean;
  readonly changed_in: number;
  readonly counted_started: number;
  readonly counted_retries: number;
  /** JSON, as the next ones. */
  readonly counted_ends: string;
  readonly counted_timed: string;
  readonly last_end_ms: number | null;
  readonly last_end_retry_count: number | null;
  readonly last_end_ends: string | null;
  readonly details: string | null;
}

export function storeInstance(entry: Entry): StoredInstance {
  const { counted, lastEnd, details } = entry;
  return {
    id: entry.id,
    status: entry.status,
    start_time_ms: entry.startTimeMs,
    end_time_ms: entry.endTimeMs,
    retry_count: entry.retryCount,
    gone: entry.gone,
    open: !isEnded(entry) && !entry.gone,
    recheck: entry.recheck,
    changed_in: entry.changedIn,
    counted_started: counted.started,
    counted_retries: counted.retries,
    counted_ends: JSON.stringify([...counted.ends]),
    counted_timed: JSON.stringify([...counted.timed]),
    last_end_ms: lastEnd?.endTimeMs ?? null,
    last_end_retry_count: lastEnd?.retryCount ?? null,
    last_end_ends: lastEnd === null ? null : JSON.stringify([...lastEnd.ends]),
    details: details === noDetails ? null : JSON.stringify(details),
  };
}

/** @param row with 0 and 1 for false and true, where a database has no others */
export function readInstance(
  row: Omit<StoredInstance, 'gone' | 'open' | 'recheck'> & Record<'gone' | 'recheck', boolean | number>,
  labels: Labels,
): Entry {
  return {
    id: row.id,
    labels,
    details: readDetails(row.details),
    status: row.status,
    startTimeMs: row.start_time_ms,
    endTimeMs: row.end_time_ms,
    retryCount: row.retry_count,
    changedIn: row.changed_in,
    gone: Boolean(row.gone),
    recheck: Boolean(row.recheck),
    counted: {
      started: row.counted_started,
      retries: row.counted_retries,
      ends: readCounts(row.counted_ends),
      timed: readCounts(row.counted_timed),
    },
    lastEnd:
      row.last_end_ms === null
        ? null
        : {
            endTimeMs: row.last_end_ms,
            retryCount: row.last_end_retry_count ?? 0,
            ends: readCounts(row.last_end_ends ?? '[]'),
          },
  };
}
