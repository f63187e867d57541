import type { SweepItem, SweepOutcome, SweepPart } from '../ledger/change.ts';
import { type Ask, maxStepRequests, type Round } from '../secmaster/api/pager.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';
import { isDoubtful } from './empty-list.ts';
import { orRefusal } from './or-refusal.ts';
import { isDated, isWhole } from './parts.ts';
import { contradict } from './profile/contradict.ts';
import { beginRound, foldPages, type ListedPage, listPage, type Session } from './session.ts';
import {
  beginItem,
  judgeEmpty,
  judgeEnd,
  judgePage,
  judgeRefusal,
  type Progress,
  undated,
  type Verdict,
  withoutStatus,
} from './slice.ts';
import { compareWithLedger, isKnownByCount, lateIn, newerIn, weighHalves } from './sweep-evidence.ts';
import type { SweepLog } from './sweep-log.ts';
import { givenUp, isOver, outcomeOf, retryMs } from './sweep-outcome.ts';
import { contextOf, queryOf } from './sweep-query.ts';

/** Of one round over one item. */
const maxRoundRequests = 1_200;

/** Requests of a sweep in one poll that need not bring a new instance each. */
export const maxSweepRequests = 400;

/** Pages that one commit writes: with more, a scrape would wait for it. */
const pagesAtOnce = 4;

/** The last page of a step may take several requests. */
export const maxSweepStepRequests = pagesAtOnce - 1 + maxStepRequests;

/** The next item to read, history apart; null if there is none. */
export function nextItem(session: Session, log: SweepLog): Promise<Progress | null> {
  return nextWhere(session, log, ({ purpose }) => purpose !== 'history');
}

/** The next item of the history: timers first, also where their list had to be split. */
export async function nextOfHistory(session: Session, log: SweepLog): Promise<Progress | null> {
  const isHistory = ({ purpose }: SweepPart) => purpose === 'history';
  const ofTimers = await nextWhere(session, log, (item) => isHistory(item) && item.triggerType === 'TIMER');
  return ofTimers ?? nextWhere(session, log, isHistory);
}

async function nextWhere(
  session: Session,
  log: SweepLog,
  isWanted: (item: SweepPart) => boolean,
): Promise<Progress | null> {
  const { ledger, secmaster } = session;
  const nowMs = secmaster.now();
  // Tried in the future: by a clock that was wrong.
  const isDue = (triedMs: number) => triedMs < nowMs - retryMs || triedMs > nowMs;
  const items = (await ledger.sweep()).filter(isWanted);
  const due = items.filter(({ triedMs }) => triedMs === null || isDue(triedMs));
  const over = due.filter((item) => item.triedMs !== null && isOver(session, item));
  for (const item of over) {
    await ledger.commit({ kind: 'sweep_step', page: null, item: item.key, outcome: givenUp(session, item, []) });
    log.gaveUp(item);
  }
  const item = due.find((one) => !over.includes(one));
  return item === undefined ? null : beginItem(item, roundOver(session, item), session.ledger.state.lastTailMs ?? 0);
}

function roundOver(session: Session, { purpose }: SweepPart): Round<ListedPage> {
  // An audit is to show whether SecMaster's count can be believed.
  return beginRound(session, { isStrict: true, mayCount: purpose !== 'audit', maxRequests: maxRoundRequests });
}

/** Which items are swept, and with how many requests that need not bring a new instance each. */
export interface Scope {
  readonly next: (session: Session, log: SweepLog) => Promise<Progress | null>;
  readonly maxRequests: number;
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
  { next, maxRequests }: Scope = { next: nextItem, maxRequests: maxSweepRequests },
): Promise<Progress | null> {
  let progress: Progress | null = from;
  let requests = 0;
  let added = 0;
  do {
    const step = await readOn(session, progress, hasTimeLeft, sweepLog);
    requests += step.requests;
    added += step.added;
    progress = step.isOver ? await next(session, sweepLog) : progress;
  } while (progress !== null && hasTimeLeft() && requests < maxRequests + added);
  return progress;
}

interface StepDone {
  readonly requests: number;
  readonly added: number;
  /** Whether the item needs no more pages. */
  readonly isOver: boolean;
}

/** Reads the next pages of an item, concludes what they mean, and commits both together. */
async function readOn(
  session: Session,
  progress: Progress,
  hasTimeLeft: () => boolean,
  sweepLog: SweepLog,
): Promise<StepDone> {
  const { item } = progress;
  const pages: ListedPage[] = [];
  let requests = 0;
  const ask: Ask<ListedPage> = (place) => {
    requests++;
    return listPage(session, { ...queryOf(session, item), ...place });
  };
  let verdict: Verdict;
  try {
    do {
      const read = await readNext(session, progress, ask);
      verdict = read.verdict;
      await sweepLog.read(session, item, read.page?.ids.length ?? 0);
      if (read.page === null) break;
      pages.push(read.page);
      if (read.page.offset === 0) await weighHalves(session, item, read.page, verdict);
    } while (verdict.kind === 'more' && requests < pagesAtOnce && hasTimeLeft());
  } catch (error) {
    // What was read before SecMaster failed is counted.
    if (error instanceof SecMasterError && !session.signal.aborted && pages.length > 0)
      await commitStep(session, item, pages, requests, { kind: 'more' });
    throw error;
  }
  if (verdict.kind === 'contradicted') await contradict(session, verdict.by, contradicted[verdict.by], verdict.how);
  const outcome = await outcomeOf(session, progress, verdict);
  const added = await commitStep(session, item, pages, requests, outcome);
  if (verdict.kind === 'again') {
    progress.round = roundOver(session, item);
    progress.rounds++;
  }
  sweepLog.judged(session, item, verdict, outcome);
  if (verdict.kind === 'done') await compareWithLedger(session, progress);
  return { requests, added, isOver: outcome.kind !== 'more' };
}

/** @returns how many of the instances were unknown */
async function commitStep(
  session: Session,
  item: SweepItem,
  pages: readonly ListedPage[],
  requests: number,
  outcome: SweepOutcome,
): Promise<number> {
  const { ledger, lastTail, onSwept } = session;
  const folded = pages.length === 0 ? null : await foldPages(session, pages);
  if (folded !== null) for (const id of newerIn(session, folded)) lastTail.newer.add(id);
  const added = folded?.change.added ?? 0;
  if (item.purpose !== 'history') {
    // History says nothing of what the tails have missed.
    lastTail.found += added;
    onSwept(item, { requests, ...(folded === null ? { late: 0, missed: 0 } : lateIn(session, folded)) });
  }
  await ledger.commit({ kind: 'sweep_step', page: folded?.change ?? null, item: item.key, outcome });
  return added;
}

const contradicted = { dates: 'unusable', statusFilter: 'not_honoured' } as const;

async function readNext(
  session: Session,
  progress: Progress,
  ask: Ask<ListedPage>,
): Promise<{ readonly page: ListedPage | null; readonly verdict: Verdict }> {
  const { item, round } = progress;
  const context = contextOf(session);
  if (isDated(item) && context.dates === null)
    return { page: null, verdict: { kind: 'instead', parts: [undated(item)] } };
  if (item.status !== null && !context.canFilterByStatus)
    return { page: null, verdict: { kind: 'instead', parts: [withoutStatus(item, context.retentionFromMs)] } };
  const page = await orRefusal(round.next(ask));
  if (page instanceof SecMasterError) {
    const verdict = judgeRefusal(item, page.message, context.retentionFromMs);
    if (verdict === null) throw page;
    return { page: null, verdict };
  }
  if (page?.offset === 0 && (await isKnownByCount(session, item, page))) return { page, verdict: { kind: 'done' } };
  const verdict: Verdict = page === null ? { kind: 'more' } : judgePage(progress, page, context);
  const final = verdict.kind === 'more' ? judgeEnd(progress, context) : verdict;
  const isEmpty = final.kind === 'done' && isWhole(item) && progress.met.size === 0;
  return { page, verdict: isEmpty && (await isDoubtful(session)) ? judgeEmpty(progress) : final };
}
