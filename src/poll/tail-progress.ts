import { isEnded } from '../model/status.ts';
import { maxOffset } from '../secmaster/api/secmaster.ts';
import type { ReadPage } from './session.ts';

/** How far a tail has come, and whether that is far enough; pure. */
export interface TailProgress {
  /** Of the next page. */
  readonly offset: number;
  /** Rows of ended instances so far. */
  readonly ended: number;
  /** Settled rows in a row, counted back from the last one read. */
  readonly settled: number;
  /** SecMaster's count on the last page. */
  readonly count: number | null;
  readonly met: ReadonlySet<string>;
  /** Ids of the last page. */
  readonly lastIds: readonly string[];
  /** Rows of one millisecond came in a different order, so some may be missing. */
  readonly isDisordered: boolean;
  /** Rows may have been lost between the last two pages. */
  readonly mayHaveSlipped: boolean;
}

export const beginningOfTail: TailProgress = {
  offset: 0,
  ended: 0,
  settled: 0,
  count: null,
  met: new Set(),
  lastIds: [],
  isDisordered: false,
  mayHaveSlipped: false,
};

/** Why a tail ends: the ledger is new, it has met what the previous tail left, or SecMaster pages no deeper. */
export type TailEnd = 'first' | 'caught_up' | 'too_deep';

/**
 * Settled rows in a row that mean a tail has caught up. One is not enough: rows changed in the same millisecond come in any order.
 */
const settledRun = 50;

export function follow(progress: TailProgress, page: ReadPage): TailProgress {
  const ids = page.instances.map(({ id }) => id);
  const order = orderOf(progress, ids);
  const isShrunk = page.count !== null && progress.count !== null && page.count < progress.count;
  return {
    offset: progress.offset + page.size,
    ended: progress.ended + page.instances.filter(isEnded).length,
    settled: settledAtEnd(progress.settled, page.rows),
    count: page.count,
    met: progress.met.union(new Set(ids)),
    lastIds: ids,
    isDisordered: progress.isDisordered || order === 'disordered',
    mayHaveSlipped: order === 'pushed' || isShrunk,
  };
}

/** @param isFresh whether the ledger is so new that it has missed nothing; only the first tail uses it */
export function endOfTail(
  { offset, ended, settled }: TailProgress,
  page: ReadPage,
  { isFirst, isFresh }: { readonly isFirst: boolean; readonly isFresh: boolean },
): TailEnd | null {
  const isDeepest = offset > maxOffset;
  if (isFirst && (page.isLast || isDeepest || (isFresh && ended >= 2 * settledRun))) return 'first';
  if (page.isLast || settled >= settledRun) return 'caught_up';
  return isDeepest ? 'too_deep' : null;
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

/**
 * New changes push rows down during paging, so a page starts with the rows that the page before ended with. Rows that repeat in any
 * other way are rows of one millisecond in a different order.
 */
function orderOf({ met, lastIds }: TailProgress, ids: readonly string[]): 'new' | 'pushed' | 'disordered' {
  const again = ids.filter((id) => met.has(id)).length;
  if (again === 0) return 'new';
  return lastIds.slice(-again).join() === ids.slice(0, again).join() ? 'pushed' : 'disordered';
}
