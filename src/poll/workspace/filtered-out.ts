import { isEnded } from '../../model/status.ts';
import type { FilteredOutRow } from '../../secmaster/api/secmaster.ts';

/** Rows in memory, at most. */
const maxRemembered = 20_000;

/**
 * Remembers filtered-out rows, because the ledger doesn't: if most rows are filtered out, only they tell a tail that it has caught up.
 * A restart loses them, so the first tail then reads further.
 */
export interface FilteredOut {
  /** As for rows of the ledger: changed since the last complete tail, settled, or neither. */
  judge(row: FilteredOutRow): 'changed' | 'settled' | 'unsettled';
  /** A tail is complete: the rows that it met are settled from now on. */
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
        // Moves it to the end: the oldest are dropped first.
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
