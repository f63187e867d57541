import { SecMasterError } from '../secmaster/http/errors.ts';
import { messageOf } from './failure.ts';
import { historyFrom, historyParts } from './parts.ts';
import { createRest } from './rest.ts';
import type { Session } from './session.ts';
import type { Progress } from './slice.ts';
import { nextOfHistory, sweep } from './sweep.ts';
import { createSweepLog } from './sweep-log.ts';

/** Requests for history in one poll that need not bring a new instance each. */
export const maxHistoryRequests = 200;

/** Reads what ended before the ledger was created, for streaks and expected starts (docs/counting.md#history). */
export interface HistoryReader {
  /** Plans it once for each ledger. */
  plan(session: Session): Promise<void>;
  isPending(session: Session): Promise<boolean>;
  isUnderWay(): boolean;
  /** Reads on while there is time left. SecMaster's errors fail no poll. */
  read(session: Session, hasTimeLeft: () => boolean): Promise<void>;
}

const restMs = { firstMs: 60_000, maxMs: 3_600_000 };

/** @param elapsedMs the clock that nobody sets */
export function createHistoryReader(elapsedMs: () => number): HistoryReader {
  const rest = createRest(elapsedMs, restMs);
  const log = createSweepLog(elapsedMs, {
    progress: 'reading earlier runs',
    end: 'earlier runs have been read',
    problem: 'some earlier runs could not be read; failures in a row count from when the ledger was created',
  });
  let progress: Progress | null = null;
  let toldError: string | null = null;

  async function readOn(session: Session, hasTimeLeft: () => boolean): Promise<void> {
    const from = progress ?? (await nextOfHistory(session, log));
    // After an error, the part is read from its start.
    progress = null;
    if (from === null) return;
    const scope = { next: nextOfHistory, maxRequests: maxHistoryRequests };
    progress = await sweep(session, from, hasTimeLeft, log, scope);
    if (progress === null) log.ended(session);
  }

  async function giveUp(session: Session): Promise<void> {
    const refused = await nextOfHistory(session, log);
    if (refused === null) return;
    const outcome = { kind: 'given_up', knownSinceMs: session.ledger.state.createdAtMs, items: [] } as const;
    await session.ledger.commit({ kind: 'sweep_step', page: null, item: refused.item.key, outcome });
  }

  return {
    async plan({ ledger, secmaster, retentionMs }) {
      const { state } = ledger;
      if (state.historyFromMs !== null || state.generation === 0) return;
      const historyFromMs = historyFrom(secmaster.now(), retentionMs);
      const parts = historyParts(state, historyFromMs, secmaster.onlyTriggerTypes ?? []);
      await ledger.commit({ kind: 'sweep_planned', sweep: parts, recheck: null, historyFromMs });
    },
    isPending: async ({ ledger }) =>
      rest.isOver() && (await ledger.sweep()).some(({ purpose }) => purpose === 'history'),
    isUnderWay: log.isUnderWay,
    async read(session, hasTimeLeft) {
      if (!rest.isOver() || !hasTimeLeft()) return;
      try {
        await readOn(session, hasTimeLeft);
        rest.end();
        toldError = null;
      } catch (error) {
        if (!(error instanceof SecMasterError) || session.signal.aborted) throw error;
        if (error.kind === 'bad_request') await giveUp(session);
        const fields = { error: messageOf(error), retryInSeconds: rest.begin() / 1000 };
        session.log[error.kind === toldError ? 'debug' : 'warn'](fields, 'earlier runs could not be read');
        toldError = error.kind;
      }
    },
  };
}
