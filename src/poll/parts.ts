import type { SweepPart } from '../ledger/change.ts';
import type { LedgerState } from '../ledger/state.ts';
import { documentedOpenStatuses, undocumentedOpenStatus } from '../model/status.ts';

/** What a sweep is to read, and into which smaller parts it falls; pure. */

/** A run starts shortly after its creation, and may appear in the list shortly after that. */
const overlapMs = 60_000;

const whole: SweepPart = {
  fromMs: null,
  toMs: null,
  status: null,
  triggerType: null,
  oldestFirst: false,
  purpose: 'gap',
};

/** From the newest down to those started before `fromMs`. */
export function down(fromMs: number): SweepPart {
  return { ...whole, fromMs };
}

export function span(fromMs: number, toMs: number): SweepPart {
  return { ...whole, fromMs, toMs };
}

export function allOf(status: string): SweepPart {
  return { ...whole, status };
}

/** All that a new ledger must know: the window, what is open, and what has failed within the retention. */
export function everything(state: LedgerState, retentionMs: number, nowMs: number): SweepPart[] {
  const fromMs = state.fromMinute * 60_000 - overlapMs;
  const keptMs = nowMs - retentionMs;
  // Older failed runs may be retried: the growth of retry_count is known only if it was read before.
  const failed = { ...down(keptMs), status: 'FAILED' };
  const open = [...documentedOpenStatuses, undocumentedOpenStatus].map(allOf);
  return [down(fromMs), ...open, ...(keptMs < fromMs ? [failed] : [])];
}

/** Where the history begins that a ledger reads; in whole minutes. */
export function historyFrom(nowMs: number, retentionMs: number): number {
  return Math.floor((nowMs - retentionMs) / 60_000) * 60_000;
}

/**
 * What was created since then and before all that is read otherwise, timers first.
 *
 * @param only the trigger types that are to be read; none: all
 */
export function historyParts(
  { createdAtMs, fromMinute, profile: { dates } }: Pick<LedgerState, 'createdAtMs' | 'fromMinute' | 'profile'>,
  fromMs: number,
  only: readonly string[],
): SweepPart[] {
  const isByStart = dates !== undefined && dates.value !== 'unusable' && dates.value.field === 'start';
  // By their ends, what began before the lookback and ended within it lies later.
  const untilMs = isByStart ? Math.min(createdAtMs, fromMinute * 60_000) : createdAtMs;
  if (untilMs <= fromMs) return [];
  return historyTypes
    .filter((triggerType) => only.length === 0 || only.includes(triggerType))
    .map((triggerType) => ({ ...span(fromMs, untilMs + overlapMs), triggerType, purpose: 'history' }));
}

/** What has been created since the last complete tail. */
export function sinceLastTail({ lastTailMs, createdAtMs }: LedgerState): SweepPart {
  return down((lastTailMs ?? createdAtMs) - overlapMs);
}

/**
 * What must be read beside the gap after more changes than can be paged through: a deeper one is found by creation time if the instance
 * is new, and by status if it is open. Otherwise the instance had FAILED and was retried, so all FAILED ones are to be rechecked as well.
 */
export const hiddenByFlood: readonly SweepPart[] = [...documentedOpenStatuses, 'FAILED'].map(allOf);

export function isDated({ fromMs, toMs }: SweepPart): boolean {
  return fromMs !== null && toMs !== null;
}

/** Read without dates, from the newest instance down to those from before `fromMs`. */
export function isReadDown({ fromMs, toMs }: SweepPart): boolean {
  return fromMs !== null && toMs === null;
}

/** Whether it lists every instance, whatever its status, trigger type and time. */
export function isWhole({ toMs, status, triggerType }: SweepPart): boolean {
  return toMs === null && status === null && triggerType === null;
}

/** Whether one part reads all that another one does. */
export function covers(one: SweepPart, other: SweepPart): boolean {
  return isWhole(one) && (one.fromMs ?? Number.NEGATIVE_INFINITY) <= (other.fromMs ?? Number.NEGATIVE_INFINITY);
}

/** Whether one part was split off from another one that can't be read as a whole. */
export function isPartOf(one: SweepPart, whole: SweepPart): boolean {
  if (one.fromMs !== whole.fromMs || one.toMs !== whole.toMs) return false;
  const isWithin = <Name extends 'status' | 'triggerType'>(name: Name) =>
    whole[name] === null || whole[name] === one[name];
  const isSame =
    one.status === whole.status && one.triggerType === whole.triggerType && one.oldestFirst === whole.oldestFirst;
  return isWithin('status') && isWithin('triggerType') && !isSame && !whole.oldestFirst;
}

/** The narrowest slice that is halved: SecMaster's times are precise to the second at best. */
const narrowestMs = 2_000;
/** SecMaster keeps instances for 180 days (docs/secmaster-api.md#retention-and-paging-limits). */
const keptMs = 180 * 86_400_000;
const statuses = ['FINISHED', 'FAILED', 'TERMINATED', ...documentedOpenStatuses, undocumentedOpenStatus];
const triggerTypes = ['EVENT', 'TIMER', 'MANUAL', 'DEBUG'];
const historyTypes = ['TIMER', 'EVENT', 'MANUAL', 'DEBUG'];

export interface Splitting {
  /** null: from_date and to_date can't be used. */
  readonly dates: { readonly precisionMs: number } | null;
  readonly canFilterByStatus: boolean;
  readonly canSort: boolean;
  /** Rows of the part begin before this. */
  readonly untilMs: number;
  readonly nowMs: number;
}

export interface Split {
  readonly parts: readonly SweepPart[];
  /** Whether the parts hold all that the whole does. */
  readonly isWhole: boolean;
}

/** Smaller parts of one that holds more than can be paged through; none: nothing makes it smaller. */
export function split(part: SweepPart, { dates, canFilterByStatus, canSort, untilMs, nowMs }: Splitting): Split {
  const fromMs = part.fromMs ?? nowMs - keptMs;
  const toMs = part.toMs ?? untilMs;
  if (dates !== null && toMs - fromMs >= Math.max(narrowestMs, 2 * dates.precisionMs)) {
    const middleMs = Math.floor((fromMs + toMs) / 2_000) * 1_000;
    // The newer half first, because it matters more. Without dates so far: it may be small enough with them.
    const halves = isDated(part)
      ? [
          { ...part, fromMs: middleMs, toMs },
          { ...part, fromMs, toMs: middleMs },
        ]
      : [{ ...part, fromMs, toMs }];
    return { parts: halves, isWhole: true };
  }
  // No list of statuses or trigger types is known to have all of them, and what lies between both ends stays unread.
  if (part.status === null && canFilterByStatus)
    return { parts: statuses.map((status) => ({ ...part, status })), isWhole: false };
  if (part.triggerType === null)
    return { parts: triggerTypes.map((triggerType) => ({ ...part, triggerType })), isWhole: false };
  if (!part.oldestFirst && canSort) return { parts: [{ ...part, oldestFirst: true }], isWhole: false };
  return { parts: [], isWhole: false };
}
