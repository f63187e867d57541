import type { Recheck, SweepPart } from '../ledger/change.ts';
import type { Round } from '../secmaster/api/pager.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';
import { emptyList, isDoubtful } from './empty-list.ts';
import { orRefusal } from './or-refusal.ts';
import { covers, everything, hiddenByFlood, sinceLastTail } from './parts.ts';
import { foldInPieces } from './pieces.ts';
import { contradict } from './profile/contradict.ts';
import { isByCreation } from './profile/order.ts';
import {
  beginRound,
  commitSoFar,
  type FoldedRows,
  foldInstances,
  newestFirst,
  profileOf,
  type ReadPage,
  readPage,
  type Session,
} from './session.ts';
import { beginningOfTail, endOfTail, follow, type TailEnd } from './tail-progress.ts';

/** How long after its creation a ledger can't have missed anything. */
const freshMs = 60_000;

/** How many rows a page across an edge reaches back. */
const acrossRows = 50;

/** Pages of one tail; it reads on by sweeping. */
const maxPages = 200;

/** With a page across each edge. */
export const maxTailRequests = 2 * maxPages;

/**
 * Reads the latest changes, newest first, until it meets what the last complete tail left (docs/counting.md#tail).
 * The first tail of a new ledger reads little and schedules a sweep for the rest.
 */
export async function readTail(session: Session): Promise<void> {
  const { ledger, secmaster } = session;
  const isFirst = ledger.state.generation === 0;
  const begin = () => beginRound<ReadPage>(session, { isStrict: false, mayCount: true, maxRequests: maxPages });
  let round = begin();
  let hasDoubted = false;
  const ask = (place: { offset: number; limit: number }) =>
    readPage(session, { ...newestFirst(profileOf(session), 'update_time'), ...place }, foldInPieces);
  let progress = beginningOfTail;
  let count: number | null = null;
  let top: readonly string[] | null = null;
  let beganMs: number | null = null;

  for (;;) {
    const page = await round.next(ask);
    // SecMaster's time is known only from its first response on.
    beganMs ??= secmaster.now();
    if (round.met.size > 0) session.lastTail.emptySinceMs = null;
    else if (await isDoubtful(session)) {
      if (hasDoubted) throw emptyList();
      hasDoubted = true;
      round = begin();
      continue;
    }
    if (page !== null) {
      count ??= page.count;
      progress = follow(progress, page, session.lastTail.top);
      top ??= page.ids.flatMap((id) => id ?? []);
      await judgeOrder(session, page);
    }
    const left = page === null ? await foldInstances(session, []) : await leftOf(session, round, page);
    const isFresh = beganMs - ledger.state.createdAtMs < freshMs;
    const end = endOfTail(progress, { isFirst, isFresh, roundEnd: round.end()?.kind ?? null });
    if (end === null) {
      await commitSoFar(session, left);
      continue;
    }
    const isHidden = count !== null && hides(session, count, progress.rejected + left.change.added);
    if (isHidden) await doubtCount(session);
    const follows = await whatFollows(session, { end, round, isHidden, nowMs: beganMs });
    await ledger.commit({ kind: 'tail_ended', page: left.change, beganMs, ...follows });
    session.filteredOut.tailEnded();
    Object.assign(session.lastTail, { count, top: top ?? [], newer: new Set() });
    return;
  }
}

/** Audits are needed more often where the order shows no changes. */
async function judgeOrder(session: Session, { offset, instances }: ReadPage): Promise<void> {
  if (offset > 0 || profileOf(session).order?.value !== 'update_time' || !isByCreation(instances)) return;
  await contradict(session, 'order', 'create_time', 'the latest changes come by creation');
}

type ToCommit = Pick<FoldedRows, 'change' | 'unknown'>;

/** What is left to commit of a page. Rows that moved between two pages may be missing from both. A page across the edge shows them all. */
async function leftOf(session: Session, round: Round<ReadPage>, page: ReadPage): Promise<ToCommit> {
  if (!round.mayHaveSlipped()) return page;
  await commitSoFar(session, page);
  const offset = Math.max(0, page.offset - acrossRows);
  const order = newestFirst(profileOf(session), 'update_time');
  const across = await orRefusal(readPage(session, { ...order, offset, limit: session.pageLength.limit }));
  return across instanceof SecMasterError ? await foldInstances(session, []) : across;
}

/** Whether more instances were added, by SecMaster's own count, than tail and sweep have met: something keeps them from the top. */
function hides({ ledger, secmaster, lastTail }: Session, count: number, met: number): boolean {
  if (ledger.state.profile.count?.value !== 'exact' || secmaster.countsFilteredOut || lastTail.count === null)
    return false;
  return count - lastTail.count > met + lastTail.newer.size;
}

/** Times that a count may grow by more than a sweep then finds. */
const maxSurplus = 3;

async function doubtCount(session: Session): Promise<void> {
  const { lastTail } = session;
  lastTail.surplus = lastTail.found > 0 ? 1 : lastTail.surplus + 1;
  lastTail.found = 0;
  if (lastTail.surplus <= maxSurplus) return;
  await contradict(session, 'count', 'inexact', 'it grows by more than can be found');
  lastTail.surplus = 0;
}

interface Ended {
  readonly end: TailEnd;
  readonly round: Round<ReadPage>;
  readonly isHidden: boolean;
  readonly nowMs: number;
}

/** What a sweep and a recheck must still read. */
async function whatFollows(
  { ledger, log, retentionMs }: Session,
  { end, round, isHidden, nowMs }: Ended,
): Promise<{ readonly sweep: readonly SweepPart[]; readonly recheck: Recheck | null; readonly hasGap: boolean }> {
  const { state } = ledger;
  if (end === 'first') return { sweep: everything(state, retentionMs, nowMs), recheck: null, hasGap: true };
  const isDisordered = round.isDisordered() && state.profile.order?.value !== 'none';
  if (end === 'caught_up' && !isDisordered && !isHidden) return { sweep: [], recheck: null, hasGap: false };
  const gap = sinceLastTail(state);
  // While it can't be read, each poll would add another one.
  const isPending = (await ledger.sweep()).some((one) => one.purpose === 'gap' && covers(one, gap));
  if (end === 'too_deep') {
    if (!isPending) log.warn('more changes than can be paged through; sweeping');
    return { sweep: isPending ? hiddenByFlood : [gap, ...hiddenByFlood], recheck: { status: 'FAILED' }, hasGap: true };
  }
  if (isPending) return { sweep: [], recheck: null, hasGap: true };
  // Where the latest changes don't come first, each poll sweeps.
  const isUsual = state.profile.order?.value === 'none';
  if (isHidden)
    log[isUsual ? 'debug' : 'info']('SecMaster counts more new instances than its latest changes show; sweeping');
  if (end === 'incomplete')
    log.warn({ problem: round.end()?.problem }, 'the latest changes could not be read completely; sweeping');
  return { sweep: [gap], recheck: null, hasGap: true };
}
