import type { Labels } from '../model/snapshot.ts';
import type { Contribution, Run } from './contribution.ts';

/** What the ledger remembers of one instance. */
export interface Entry extends Run {
  readonly id: string;
  readonly labels: Labels;
  /** The part that has been counted, or that happened before the ledger was created. */
  readonly counted: Contribution;
  /** The generation of the tail during which it last changed. */
  readonly changedIn: number;
  /** SecMaster no longer knows it. */
  readonly gone: boolean;
  /** SecMaster may have changed it unseen. */
  readonly recheck: boolean;
}
