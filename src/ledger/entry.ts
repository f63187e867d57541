import type { Details } from '../model/instance.ts';
import type { Labels } from '../model/snapshot.ts';
import { canonicalStatus } from '../model/status.ts';
import type { ByStatus, Contribution, LastEnd, Run } from './contribution.ts';

/** What the ledger remembers of one instance. */
export interface Entry extends Run {
  readonly id: string;
  readonly labels: Labels;
  /** None of an instance that has ended and not FAILED. */
  readonly details: Details;
  /** The part that has been counted, or that happened before the ledger was created. */
  readonly counted: Contribution;
  /** null: none has been seen, or none with an end_time. */
  readonly lastEnd: LastEnd | null;
  /** The generation of the tail during which it last changed. */
  readonly changedIn: number;
  /** SecMaster no longer knows it. */
  readonly gone: boolean;
  /** SecMaster may have changed it unseen. */
  readonly recheck: boolean;
}

/** An earlier exporter kept statuses as SecMaster spelled them. */
export function inDocumentedSpelling(entry: Entry): Entry {
  const { counted, status, lastEnd } = entry;
  return {
    ...entry,
    status: canonicalStatus(status),
    counted: { ...counted, ends: withDocumentedKeys(counted.ends), timed: withDocumentedKeys(counted.timed) },
    lastEnd: lastEnd === null ? null : { ...lastEnd, ends: withDocumentedKeys(lastEnd.ends) },
  };
}

function withDocumentedKeys(counts: ByStatus): ByStatus {
  const result = new Map<string, number>();
  for (const [spelled, count] of counts) {
    const status = canonicalStatus(spelled);
    result.set(status, Math.max(count, result.get(status) ?? 0));
  }
  return result;
}
