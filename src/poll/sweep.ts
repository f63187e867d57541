import type { SweepItem, SweepOutcome, SweepPart } from '../ledger/change.ts';
import { begunMs } from '../ledger/contribution.ts';
import { isEnded } from '../model/status.ts';
import type { Ask, Round } from '../secmaster/api/pager.ts';
import { type ListQuery, maxOffset } from '../secmaster/api/secmaster.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';
import { isDated, isPartOf, isWhole } from './parts.ts';
import { contradict } from './profile/contradict.ts';
import { beginRound, foldInstances, newestFirst, profileOf, type ReadPage, readPage, type Session } from './session.ts';
import {
  beginItem,
  type Context,
  isWholeList,
  judgeEnd,
  judgePage,
  judgeRefusal,
  type Progress,
  undated,
  type Verdict,
} from './slice.ts';
import type { SweepLog } from './sweep-log.ts';

/** How long to wait before another try at an item that could not be read completely. */
const retryMs = 3_600_000;

/** Of one round over one item. */
const maxRoundRequests = 1_200;

/** Requests of a sweep in one poll that need not bring a new instance each. */
export const maxSweepRequests = 400;

/** The next item to read; null if there is none. */
export async function nextItem(session: Session): Promise<Progress | null> {
  const { ledger, secmaster } = session;
  const againMs = secmaster.now() - retryMs;
  const due = (await ledger.sweep()).filter(({ triedMs }) => triedMs === null || triedMs < againMs);
  const over = due.filter((item) => item.triedMs !== null && isOver(session, item));
  for (const { key } of over)
    await ledger.commit({ kind: 'sweep_step', page: null, item: key, outcome: { kind: 'done' } });
  const item = due.find((one) => !over.includes(one));
  return item === undefined ? null : beginItem(item, roundOver(session, item), session.ledger.state.lastTailMs ?? 0);
}

function roundOver(session: Session, { purpose }: SweepPart): Round<ReadPage> {
  // An audit is to show whether SecMaster's count can be believed.
  return beginRound(session, { isStrict: true, mayCount: purpose === 'gap', maxRequests: maxRoundRequests });
}

/**
 * Sweeps at least one page, then more until nothing or no time is left (docs/counting.md#sweep).
 *
 * @returns how far it came, to pass in next time
 */
export async function sweep(
  session: Session,
  from: Progress,
  hasTimeLeft: () => boolean,
  sweepLog: SweepLog,
): Promise<Progress | null> {
  let progress: Progress | null = from;
  let requests = 0;
  let added = 0;
  do {
    const step = await readOn(session, progress, sweepLog);
    requests += step.requests;
    added += step.added;
    await sweepLog.read(session, step.rows);
    progress = step.isOver ? await nextItem(session) : progress;
  } while (progress !== null && hasTimeLeft() && requests < maxSweepRequests + added);
  return progress;
}

interface StepDone {
  readonly requests: number;
  readonly rows: number;
  readonly added: number;
  /** Whether the item needs no more pages. */
  readonly isOver: boolean;
}

/** Reads the next page of an item and concludes what it means. */
async function readOn(session: Session, progress: Progress, sweepLog: SweepLog): Promise<StepDone> {
  const { item } = progress;
  let requests = 0;
  const ask: Ask<ReadPage> = (place) => {
    requests++;
    return readPage(session, { ...queryOf(session, item), ...place });
  };
  const { page, verdict } = await readNext(session, progress, ask);
  if (verdict.kind === 'contradicted') await contradict(session, verdict.by, contradicted[verdict.by], verdict.how);
  session.lastTail.found += page?.change.added ?? 0;
  session.lastTail.newer = new Set([...session.lastTail.newer, ...newerIn(session, page)]);
  session.onSwept(item, { requests, missed: page === null ? 0 : missedIn(session, page) });
  if (page?.offset === 0) await weighHalves(session, item, page, verdict);
  const outcome = await outcomeOf(session, progress, verdict);
  await session.ledger.commit({ kind: 'sweep_step', page: page?.change ?? null, item: item.key, outcome });
  if (verdict.kind === 'again') {
    progress.round = roundOver(session, item);
    progress.rounds++;
  }
  tellProblem(session, sweepLog, item, verdict, outcome);
  if (verdict.kind === 'done') await compare(session, progress);
  return {
    requests,
    rows: page?.ids.length ?? 0,
    added: page?.change.added ?? 0,
    isOver: outcome.kind !== 'more',
  };
}

/** Both halves of a slice can't count more than the slice: then the count is not of what is listed. */
async function weighHalves(session: Session, item: SweepPart, { count }: ReadPage, verdict: Verdict): Promise<void> {
  const { halves } = session;
  const key = ({ fromMs, toMs, status }: SweepPart) => [fromMs, toMs, status].join();
  const half = halves.get(key(item));
  if (count === null) return;
  if (half !== undefined) {
    halves.delete(key(item));
    half.sum += count;
    if (half.sum > 1.5 * half.count) await contradict(session, 'count', 'inexact', 'halves count more than the whole');
  }
  if (verdict.kind !== 'instead') return;
  const halved = { count, sum: 0 };
  for (const part of verdict.parts) if (isDated(part)) halves.set(key(part), halved);
}

const contradicted = { dates: 'unusable', statusFilter: 'not_honoured' } as const;

async function readNext(
  session: Session,
  progress: Progress,
  ask: Ask<ReadPage>,
): Promise<{ readonly page: ReadPage | null; readonly verdict: Verdict }> {
  const { item, round } = progress;
  const context = contextOf(session);
  if (isDated(item) && context.dates === null)
    return { page: null, verdict: { kind: 'instead', parts: [undated(item)] } };
  const page = await round.next(ask).catch((error: unknown) => {
    const isRefused = error instanceof SecMasterError && error.kind === 'bad_request';
    const verdict = isRefused ? judgeRefusal(item, error.message, context.retentionFromMs) : null;
    if (verdict === null) throw error;
    return verdict;
  });
  if (page !== null && 'kind' in page) return { page: null, verdict: page };
  if (page?.offset === 0 && (await isKnownByCount(session, item, page))) return { page, verdict: { kind: 'done' } };
  const verdict: Verdict = page === null ? { kind: 'more' } : judgePage(progress, page, context);
  return { page, verdict: verdict.kind === 'more' ? judgeEnd(progress, context) : verdict };
}

/** Whether the ledger has all of a slice that can't be paged through: its parts have been read, by status and from both ends. */
async function isKnownByCount(session: Session, item: SweepItem, { count }: ReadPage): Promise<boolean> {
  const { fromMs, toMs, triedMs, status, triggerType } = item;
  const isCounted = profileOf(session).count?.value === 'exact' && count !== null;
  if (!isCounted || triedMs === null || fromMs === null || toMs === null || status !== null || triggerType !== null)
    return false;
  return (await session.ledger.begunWithin(fromMs, toMs)) >= count;
}

function contextOf(session: Session): Context {
  const { dates, statusFilter, order, count } = profileOf(session);
  const nowMs = session.secmaster.now();
  return {
    dates: dates === undefined || dates.value === 'unusable' ? null : dates.value,
    canFilterByStatus: statusFilter?.value !== 'not_honoured',
    canSort: order?.value !== 'default' && order?.value !== 'none',
    nowMs,
    retentionFromMs: nowMs - session.retentionMs,
    pageableRows: count?.value === 'exact' ? maxOffset : null,
  };
}

function queryOf(
  session: Session,
  { fromMs, toMs, status, triggerType, oldestFirst }: SweepPart,
): Omit<ListQuery, 'offset'> {
  const profile = profileOf(session);
  const order = newestFirst(profile, 'create_time');
  const dates = profile.dates?.value;
  const isDatable = dates !== undefined && dates !== 'unusable' && fromMs !== null && toMs !== null;
  return {
    ...order,
    ...(oldestFirst && { sortDir: 'ASC' as const }),
    // Dates that are cut to the day leave out the last day.
    ...(isDatable && {
      fromMs,
      toMs: toMs + (dates.precisionMs > 1_000 ? dates.precisionMs : 0),
      dateForm: dates.form,
    }),
    ...(status !== null && { status }),
    ...(triggerType !== null && { triggerType }),
  };
}

async function outcomeOf(session: Session, progress: Progress, verdict: Verdict): Promise<SweepOutcome> {
  const { item } = progress;
  switch (verdict.kind) {
    case 'more':
    case 'again':
      return { kind: 'more' };
    case 'done':
      return { kind: isWholeList(progress) ? 'all_done' : 'done' };
    case 'instead':
    case 'contradicted':
      return { kind: 'instead', items: verdict.parts };
    case 'problem': {
      if (isOver(session, item)) return { kind: 'done' };
      const tried = (await session.ledger.sweep()).filter(({ triedMs }) => triedMs !== null);
      // The whole is tried again, and its parts with it.
      if (tried.some((whole) => isPartOf(item, whole))) return { kind: 'instead', items: verdict.parts };
      return { kind: 'tried', atMs: session.secmaster.now(), items: verdict.parts };
    }
  }
}

/** An item that can't be read is dropped once it lies before the lookback. */
function isOver({ secmaster, lookbackMs }: Session, { fromMs, toMs }: SweepPart): boolean {
  const nowMs = secmaster.now();
  return (toMs ?? (fromMs ?? nowMs) + lookbackMs) < nowMs - lookbackMs;
}

/** Instances whose last news an earlier tail should have shown. */
function missedIn({ ledger: { state } }: Session, { news }: ReadPage): number {
  const { createdAtMs, lastTailMs } = state;
  const beforeMs = (lastTailMs ?? createdAtMs) - tailSlackMs;
  return news.filter((one) => {
    const timeMs = isEnded(one) ? one.endTimeMs : one.retryCount === 0 ? one.startTimeMs : null;
    return timeMs !== null && timeMs >= createdAtMs && timeMs < beforeMs;
  }).length;
}

const tailSlackMs = 60_000;

/** Instances that began after the last tail did; they are met by the sweep before any tail. */
function newerIn({ ledger: { state } }: Session, page: ReadPage | null): string[] {
  const afterMs = (state.lastTailMs ?? state.createdAtMs) - dateSlackMs;
  return (page?.news ?? []).filter((one) => (begunMs(one) ?? afterMs) >= afterMs).map(({ id }) => id);
}

/** SecMaster's time is known to the second. */
const dateSlackMs = 1_000;

function tellProblem(
  session: Session,
  sweepLog: SweepLog,
  item: SweepPart,
  verdict: Verdict,
  outcome: SweepOutcome,
): void {
  const { fromMs, toMs, status, triggerType } = item;
  const part = {
    ...(fromMs !== null && { from: new Date(fromMs).toISOString() }),
    ...(toMs !== null && { to: new Date(toMs).toISOString() }),
    ...(status !== null && { status }),
    ...(triggerType !== null && { triggerType }),
  };
  if (verdict.kind === 'contradicted') session.log.warn({ ...part, problem: verdict.how }, instead[verdict.by]);
  if (verdict.kind !== 'problem' || outcome.kind === 'instead') return;
  const retryInSeconds = outcome.kind === 'tried' ? retryMs / 1000 : null;
  sweepLog.problem(session, verdict.problem, { ...part, retryInSeconds });
}

const instead = {
  dates: 'SecMaster does not limit lists by from_date and to_date as expected; sweeping without them',
  statusFilter: 'SecMaster does not limit lists by status; sweeping without it',
};

/** What a completely read item says of SecMaster's count, and of instances that SecMaster no longer knows. */
async function compare(session: Session, { item, round, within, untilMs, count }: Progress): Promise<void> {
  const { ledger, lastTail } = session;
  const { state } = ledger;
  if (round.end()?.kind === 'complete' && count !== null && !round.isDisordered()) {
    if (count === round.rows()) lastTail.unequal = 0;
    else if (state.profile.count?.value === 'exact' && ++lastTail.unequal >= maxUnequal) {
      await contradict(session, 'count', 'inexact', `${count} of ${round.rows()} rows`);
    }
  }
  if (item.purpose !== 'audit' || !isWhole(item) || item.fromMs === null) return;
  // Purged ones are missing from the list: what it doesn't show is looked up.
  const recheck = { fromMs: item.fromMs, toMs: untilMs };
  if ((await ledger.begunWithin(recheck.fromMs, recheck.toMs)) <= within.size) return;
  await ledger.commit({ kind: 'sweep_planned', sweep: [], recheck });
  const { change } = await foldInstances(session, []);
  await ledger.commit({ kind: 'page', page: { ...change, seen: [...within] } });
}

/** Times that a count must be wrong to be disbelieved: a run may begin between a page and the next. */
const maxUnequal = 3;
