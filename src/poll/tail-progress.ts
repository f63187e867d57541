import type { RoundEnd } from '../secmaster/api/pager.ts';
import type { ReadPage } from './session.ts';

/** How far a tail has come, and whether that is far enough; pure. */
export interface TailProgress {
  readonly rows: number;
  /** Settled rows in a row, counted back from the last one read. */
  readonly settled: number;
  readonly rejected: number;
  /** Rows in a row, counted back from the last one read, that come as the last tail began. */
  readonly same: number;
  /** Of the last tail's first rows, the one that comes next if they come as they did; null: they don't. */
  readonly next: number | null;
  readonly met: ReadonlySet<string>;
}

export const beginningOfTail: TailProgress = {
  rows: 0,
  settled: 0,
  rejected: 0,
  same: 0,
  next: 0,
  met: new Set(),
};

/**
 * Why a tail ends: the ledger is new, it has met what the previous tail left, SecMaster pages no deeper, or part of the list is
 * missing.
 */
export type TailEnd = 'first' | 'caught_up' | 'too_deep' | 'incomplete';

/**
 * Settled rows in a row that mean a tail has caught up. One is not enough: rows changed in the same millisecond come in any order.
 */
const settledRun = 50;

/** @param top the ids that the last complete tail began with */
export function follow(progress: TailProgress, page: ReadPage, top: readonly string[]): TailProgress {
  return {
    rows: progress.rows + page.ids.length,
    settled: settledAtEnd(progress.settled, page.rows),
    rejected: progress.rejected + page.rejected.length,
    ...sameAtEnd(progress, page, top),
  };
}

/**
 * A change moves a row to the top. So once rows come as the last tail began, but for those that were met above, nothing beneath has
 * changed, even if they are open and so never settled.
 */
function sameAtEnd(
  before: TailProgress,
  page: ReadPage,
  top: readonly string[],
): Pick<TailProgress, 'same' | 'next' | 'met'> {
  let { same, next } = before;
  const met = new Set(before.met);
  const news = new Set(page.news.map(({ id }) => id));
  for (const id of page.ids) {
    // Pushed down from the page before.
    if (id !== null && met.has(id)) continue;
    while (next !== null && met.has(top[next] ?? '')) next++;
    const isSame = next !== null && id !== null && id === top[next] && !news.has(id);
    if (isSame) {
      same++;
      next = (next ?? 0) + 1;
    } else if (same > 0) [same, next] = [0, null];
    if (id !== null) met.add(id);
  }
  return { same, next, met };
}

export interface TailState {
  readonly isFirst: boolean;
  /** Whether the ledger is so new that it has missed nothing; only the first tail uses it. */
  readonly isFresh: boolean;
  /** How the list ended; null: it goes on. */
  readonly roundEnd: RoundEnd['kind'] | null;
}

/** null: the tail reads on. */
export function endOfTail(
  { rows, settled, same }: TailProgress,
  { isFirst, isFresh, roundEnd }: TailState,
): TailEnd | null {
  if (isFirst) return roundEnd !== null || (isFresh && rows >= 2 * settledRun) ? 'first' : null;
  if (settled >= settledRun || same >= settledRun || roundEnd === 'complete') return 'caught_up';
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
