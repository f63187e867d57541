import type { SweepPart } from '../ledger/change.ts';
import type { Session } from './session.ts';
import { createTicker, type Ticker } from './ticker.ts';

/** Logs how far a sweep has come, every ten seconds while it lasts. */
export interface SweepLog {
  /** After each page with its number of rows. */
  read(session: Session, rows: number): Promise<void>;
  /** Whether a sweep has begun that has not ended. */
  isUnderWay(): boolean;
  /** There is nothing left to sweep. */
  ended(): void;
}

/** @param now the local clock */
export function createSweepLog(now: () => number): SweepLog {
  let current: { readonly ticker: Ticker; requests: number; rows: number } | null = null;
  return {
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
