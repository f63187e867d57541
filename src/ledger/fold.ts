import type { Labels } from '../model/snapshot.ts';
import { isEnded } from '../model/status.ts';
import { type Contribution, contribution, durationSeconds, growth, history, larger, type Run } from './contribution.ts';
import type { Entry } from './entry.ts';
import { labelsText } from './label-set.ts';

/** A row as SecMaster just showed it, with the labels that it is counted by. */
export interface Observed extends Run {
  readonly id: string;
  readonly labels: Labels;
}

export interface Folded {
  readonly entry: Entry;
  /** Whether anything that SecMaster says of it differs from what was known. */
  readonly changed: boolean;
  /** By how much the counters grow. */
  readonly increments: Contribution;
  /** A duration to put into the histogram, once for each observed end. */
  readonly endedAfterSeconds: number | null;
}

/**
 * One step of the ledger. The counters are sums of a pure function over the instances as SecMaster last showed them,
 * so it doesn't matter when or how often they are read (docs/architecture.md#the-ledger-is-a-fold).
 *
 * @param sinceMs what happened before doesn't count: when the ledger was created
 * @param generation of the tail that is under way
 */
export function fold(known: Entry | null, observed: Observed, sinceMs: number, generation: number): Folded {
  const now = contribution(observed);
  const counted = known === null ? history(observed, sinceMs) : known.counted;
  const increments = growth(counted, now);
  const changed = known === null || differs(known, observed);
  return {
    entry: {
      ...observed,
      counted: larger(counted, now),
      changedIn: changed ? generation : known.changedIn,
      gone: false,
      recheck: false,
    },
    changed,
    increments,
    endedAfterSeconds: increments.timed.size > 0 ? durationSeconds(observed) : null,
  };
}

function differs(known: Entry, observed: Observed): boolean {
  return (
    known.gone ||
    known.status !== observed.status ||
    known.retryCount !== observed.retryCount ||
    known.startTimeMs !== observed.startTimeMs ||
    known.endTimeMs !== observed.endTimeMs ||
    labelsText(known.labels) !== labelsText(observed.labels)
  );
}

/** Whether a tail may take the row as a sign that it has caught up (docs/counting.md#tail). */
export function isSettled(known: Entry | null, folded: Folded, lastGeneration: number): boolean {
  return known !== null && !folded.changed && isEnded(known) && known.changedIn <= lastGeneration;
}
