import type { Contribution, Run } from './contribution.ts';

/** What the ledger remembers of one instance. */
export interface Entry extends Run {
  readonly id: string;
  /** The label value, not the name: two playbooks may share a name. */
  readonly playbook: string;
  readonly triggerType: string;
  /** What of it has been counted, or happened before the ledger was created. */
  readonly counted: Contribution;
  /** The number of the tail during which it last changed. */
  readonly changedInTail: number;
  /** SecMaster knows it no more. */
  readonly gone: boolean;
  /** SecMaster may have changed it unseen. */
  readonly doubtful: boolean;
}
