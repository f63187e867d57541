import type { EndedPoll, PollReport } from '../model/report.ts';
import { failureReasons, messageOf, reasonOf } from './failure.ts';

/** What has become of the polls since the process began, of one workspace or of one discovery. */
export interface PollHistory {
  /**
   * Takes a poll that has ended, with what made it fail or null.
   *
   * @returns whether that is something else than the poll before it ended with
   */
  end(poll: Omit<EndedPoll, 'error'>, error: unknown): boolean;
  report(): Pick<PollReport, 'count' | 'failures' | 'last' | 'recent' | 'lastSuccessMs'>;
}

/** Ended polls that are remembered. */
const maxRecent = 20;

export function createPollHistory(): PollHistory {
  // At 0 from the start, so that the first of each kind is seen to grow.
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
