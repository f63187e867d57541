import { isEnded } from '../model/status.ts';
import { maxOffset } from '../secmaster/api/secmaster.ts';
import type { ReadPage } from './session.ts';

/** How far a tail has come, and when it has come far enough; pure. */
export interface TailProgress {
  /** Of the page that comes next. */
  readonly offset: number;
  /** Rows of ended instances so far. */
  readonly ended: number;
  /** Settled rows one after another at the end of what has been read. */
  readonly settled: number;
  /** SecMaster's count on the page that was read last. */
  readonly count: number | null;
  readonly met: ReadonlySet<string>;
  /** Ids of the page that was read last. */
  readonly lastIds: readonly string[];
  /** Rows of one millisecond have come in another order, so that some may not have come at all. */
  readonly isDisordered: boolean;
  /** Rows may have slipped over the edge between the last two pages. */
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

/** Why a tail ends: its ledger has just been made, it has met what the one before has left, or SecMaster pages no deeper. */
export type TailEnd = 'first' | 'caught_up' | 'too_deep';

/**
 * Settled rows one after another that say a tail has caught up. One alone would not do: rows changed in the same
 * millisecond come in any order.
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

/** @param isFresh whether the ledger was made so lately that it has missed nothing; only the first tail asks */
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
    // An open row that looks unchanged says nothing either way: SecMaster may have touched it.
    if (row === 'changed') settled = 0;
    else if (row === 'settled') settled++;
  }
  return settled;
}

/**
 * New changes push rows down while we page, so that a page begins with rows that the one before ended with. Rows that come twice
 * in any other way are rows of one millisecond in another order.
 */
function orderOf({ met, lastIds }: TailProgress, ids: readonly string[]): 'new' | 'pushed' | 'disordered' {
  const again = ids.filter((id) => met.has(id)).length;
  if (again === 0) return 'new';
  return lastIds.slice(-again).join() === ids.slice(0, again).join() ? 'pushed' : 'disordered';
}
