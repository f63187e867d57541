import type { EndedPoll, PollReport } from '../model/report.ts';
import { failureReasons, messageOf, reasonOf } from './failure.ts';

/** The results of the polls since the process started, of one workspace or of one discovery. */
export interface PollHistory {
  /**
   * Adds an ended poll with its error, or null if it succeeded.
   *
   * @returns whether the result differs from that of the poll before
   */
  end(poll: Omit<EndedPoll, 'error'>, error: unknown): boolean;
  report(): Pick<PollReport, 'count' | 'failures' | 'last' | 'recent' | 'lastSuccessMs'>;
}

/** Ended polls to keep. */
const maxRecent = 20;

export function createPollHistory(): PollHistory {
  // Each starts at 0, so that rate() sees its first increase.
  const failures = new Map<string, number>(failureReasons.map((reason) => [reason, 0]));
  let recent: readonly EndedPoll[] = [];
  let lastSuccessMs: number | null = null;
  let count = 0;

  return {
    end(poll, caught) {
      const before = recent[0];
      const error = caught === null ? null : messageOf(caught);
      count++;
      recent = [{ ...poll, error }, ...recent].slice(0, maxRecent);
      if (caught === null) lastSuccessMs = poll.endedMs;
      else failures.set(reasonOf(caught), (failures.get(reasonOf(caught)) ?? 0) + 1);
      return before === undefined || error !== before.error;
    },
    report: () => ({ count, failures, last: recent[0] ?? null, recent, lastSuccessMs }),
  };
}
