import { type Details, keepsDetails, mergeDetails, noDetails } from '../model/instance.ts';
import type { Labels } from '../model/snapshot.ts';
import { isEnded } from '../model/status.ts';
import {
  type Contribution,
  contributionAfter,
  durationSeconds,
  growth,
  history,
  isSome,
  larger,
  lastEndAfter,
  type Run,
} from './contribution.ts';
import { type Entry, inDocumentedSpelling } from './entry.ts';
import { labelsText } from './label-set.ts';

/** A row just read from SecMaster, with its labels. */
export interface Observed extends Run {
  readonly id: string;
  readonly labels: Labels;
  readonly details: Details;
}

export interface Folded {
  readonly entry: Entry;
  /** Whether the row differs from the known entry in anything that is kept. */
  readonly changed: boolean;
  /** Whether it differs in what matters: status, retry_count, whether it has ended, and so what it counts for. */
  readonly isNews: boolean;
  /** Growth of the counters. */
  readonly increments: Contribution;
  /** The duration to observe in the histogram, once for each observed end. */
  readonly endedAfterSeconds: number | null;
}

/**
 * One step of the ledger. The counters are sums of a pure function over the last known state of all instances, so it doesn't matter
 * when or how often they are read (docs/architecture.md#the-ledger-is-a-fold).
 *
 * @param sinceMs when counting began: earlier events don't count
 * @param generation of the current tail
 */
export function fold(known: Entry | null, observed: Observed, sinceMs: number, generation: number): Folded {
  const before = known === null ? null : inDocumentedSpelling(known);
  const already = before === null ? history(observed, sinceMs) : before.counted;
  const lastEnd = before?.lastEnd ?? null;
  const now = contributionAfter(lastEnd, already, observed);
  const counted = larger(already, now);
  const increments = growth(already, now);
  const isNews = before === null || matters(before, observed) || isSome(increments);
  return {
    entry: {
      ...observed,
      details: keepsDetails(observed) ? mergeDetails(known?.details ?? noDetails, observed.details) : noDetails,
      counted,
      lastEnd: lastEndAfter(lastEnd, now, observed),
      changedIn: known === null || isNews ? generation : known.changedIn,
      gone: false,
      recheck: false,
    },
    changed: known === null || isNews || differs(known, observed),
    isNews,
    increments,
    endedAfterSeconds: increments.timed.size > 0 ? durationSeconds(observed) : null,
  };
}

/** Two replicas may give other names and labels, or times that differ by a millisecond, for as long as they like. */
function matters(known: Entry, observed: Observed): boolean {
  return (
    known.gone ||
    known.status !== observed.status ||
    known.retryCount !== observed.retryCount ||
    isEnded(known) !== isEnded(observed)
  );
}

function differs(known: Entry, observed: Observed): boolean {
  return (
    known.status !== observed.status ||
    known.startTimeMs !== observed.startTimeMs ||
    known.endTimeMs !== observed.endTimeMs ||
    labelsText(known.labels) !== labelsText(observed.labels)
  );
}

/** Whether the row is a sign that the tail has caught up (docs/counting.md#tail). */
export function isSettled(known: Entry | null, folded: Folded, lastGeneration: number): boolean {
  return known !== null && !folded.isNews && isEnded(folded.entry) && known.changedIn <= lastGeneration;
}
