import type { SweepOutcome, SweepPart } from '../ledger/change.ts';
import type { Session } from './session.ts';
import type { Verdict } from './slice.ts';
import { datesIgnored } from './sweep-evidence.ts';
import { retryMs } from './sweep-outcome.ts';
import { createTicker, type Ticker } from './ticker.ts';

/** Logs how far a sweep has come, every ten seconds while it lasts. */
export interface SweepLog {
  /** After each page of an item with its number of rows. */
  read(session: Session, item: SweepPart, rows: number): Promise<void>;
  /** Whether a sweep has begun that has not ended. */
  isUnderWay(): boolean;
  /** Tells why an item can't be read: a reason once an hour, however many items it concerns. */
  judged(session: Session, item: SweepPart, verdict: Verdict, outcome: SweepOutcome): void;
  /** A part is dropped unread: told with `tellGivenUp`. */
  gaveUp(item: SweepPart): void;
  /** Tells, in one line, which span was dropped unread since the last time: its runs may be missing for good. */
  tellGivenUp(session: Session): void;
  /** There is nothing left to sweep: news of the first one, and of one whose progress was told. */
  ended(session: Session): void;
}

const tellAgainMs = 3_600_000;

/** What its lines say. */
export interface SweepWords {
  readonly progress: string;
  readonly end: string;
  readonly problem: string;
}

/** Counters and streaks may lack what began then. */
export const gapGivenUp =
  'a part that could not be read now lies before the lookback and is given up; runs that began in it may never be counted';

const ofSweep: SweepWords = {
  progress: 'history sweep in progress',
  end: 'history sweep complete',
  problem: 'part of the sweep could not be read completely',
};
const instead = { dates: datesIgnored, statusFilter: 'SecMaster does not limit lists by status; sweeping without it' };

/** @param elapsedMs the clock that nobody sets */
export function createSweepLog(elapsedMs: () => number, words = ofSweep): SweepLog {
  let current: { readonly ticker: Ticker; requests: number; rows: number; isAudit: boolean } | null = null;
  const told = new Map<string, number>();
  let givenUp: SweepPart[] = [];
  let isEndNews = true;

  function gaveUp(item: SweepPart): void {
    // An audit has been read before, and history counts nothing.
    if (item.purpose === 'gap') givenUp.push(item);
  }

  return {
    judged({ log }, item, verdict, outcome) {
      if (verdict.kind === 'contradicted') log.warn({ ...partOf(item), problem: verdict.how }, instead[verdict.by]);
      if (outcome.kind === 'given_up') gaveUp(item);
      if (verdict.kind !== 'problem' || outcome.kind === 'instead') return;
      const { problem } = verdict;
      const toldMs = told.get(problem);
      const isNews = toldMs === undefined || elapsedMs() - toldMs >= tellAgainMs;
      if (isNews) told.set(problem, elapsedMs());
      const retryInSeconds = outcome.kind === 'tried' ? retryMs / 1000 : null;
      log[isNews ? 'warn' : 'debug']({ ...partOf(item), problem, retryInSeconds }, words.problem);
    },
    gaveUp,
    tellGivenUp({ log }) {
      if (givenUp.length === 0) return;
      const { leftFrom: from, leftTo: to } = spanOf(givenUp);
      log.warn({ parts: givenUp.length, from, to }, gapGivenUp);
      givenUp = [];
    },
    async read({ ledger, log }, { purpose }, rows) {
      current ??= { ticker: createTicker(elapsedMs), requests: 0, rows: 0, isAudit: true };
      current.requests += 1;
      current.rows += rows;
      current.isAudit &&= purpose === 'audit';
      if (!current.ticker.isDue()) return;
      isEndNews ||= !current.isAudit;
      const left = await ledger.sweep();
      const fields = { instances: current.rows, requests: current.requests, partsLeft: left.length, ...spanOf(left) };
      log.info(fields, current.isAudit ? 'audit in progress' : words.progress);
    },
    isUnderWay: () => current !== null,
    ended({ log }) {
      if (current?.isAudit === false) {
        log[isEndNews ? 'info' : 'debug'](words.end);
        isEndNews = false;
      }
      current = null;
    },
  };
}

function partOf({ fromMs, toMs, status, triggerType }: SweepPart) {
  return {
    ...(fromMs !== null && { from: new Date(fromMs).toISOString() }),
    ...(toMs !== null && { to: new Date(toMs).toISOString() }),
    ...(status !== null && { status }),
    ...(triggerType !== null && { triggerType }),
  };
}

/** Parts without dates have no span. */
function spanOf(parts: readonly SweepPart[]): { leftFrom?: string; leftTo?: string } {
  const from = parts.flatMap(({ fromMs }) => fromMs ?? []);
  const to = parts.flatMap(({ toMs }) => toMs ?? []);
  return {
    ...(from.length > 0 && { leftFrom: new Date(Math.min(...from)).toISOString() }),
    ...(to.length > 0 && { leftTo: new Date(Math.max(...to)).toISOString() }),
  };
}
