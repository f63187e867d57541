/** A workflow instance: one run of a playbook, as SecMaster returned it. */
export interface Instance {
  readonly id: string;
  readonly playbook: Playbook | null;
  /** '' if SecMaster gives none. */
  readonly triggerType: string;
  readonly status: string;
  /** Milliseconds since the epoch, like all times of the model. */
  readonly startTimeMs: number | null;
  readonly endTimeMs: number | null;
  readonly retryCount: number;
}

/** One retry a second for more than eleven days; a row with more says nothing that can be counted. */
export const maxRetryCount = 1_000_000;

export interface Playbook {
  readonly id: string;
  /** In the configured language; the id if SecMaster gives no name. */
  readonly name: string;
}
