import { isEnded } from '../../model/status.ts';
import type { LeftOutRow } from '../../secmaster/api/secmaster.ts';

/** Rows in memory, at most. */
const maxRemembered = 20_000;

/**
 * Remembers rows that have been filtered out, which the ledger doesn't: where most rows are, a tail couldn't tell without them
 * that it has caught up. It is lost on a restart; the first tail reads further then.
 */
export interface FilteredOut {
  /** What a row says to a tail, as for those of the ledger: changed since the last whole tail, settled, or neither. */
  judge(row: LeftOutRow): 'changed' | 'settled' | 'unsettled';
  /** A tail has run to its end: what it met is settled from now on. */
  tailEnded(): void;
}

export function createFilteredOut(): FilteredOut {
  const settled = new Set<string>();
  let met: string[] = [];
  return {
    judge(row) {
      if (!isEnded(row)) return 'unsettled';
      const text = JSON.stringify([row.id, row.status, row.endTimeMs, row.retryCount]);
      met.push(text);
      return settled.has(text) ? 'settled' : 'changed';
    },
    tailEnded() {
      for (const text of met) {
        // The latest stand last.
        settled.delete(text);
        settled.add(text);
      }
      met = [];
      for (const text of settled) {
        if (settled.size <= maxRemembered) break;
        settled.delete(text);
      }
    },
  };
}
