import type { Batch, SweepItem } from '../ledger/store.ts';
import { isEnded } from '../model/status.ts';
import { maxOffset } from '../secmaster/api.ts';
import { commit, type ReadPage, readPage, type Session } from './session.ts';

/** The narrowest slice of time that is halved: SecMaster's times are sure to the second at best. */
const narrowestMs = 2_000;

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
  const item = items.find(({ problem }) => problem === null);
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
  const page = await readPage(session, { sortKey: 'create_time', sortDir: 'ASC', offset, ...limits(item) });
  for (const { id } of page.instances) met.add(id);
  for (const [i, { id }] of page.rejected.entries()) met.add(id ?? `${offset}+${i}`);

  const outcome = judge(progress, page);
  await commit(session, { ...page.batch, ...bookkeeping(item, outcome) });
  switch (outcome.kind) {
    case 'more':
      return { ...progress, offset: offset + page.size };
    case 'again':
      return { ...progress, offset: 0, round: round + 1 };
    case 'problem':
      session.log.warn({ ...limits(item), problem: outcome.problem }, 'a part of the sweep cannot be read completely');
      return null;
    default:
      return null;
  }
}

function limits({ fromMs, toMs, status }: SweepItem) {
  return {
    ...(fromMs === null ? {} : { fromMs }),
    ...(toMs === null ? {} : { toMs }),
    ...(status === null ? {} : { status }),
  };
}

type Outcome =
  | { readonly kind: 'more' | 'again' | 'done' | 'halve' }
  | { readonly kind: 'problem'; readonly problem: string };

/** What a page of an item means for it. `met` holds the page's rows already. */
function judge({ item, offset, round, met }: SweepProgress, page: ReadPage): Outcome {
  if (ignoresDates(item, page)) return { kind: 'problem', problem: 'SecMaster ignores from_date and to_date' };
  if ((page.count ?? 0) >= maxOffset || (!page.isLast && offset + page.size > maxOffset)) {
    const canHalve = item.fromMs !== null && item.toMs !== null && item.toMs - item.fromMs >= narrowestMs;
    return canHalve
      ? { kind: 'halve' }
      : { kind: 'problem', problem: 'more instances than SecMaster lets us page through' };
  }
  if (!page.isLast) return { kind: 'more' };
  if (page.count === null || met.size >= page.count) return { kind: 'done' };
  return round < mostRounds ? { kind: 'again' } : { kind: 'problem', problem: 'rows keep coming in another order' };
}

/** An instance that ended before the slice begins can't be in it, whichever of its times the slice is about. */
function ignoresDates({ fromMs }: SweepItem, { instances }: ReadPage): boolean {
  return (
    fromMs !== null &&
    instances.some(
      (instance) => isEnded(instance) && instance.endTimeMs !== null && instance.endTimeMs < fromMs - 60_000,
    )
  );
}

function bookkeeping(item: SweepItem, outcome: Outcome): Batch {
  if (outcome.kind === 'done') return { sweepDone: [item.key] };
  if (outcome.kind === 'problem') return { sweepProblem: { key: item.key, problem: outcome.problem } };
  if (outcome.kind !== 'halve' || item.fromMs === null || item.toMs === null) return {};
  const middleMs = Math.floor((item.fromMs + item.toMs) / 2);
  const half = { status: item.status, problem: null };
  return {
    sweepDone: [item.key],
    // The newer half first: it matters more.
    sweepAdd: [
      { ...half, fromMs: middleMs, toMs: item.toMs },
      { ...half, fromMs: item.fromMs, toMs: middleMs },
    ],
  };
}
