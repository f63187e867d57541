import type { Batch, SweepItem, SweepPart } from '../ledger/store.ts';
import type { Instance } from '../model/instance.ts';
import { isEnded } from '../model/status.ts';
import { maxOffset } from '../secmaster/api.ts';
import { commit, type ReadPage, readPage, type Session } from './session.ts';

/** The narrowest slice of time that is halved: SecMaster's times are sure to the second at best. */
const narrowestMs = 2_000;

/** SecMaster keeps instances for 180 days (api/facts §2). */
const keptMs = 180 * 86_400_000;

/** When an item that couldn't be read completely is tried again. */
const retryMs = 3_600_000;

/** A run begins a little after it was created. */
const slackMs = 60_000;

/** Rounds over one slice before it is given up for now: its rows come in another order each time. */
const mostRounds = 10;

/** How far the reading of the item at the head of the list has come. It is lost on a restart: the item is read again. */
export interface SweepProgress {
  readonly item: SweepItem;
  readonly offset: number;
  readonly round: number;
  /** What has been met of the item, in all rounds: ids, or a row's place where its id can't be read. */
  readonly met: Set<string>;
}

/** The next item on the list that can be read, null where nothing is left to do. */
export async function nextItem(session: Session): Promise<SweepProgress | null> {
  const items = await session.store.sweep(session.state.ledger);
  const againMs = session.secmaster.now() - retryMs;
  const item = items.find(({ triedMs }) => triedMs === null || triedMs < againMs);
  return item === undefined ? null : { item, offset: 0, round: 1, met: new Set() };
}

/**
 * Works off what is to be swept, at least one page of it, until nothing is left or `mayGoOn` says no (design: one
 * poll, 3).
 *
 * @returns how far it came, to be handed in again
 */
export async function sweep(
  session: Session,
  from: SweepProgress,
  mayGoOn: () => boolean,
): Promise<SweepProgress | null> {
  let progress: SweepProgress | null = from;
  do {
    progress = (await readOn(session, progress)) ?? (await nextItem(session));
  } while (progress !== null && mayGoOn());
  return progress;
}

/** Reads one more page of an item; null once nothing more is to be done about it. */
async function readOn(session: Session, progress: SweepProgress): Promise<SweepProgress | null> {
  const { item, offset, round, met } = progress;
  const page = await readPage(session, { sortKey: 'create_time', offset, ...limits(item) });
  for (const { id } of page.instances) met.add(id);
  for (const [i, { id }] of page.rejected.entries()) met.add(id ?? `${offset}+${i}`);

  const outcome = judge(progress, page, session.secmaster.now());
  const dates = judgeDates(session, item, page);
  await commit(session, { ...page.batch, ...dates, ...bookkeeping(session, item, outcome) });
  if (outcome.kind === 'more') return { ...progress, offset: offset + page.size };
  if (outcome.kind === 'again') return { ...progress, offset: 0, round: round + 1 };
  if (outcome.kind === 'instead') session.log.warn(limits(item), outcome.reason);
  if (outcome.kind === 'problem') session.log.warn({ ...limits(item), problem: outcome.problem }, unreadable);
  return null;
}

const unreadable =
  'a part of the sweep cannot be read completely; it is tried again in an hour, as long as it is in the lookback';

function limits({ fromMs, toMs, status }: SweepItem) {
  return {
    // Without an end it is read without dates, from the newest on.
    sortDir: fromMs !== null && toMs === null ? ('DESC' as const) : ('ASC' as const),
    ...(fromMs === null || toMs === null ? {} : { fromMs, toMs }),
    ...(status === null ? {} : { status }),
  };
}

type Outcome =
  | { readonly kind: 'more' | 'again' | 'done' }
  /** Other items are read in its place. */
  | { readonly kind: 'instead'; readonly items: readonly SweepPart[]; readonly reason: string }
  | { readonly kind: 'problem'; readonly problem: string };

/** What a page of an item means for it. `met` holds the page's rows already. */
function judge({ item, offset, round, met }: SweepProgress, page: ReadPage, nowMs: number): Outcome {
  const isDated = item.fromMs !== null && item.toMs !== null;
  if (isDated && page.instances.some((instance) => endedBefore(instance, item.fromMs))) {
    const undated = { ...item, toMs: null };
    return {
      kind: 'instead',
      items: [undated],
      reason: 'SecMaster ignores from_date and to_date; sweeping without them',
    };
  }
  const isDeepEnough = item.toMs === null && page.instances.some((instance) => endedBefore(instance, item.fromMs));
  if (isDeepEnough) return { kind: 'done' };
  // Without dates the count says nothing about how deep the item is.
  const isTooMany = (item.toMs !== null || item.fromMs === null) && (page.count ?? 0) >= maxOffset;
  if (isTooMany || (!page.isLast && offset + page.size > maxOffset)) return halve(item, nowMs);
  if (!page.isLast) return { kind: 'more' };
  if (page.count === null || met.size >= page.count) return { kind: 'done' };
  return round < mostRounds ? { kind: 'again' } : { kind: 'problem', problem: 'rows keep coming in another order' };
}

/** Whichever of its times a slice is about, an instance that had ended before it began is not in it. */
function endedBefore(instance: Instance, fromMs: number | null): boolean {
  return fromMs !== null && isEnded(instance) && instance.endTimeMs !== null && instance.endTimeMs < fromMs - slackMs;
}

function halve(item: SweepItem, nowMs: number): Outcome {
  const { fromMs, toMs } = item.fromMs === null ? { fromMs: nowMs - keptMs, toMs: nowMs } : item;
  if (fromMs === null || toMs === null || toMs - fromMs < narrowestMs) {
    return { kind: 'problem', problem: 'more instances than SecMaster lets us page through' };
  }
  const middleMs = Math.floor((fromMs + toMs) / 2);
  // The newer half first: it matters more.
  const items = [
    { ...item, fromMs: middleMs, toMs },
    { ...item, fromMs, toMs: middleMs },
  ];
  return {
    kind: 'instead',
    items,
    reason: 'more instances than SecMaster lets us page through; sweeping them in halves',
  };
}

function bookkeeping({ secmaster, lookbackMs }: Session, item: SweepItem, outcome: Outcome): Batch {
  if (outcome.kind === 'more' || outcome.kind === 'again') return {};
  if (outcome.kind === 'instead') return { sweepDone: [item.key], sweepAdd: outcome.items };
  // What can't be read is given up once the gauges no longer look back on it.
  const nowMs = secmaster.now();
  const endMs = item.toMs ?? (item.fromMs ?? nowMs) + lookbackMs;
  const isOver = outcome.kind === 'done' || endMs < nowMs - lookbackMs;
  return isOver ? { sweepDone: [item.key] } : { sweepTried: { key: item.key, triedMs: nowMs } };
}

/**
 * What from_date and to_date limit is not documented. Whatever it is, what has begun in a slice of time lies in that slice or is
 * met by the tail or by its status; but only where it is the beginning can counts by date be compared (see audit.ts).
 */
function judgeDates({ state, log }: Session, { fromMs, toMs, status }: SweepItem, page: ReadPage): Batch {
  if (fromMs === null || toMs === null || status !== null || page.instances.length === 0) return {};
  const isOutside = ({ startTimeMs }: Instance) =>
    startTimeMs !== null && (startTimeMs < fromMs - slackMs || startTimeMs >= toMs + slackMs);
  const datesTrusted = !page.instances.some(isOutside);
  if (datesTrusted === state.datesTrusted) return {};
  if (!datesTrusted) log.warn('from_date and to_date limit something else than when instances begin; no audits');
  return { state: { datesTrusted } };
}
