import type { SweepItem, SweepPart } from '../ledger/change.ts';
import type { Instance } from '../model/instance.ts';
import { isEnded } from '../model/status.ts';
import { maxOffset } from '../secmaster/api/secmaster.ts';
import type { ReadPage } from './session.ts';

/** What a page means for its item of the sweep; pure. */
export type Verdict =
  /** Read the next page, read the item again from its start, or nothing: it is complete. */
  | { readonly kind: 'more' | 'again' | 'done' }
  /** Read these items instead. */
  | { readonly kind: 'instead'; readonly items: readonly SweepPart[]; readonly warning: string | null }
  | { readonly kind: 'problem'; readonly problem: string };

/** How much of an item has been read. A restart loses it and reads the item again. */
export interface Progress {
  readonly item: SweepItem;
  readonly offset: number;
  readonly round: number;
  /** SecMaster's count at the round's first page. */
  readonly count: number | null;
  /** What all rounds have met of the item: ids, or a row's place if its id is unreadable. */
  readonly met: Set<string>;
}

/** The narrowest slice that is halved: SecMaster's times are precise to the second at best. */
const narrowestMs = 2_000;

/** SecMaster keeps instances for 180 days (docs/secmaster-api.md#retention-and-paging-limits). */
const keptMs = 180 * 86_400_000;

/** A run starts shortly after its creation. */
const slackMs = 60_000;

/** Rounds over one item before giving up for now: its rows come in a different order each time. */
const maxRounds = 10;

/** `met` already includes the page's rows. */
export function judge({ item, offset, round, count, met }: Progress, page: ReadPage, nowMs: number): Verdict {
  const { fromMs } = item;
  const isBelow = fromMs !== null && page.instances.some((instance) => endedBefore(instance, fromMs));
  if (isBelow && isDated(item)) return undated(item, 'SecMaster ignores from_date and to_date; sweeping without them');
  if (isBelow) return { kind: 'done' };
  // The count of an item without an end covers older instances too.
  const isTooMany = !isReadDown(item) && (page.count ?? 0) >= maxOffset;
  if (isTooMany || (!page.isLast && offset + page.size > maxOffset)) return halve(item, nowMs);
  if (!page.isLast) return { kind: 'more' };
  // Rows that leave the item during the round shift others up, past the next page.
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

/** Read without dates, from the newest instance down to those from before `fromMs`. */
export function isReadDown({ fromMs, toMs }: SweepPart): boolean {
  return fromMs !== null && toMs === null;
}

export function undated(item: SweepPart, warning: string): Verdict {
  return { kind: 'instead', items: [{ ...item, toMs: null }], warning };
}

/** Whether an instance started outside the slice: then the dates don't filter by start time. */
export function beginsOutside({ startTimeMs }: Instance, { fromMs, toMs }: SweepPart): boolean {
  if (startTimeMs === null || fromMs === null || toMs === null) return false;
  return startTimeMs < fromMs - slackMs || startTimeMs >= toMs + slackMs;
}

/** An instance that ended before the slice's start is not in it, whichever time the dates filter by. */
function endedBefore(instance: Instance, fromMs: number): boolean {
  return isEnded(instance) && instance.endTimeMs !== null && instance.endTimeMs < fromMs - slackMs;
}

function halve(item: SweepPart, nowMs: number): Verdict {
  const { fromMs, toMs } = item.fromMs === null ? { fromMs: nowMs - keptMs, toMs: nowMs } : item;
  if (fromMs === null || toMs === null || toMs - fromMs < narrowestMs) {
    return { kind: 'problem', problem: 'more instances than can be paged through' };
  }
  const middleMs = Math.floor((fromMs + toMs) / 2);
  // The newer half first, because it matters more.
  const items = [
    { ...item, fromMs: middleMs, toMs },
    { ...item, fromMs, toMs: middleMs },
  ];
  return { kind: 'instead', items, warning: null };
}
