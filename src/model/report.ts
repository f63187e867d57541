import type { FailedRun } from './failed-run.ts';
import type { OpenRun } from './open-run.ts';
import type { Snapshot } from './snapshot.ts';

/** What is known of one workspace after its latest poll: the only thing that metrics and pages are made of. */
export interface WorkspaceReport {
  /** The value of the label `workspace`. */
  readonly workspace: string;
  readonly workspaceId: string;
  readonly projectId: string;
  readonly region: string;
  /** null: the credentials don't expire, or none have been obtained yet. */
  readonly credentialsExpireAtMs: number | null;
  /** null until the ledger has been read for the first time. */
  readonly snapshot: Snapshot | null;
  /** When the ledger was created, and before when it may have pruned ended instances (0: nothing pruned); null as above. */
  readonly counting: { readonly sinceMs: number; readonly prunedBeforeMs: number } | null;
  /** The latest failed attempts, the newest first. */
  readonly failedRuns: readonly FailedRun[];
  /** Stuck and retrying ones, the oldest first. */
  readonly openRuns: readonly OpenRun[];
  /** What time it is at SecMaster. */
  readonly nowMs: number;
  readonly polls: PollReport;
}

/** Times are SecMaster's, in milliseconds since the epoch. Counts are since the process began. */
export interface PollReport {
  readonly count: number;
  readonly failures: ReadonlyMap<string, number>;
  readonly rejectedRows: ReadonlyMap<string, number>;
  /** Of the ledger against SecMaster's own counts. */
  readonly audits: number;
  readonly mismatches: number;
  /** null before the first poll has ended. */
  readonly last: EndedPoll | null;
  /** The latest ones, the newest first. */
  readonly recent: readonly EndedPoll[];
  /** Remembered over restarts. */
  readonly lastSuccessMs: number | null;
}

export interface EndedPoll {
  readonly endedMs: number;
  readonly durationSeconds: number;
  /** Calls of SecMaster, each counted once however often it was tried. */
  readonly requests: number;
  /** What made it fail, in one line that says what to do; null if it succeeded. */
  readonly error: string | null;
}
