import { isEnded } from '../model/status.ts';
import type { RoundEnd } from '../secmaster/api/pager.ts';
import type { ReadPage } from './session.ts';

/** How far a tail has come, and whether that is far enough; pure. */
export interface TailProgress {
  /** Rows of ended instances so far. */
  readonly ended: number;
  /** Settled rows in a row, counted back from the last one read. */
  readonly settled: number;
  /** Instances so far that were unknown. */
  readonly added: number;
  readonly rejected: number;
}

export const beginningOfTail: TailProgress = { ended: 0, settled: 0, added: 0, rejected: 0 };

/**
 * Why a tail ends: the ledger is new, it has met what the previous tail left, SecMaster pages no deeper, or part of the list is
 * missing.
 */
export type TailEnd = 'first' | 'caught_up' | 'too_deep' | 'incomplete';

/**
 * Settled rows in a row that mean a tail has caught up. One is not enough: rows changed in the same millisecond come in any order.
 */
const settledRun = 50;

export function follow({ ended, settled, added, rejected }: TailProgress, page: ReadPage): TailProgress {
  return {
    ended: ended + page.instances.filter(isEnded).length,
    settled: settledAtEnd(settled, page.rows),
    added: added + page.change.added,
    rejected: rejected + page.rejected.length,
  };
}

export interface TailState {
  readonly isFirst: boolean;
  /** Whether the ledger is so new that it has missed nothing; only the first tail uses it. */
  readonly isFresh: boolean;
  /** How the list ended; null: it goes on. */
  readonly roundEnd: RoundEnd['kind'] | null;
}

/** null: the tail reads on. */
export function endOfTail({ ended, settled }: TailProgress, { isFirst, isFresh, roundEnd }: TailState): TailEnd | null {
  if (isFirst) return roundEnd !== null || (isFresh && ended >= 2 * settledRun) ? 'first' : null;
  if (settled >= settledRun || roundEnd === 'complete') return 'caught_up';
  if (roundEnd === null) return null;
  // Beneath a settled row nothing has changed, if the order is the one asked for: audits find out whether it is.
  if (settled > 0) return 'caught_up';
  return roundEnd === 'bottom' ? 'too_deep' : 'incomplete';
}

function settledAtEnd(before: number, rows: ReadPage['rows']): number {
  let settled = before;
  for (const row of rows) {
    // An unchanged open row is no evidence either way: SecMaster may have touched it.
    if (row === 'changed') settled = 0;
    else if (row === 'settled') settled++;
  }
  return settled;
}
