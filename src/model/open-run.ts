import type { Details } from './instance.ts';

/** An instance that is stuck or being retried. */
export interface OpenRun {
  readonly instanceId: string;
  readonly playbook: string;
  readonly triggerType: string;
  readonly status: string;
  readonly startTimeMs: number | null;
  readonly retryCount: number;
  readonly details: Details;
}

/** A run that is open for longer is stuck. */
export const stuckMs = 4 * 3_600_000;
