import type { SweepPart } from '../ledger/change.ts';
import type { Ask, Round } from '../secmaster/api/pager.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';
import { isDoubtful } from './empty-list.ts';
import { orRefusal } from './or-refusal.ts';
import { isDated, isWhole } from './parts.ts';
import { contradict } from './profile/contradict.ts';
import { beginRound, type ReadPage, readPage, type Session } from './session.ts';
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

function roundOver(session: Session, { purpose }: SweepPart): Round<ReadPage> {
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
    const step = await readOn(session, progress, sweepLog);
    requests += step.requests;
    added += step.added;
    await sweepLog.read(session, progress.item, step.rows);
    progress = step.isOver ? await next(session, sweepLog) : progress;
  } while (progress !== null && hasTimeLeft() && requests < maxRequests + added);
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
  if (page !== null) for (const id of newerIn(session, page)) session.lastTail.newer.add(id);
  if (item.purpose !== 'history') {
    // History says nothing of what the tails have missed.
    session.lastTail.found += page?.change.added ?? 0;
    session.onSwept(item, { requests, ...(page === null ? { late: 0, missed: 0 } : lateIn(session, page)) });
  }
  if (page?.offset === 0) await weighHalves(session, item, page, verdict);
  const outcome = await outcomeOf(session, progress, verdict);
  await session.ledger.commit({ kind: 'sweep_step', page: page?.change ?? null, item: item.key, outcome });
  if (verdict.kind === 'again') {
    progress.round = roundOver(session, item);
    progress.rounds++;
  }
  sweepLog.judged(session, item, verdict, outcome);
  if (verdict.kind === 'done') await compareWithLedger(session, progress);
  return {
    requests,
    rows: page?.ids.length ?? 0,
    added: page?.change.added ?? 0,
    isOver: outcome.kind !== 'more',
  };
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
