import type { SweepItem, SweepPart } from '../ledger/change.ts';
import { begunMs } from '../ledger/contribution.ts';
import type { Instance } from '../model/instance.ts';
import type { DatesFound } from '../model/profile.ts';
import { isEnded } from '../model/status.ts';
import type { Round } from '../secmaster/api/pager.ts';
import { down, isDated, isReadDown, isWhole, type Splitting, split } from './parts.ts';
import { type ListedPage, namesOf } from './session.ts';

/** What a page, and the end of a round, mean for the item of the sweep that they belong to. */
export type Verdict =
  /** Read the next page, read the item again from its start, or nothing: it is complete. */
  | { readonly kind: 'more' | 'again' | 'done' }
  /** Read these parts instead. */
  | { readonly kind: 'instead'; readonly parts: readonly SweepPart[] }
  /** SecMaster doesn't do what was asked for: read these parts instead, which don't need it. */
  | {
      readonly kind: 'contradicted';
      readonly by: 'dates' | 'statusFilter';
      readonly how: string;
      readonly parts: readonly SweepPart[];
    }
  /** It can't be read completely, but these parts of it can. */
  | { readonly kind: 'problem'; readonly problem: string; readonly parts: readonly SweepPart[] };

/** How much of an item has been read. A restart loses it and reads the item again. */
export interface Progress {
  readonly item: SweepItem;
  round: Round<ListedPage>;
  rounds: number;
  /** Ids that all rounds have met, and those of them that began after the item's start. */
  readonly met: Set<string>;
  readonly recent: Set<string>;
  /** Rows of the current round that began after the item's start. */
  recentRows: number;
  /** Of those, the instances that began from the item's start until the tail before. */
  readonly within: Set<string>;
  readonly untilMs: number;
  /** Pairs of neighbours of which the first began later, and of those in the other order. */
  descending: number;
  ascending: number;
  /** When the oldest one met began. */
  oldestMs: number | null;
  /** SecMaster's count on the last page. */
  count: number | null;
}

/** @param tailMs when the last complete tail began */
export function beginItem(item: SweepItem, round: Round<ListedPage>, tailMs: number): Progress {
  const sets = { met: new Set<string>(), recent: new Set<string>(), within: new Set<string>(), recentRows: 0 };
  return {
    item,
    round,
    rounds: 1,
    ...sets,
    untilMs: tailMs - slackMs,
    descending: 0,
    ascending: 0,
    oldestMs: null,
    count: null,
  };
}

/** A run starts shortly after its creation. */
const slackMs = 60_000;
/** Rounds over one item before giving up for now: its rows come in a different order each time. */
const maxRounds = 10;
/** Fewer rows than these prove nothing. */
const fewRows = 3;

/** Follows a page and judges its rows. */
export function judgePage(progress: Progress, page: ListedPage, context: Context): Verdict {
  const { item, met } = progress;
  const { dates, retentionFromMs } = context;
  follow(progress, page);
  for (const id of namesOf(page)) met.add(id);
  const { instances } = page;
  const isMost = (rows: readonly Instance[]) => rows.length >= fewRows && rows.length > instances.length / 2;
  if (item.status !== null && isMost(instances.filter(({ status }) => status !== item.status))) {
    const parts = [withoutStatus(item, retentionFromMs)];
    return { kind: 'contradicted', by: 'statusFilter', how: 'the list holds other statuses too', parts };
  }
  if (item.purpose === 'history' && isMost(instances.filter((one) => isOtherwise(one, item))))
    return { kind: 'instead', parts: [{ ...item, triggerType: null }] };
  if (isDated(item) && dates !== null && isMost(instances.filter((one) => isOutside(one, item, dates)))) {
    return { kind: 'contradicted', by: 'dates', how: 'the list holds other times too', parts: [undated(item)] };
  }
  const { nowMs, pageableRows } = context;
  if (pageableRows !== null && dates?.field === 'start' && (page.count ?? 0) >= pageableRows) {
    const { parts, isWhole: isAll } = split(item, { ...context, untilMs: nowMs + slackMs });
    if (isAll) return { kind: 'instead', parts };
  }
  const isBelow =
    isReadDown(item) && instances.length > 0 && instances.every((one) => beganBefore(one, item.fromMs ?? 0));
  return isBelow && isDescending(progress)
    ? judgeRound(progress, progress.recent.size >= progress.recentRows)
    : { kind: 'more' };
}

/** Whether it has another trigger type than the one asked for. */
function isOtherwise({ triggerType }: Instance, asked: SweepPart): boolean {
  return asked.triggerType !== null && triggerType !== '' && triggerType !== asked.triggerType;
}

function follow(progress: Progress, page: ListedPage): void {
  let before: number | null = null;
  const { fromMs } = progress.item;
  for (const instance of page.instances) {
    const { startTimeMs } = instance;
    if (!beganBefore(instance, fromMs ?? Number.NEGATIVE_INFINITY)) {
      progress.recent.add(instance.id);
      progress.recentRows++;
    }
    const begun = begunMs(instance) ?? Number.NEGATIVE_INFINITY;
    if (begun >= (fromMs ?? 0) && begun < progress.untilMs) progress.within.add(instance.id);
    if (startTimeMs === null) continue;
    if (before !== null && before !== startTimeMs) {
      if (before > startTimeMs) progress.descending++;
      else progress.ascending++;
    }
    before = startTimeMs;
    progress.oldestMs = Math.min(progress.oldestMs ?? startTimeMs, startTimeMs);
  }
  progress.count = page.count;
}

/** Some are out of order, because a retry may move the start. */
function isDescending({ descending, ascending }: Progress): boolean {
  return descending > 0 && ascending <= descending / 10;
}

export interface Context extends Omit<Splitting, 'dates' | 'untilMs'> {
  readonly dates: DatesFound | null;
  readonly retentionFromMs: number;
  /** If SecMaster counts so many or more, they are too many to be paged through; null: its count is not known to be right. */
  readonly pageableRows: number | null;
}

/** Judges the end of a round. */
export function judgeEnd(progress: Progress, context: Context): Verdict {
  const { item, round, oldestMs } = progress;
  const end = round.end();
  if (end === null) return { kind: 'more' };
  if (end.kind === 'incomplete')
    return { kind: 'problem', problem: end.problem ?? 'part of the list is missing', parts: [] };
  if (end.kind === 'bottom') {
    const untilMs =
      context.dates?.field === 'start' && isDescending(progress) && oldestMs !== null ? oldestMs : context.nowMs;
    const { parts, isWhole: isAll } = split(item, { ...context, untilMs: untilMs + slackMs });
    return isAll ? { kind: 'instead', parts } : { kind: 'problem', problem: end.problem ?? tooMany, parts };
  }
  return judgeRound(progress, progress.met.size >= round.rows());
}

/** Whether a round that has come to its end has met everything. Rows that came twice have others that didn't come. */
function judgeRound(progress: Progress, isAllMet: boolean): Verdict {
  const { round, rounds } = progress;
  // Rows that leave the list during the round shift others up, past the next page.
  if (round.hasShrunk()) forget(progress);
  else if (!round.isDisordered() || isAllMet) return { kind: 'done' };
  progress.recentRows = 0;
  return rounds < maxRounds
    ? { kind: 'again' }
    : { kind: 'problem', problem: 'SecMaster returns rows in changing order', parts: [] };
}

/** Nothing was listed, though something must have been. */
export function judgeEmpty({ rounds }: Progress): Verdict {
  if (rounds < maxRounds) return { kind: 'again' };
  return { kind: 'problem', problem: 'the list is empty, though instances of it are known', parts: [] };
}

function forget({ met, recent, within }: Progress): void {
  met.clear();
  recent.clear();
  within.clear();
}

const tooMany = 'more instances than can be paged through';

/** What a refusal of the item's first page means; null: nothing that can be read in another way. */
export function judgeRefusal(item: SweepPart, how: string, retentionFromMs: number): Verdict | null {
  if (item.purpose === 'history' && item.triggerType !== null)
    return { kind: 'instead', parts: [{ ...item, triggerType: null }] };
  if (isDated(item)) return { kind: 'contradicted', by: 'dates', how, parts: [undated(item)] };
  if (item.triggerType !== null) return { kind: 'done' };
  if (item.status === 'CREATED') return { kind: 'done' };
  if (item.status === null) return null;
  return { kind: 'contradicted', by: 'statusFilter', how, parts: [withoutStatus(item, retentionFromMs)] };
}

/** The same, read from the newest down. */
export function undated(part: SweepPart): SweepPart {
  return { ...part, toMs: null, oldestFirst: false };
}

/** A list that holds all of a status, and all others too. */
export function withoutStatus({ purpose, fromMs }: SweepPart, retentionFromMs: number): SweepPart {
  // To the minute, so that those of several statuses are the same.
  return { ...down(fromMs ?? Math.floor(retentionFromMs / 60_000) * 60_000), purpose };
}

/** Whether the item was every instance that there is. */
export function isWholeList({ item, round }: Progress): boolean {
  return isWhole(item) && round.end()?.kind === 'complete';
}

/** Whether an instance lies outside the slice by the time that the dates limit. */
function isOutside(instance: Instance, { fromMs, toMs }: SweepPart, { field, precisionMs }: DatesFound): boolean {
  const timeMs = field === 'start' ? instance.startTimeMs : instance.endTimeMs;
  if (timeMs === null || fromMs === null || toMs === null) return false;
  const slack = slackMs + (precisionMs > 1_000 ? 2 * precisionMs : 0);
  return timeMs < fromMs - slack || timeMs >= toMs + slack;
}

function beganBefore(instance: Instance, fromMs: number): boolean {
  const begun = begunMs(instance);
  // An open one of unknown start may have begun at any time.
  return begun !== null && begun < fromMs - slackMs && isEnded(instance);
}
