import type { SweepItem, SweepPart } from '../ledger/change.ts';
import type { Instance } from '../model/instance.ts';
import { isEnded } from '../model/status.ts';
import { maxOffset } from '../secmaster/api/secmaster.ts';
import type { ReadPage } from './session.ts';

/** What a page says about the item of the sweep that it belongs to; pure. */
export type Verdict =
  /** The next page follows, or the item is read once more from its start, or it has been read. */
  | { readonly kind: 'more' | 'again' | 'done' }
  /** Other items are read in its place. */
  | { readonly kind: 'instead'; readonly items: readonly SweepPart[]; readonly warning: string | null }
  | { readonly kind: 'problem'; readonly problem: string };

/** How far the reading of an item has come. It is lost on a restart: the item is read again. */
export interface Progress {
  readonly item: SweepItem;
  readonly offset: number;
  readonly round: number;
  /** SecMaster's count at the round's first page. */
  readonly count: number | null;
  /** What has been met of the item, in all rounds: ids, or a row's place where its id can't be read. */
  readonly met: Set<string>;
}

/** The narrowest slice of time that is halved: SecMaster's times are sure to the second at best. */
const narrowestMs = 2_000;

/** SecMaster keeps instances for 180 days (docs/secmaster-api.md#retention-and-paging-limits). */
const keptMs = 180 * 86_400_000;

/** A run begins a little after it was created. */
const slackMs = 60_000;

/** Rounds over one item before it is given up for now: its rows come in another order each time. */
const maxRounds = 10;

/** `met` holds the page's rows already. */
export function judge({ item, offset, round, count, met }: Progress, page: ReadPage, nowMs: number): Verdict {
  const { fromMs } = item;
  const isBelow = fromMs !== null && page.instances.some((instance) => endedBefore(instance, fromMs));
  if (isBelow && isDated(item)) return undated(item, 'SecMaster ignores from_date and to_date; sweeping without them');
  if (isBelow) return { kind: 'done' };
  // Of an item that is read down to a time, the count says nothing.
  const isTooMany = !isReadDown(item) && (page.count ?? 0) >= maxOffset;
  if (isTooMany || (!page.isLast && offset + page.size > maxOffset)) return halve(item, nowMs);
  if (!page.isLast) return { kind: 'more' };
  // Rows that leave the item while it is read move others up, past the page that is read next.
  const isShrunk = page.count !== null && count !== null && page.count < count;
  if (isShrunk) met.clear();
  else if (page.count === null || met.size >= page.count) return { kind: 'done' };
  return round < maxRounds
    ? { kind: 'again' }
    : { kind: 'problem', problem: 'SecMaster returns rows in changing order' };
}

export function isDated({ fromMs, toMs }: SweepPart): boolean {
  return fromMs !== null && toMs !== null;
}

/** Without dates, from the newest instance down to those of before `fromMs`. */
export function isReadDown({ fromMs, toMs }: SweepPart): boolean {
  return fromMs !== null && toMs === null;
}

export function undated(item: SweepPart, warning: string): Verdict {
  return { kind: 'instead', items: [{ ...item, toMs: null }], warning };
}

/** Whether an instance has begun elsewhere than in the slice: then its dates are not about that. */
export function beginsOutside({ startTimeMs }: Instance, { fromMs, toMs }: SweepPart): boolean {
  if (startTimeMs === null || fromMs === null || toMs === null) return false;
  return startTimeMs < fromMs - slackMs || startTimeMs >= toMs + slackMs;
}

/** Whichever of its times a slice is about, an instance that had ended before it began is not in it. */
function endedBefore(instance: Instance, fromMs: number): boolean {
  return isEnded(instance) && instance.endTimeMs !== null && instance.endTimeMs < fromMs - slackMs;
}

function halve(item: SweepPart, nowMs: number): Verdict {
  const { fromMs, toMs } = item.fromMs === null ? { fromMs: nowMs - keptMs, toMs: nowMs } : item;
  if (fromMs === null || toMs === null || toMs - fromMs < narrowestMs) {
    return { kind: 'problem', problem: 'more instances than can be paged through' };
  }
  const middleMs = Math.floor((fromMs + toMs) / 2);
  // The newer half first: it matters more.
  const items = [
    { ...item, fromMs: middleMs, toMs },
    { ...item, fromMs, toMs: middleMs },
  ];
  return { kind: 'instead', items, warning: null };
}
