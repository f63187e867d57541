import type { SweepPart } from '../ledger/change.ts';
import type { Session } from './session.ts';
import { createTicker, type Ticker } from './ticker.ts';

/** Logs how far a sweep has come, every ten seconds while it lasts. */
export interface SweepLog {
  /** After each page with its number of rows. */
  read(session: Session, rows: number): Promise<void>;
  /** Whether a sweep has begun that has not ended. */
  isUnderWay(): boolean;
  /** Why a part can't be read; a reason is told once an hour, however many parts it concerns. */
  problem(session: Session, problem: string, fields: object): void;
  /** There is nothing left to sweep. */
  ended(): void;
}

const tellAgainMs = 3_600_000;

/** @param now the local clock */
export function createSweepLog(now: () => number): SweepLog {
  let current: { readonly ticker: Ticker; requests: number; rows: number } | null = null;
  const told = new Map<string, number>();
  return {
    problem({ log }, problem, fields) {
      const toldMs = told.get(problem);
      const isNews = toldMs === undefined || Math.abs(now() - toldMs) >= tellAgainMs;
      if (isNews) told.set(problem, now());
      log[isNews ? 'warn' : 'debug']({ ...fields, problem }, 'part of the sweep could not be read completely');
    },
    async read({ ledger, log }, rows) {
      current ??= { ticker: createTicker(now), requests: 0, rows: 0 };
      current.requests += 1;
      current.rows += rows;
      if (!current.ticker.isDue()) return;
      const left = await ledger.sweep();
      const fields = { instances: current.rows, requests: current.requests, partsLeft: left.length, ...spanOf(left) };
      log.info(fields, 'history sweep in progress');
    },
    isUnderWay: () => current !== null,
    ended() {
      current = null;
    },
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
