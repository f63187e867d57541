import type { Ledger, LedgerReads } from '../../ledger/store.ts';
import { type HourOfRuns, shownHours } from '../../model/hour-of-runs.ts';

const hourMs = 3_600_000;
/** Reading takes at most this part of the time, however many runs there are. */
const maxShare = 0.01;

export interface Sources {
  /** Whose reads these are: what was kept of another handle holds no more. */
  readonly ledger: Ledger;
  readonly reads: LedgerReads;
  /** The current name of a label. */
  readonly current: (label: string) => string;
}

/** The hours before now of each playbook. It keeps what it has read, and reads again only where something may have changed. */
export interface Hours {
  read(sources: Sources, nowMs: number): Promise<readonly HourOfRuns[]>;
}

export function createHours(elapsedMs: () => number): Hours {
  let known: readonly HourOfRuns[] = [];
  let knownOf: { readonly ledger: Ledger; readonly touched: LedgerReads['touched']; readonly fromHour: number } | null =
    null;
  let dueMs = 0;

  return {
    async read({ ledger, reads, current }, nowMs) {
      const toHour = Math.floor(nowMs / hourMs) + 1;
      const fromHour = toHour - shownHours;
      const { touched } = reads;
      const isOfNow = knownOf?.ledger === ledger && knownOf.fromHour === fromHour;
      const beganMs = elapsedMs();
      if (isOfNow && (knownOf?.touched === touched || beganMs < dueMs)) return known;
      known = hoursOf(await reads.startsByHour(fromHour, toHour), current);
      knownOf = { ledger, touched, fromHour };
      const endedMs = elapsedMs();
      dueMs = endedMs + (endedMs - beganMs) / maxShare;
      return known;
    },
  };
}

function hoursOf(
  starts: Awaited<ReturnType<LedgerReads['startsByHour']>>,
  current: (label: string) => string,
): readonly HourOfRuns[] {
  const hours = new Map<string, HourOfRuns>();
  for (const { hour, labels, instances } of starts) {
    const playbook = current(labels.playbook ?? '');
    const key = `${hour} ${playbook}`;
    const { ended = 0, failed = 0 } = hours.get(key) ?? {};
    hours.set(key, {
      playbook,
      hourMs: hour * hourMs,
      ended: ended + instances,
      failed: failed + (labels.status === 'FAILED' ? instances : 0),
    });
  }
  return [...hours.values()].sort((a, b) => a.hourMs - b.hourMs);
}
