import type { FailedRun } from './failed-run.ts';
import type { HourOfRuns } from './hour-of-runs.ts';
import type { OpenRun } from './open-run.ts';
import type { Profile } from './profile.ts';
import type { Snapshot } from './snapshot.ts';

/** The state of one workspace after its latest poll, the only source of metrics and pages. */
export interface WorkspaceReport {
  /** The value of the label `workspace`. */
  readonly workspace: string;
  /** Its own name; null: it has not been looked up. */
  readonly workspaceName: string | null;
  readonly workspaceId: string;
  readonly projectId: string;
  readonly region: string;
  /** null: the credentials don't expire, or have not been obtained yet. */
  readonly credentialsExpireAtMs: number | null;
  /** null until the ledger has been read for the first time. */
  readonly snapshot: Snapshot | null;
  /** When the ledger was created, and before when it may have pruned ended instances (0: nothing pruned); null as above. */
  readonly counting: { readonly sinceMs: number; readonly prunedBeforeMs: number } | null;
  /** How long an ended instance is remembered. */
  readonly retentionMs: number;
  /** How SecMaster behaves, as far as it has been tried; empty before there is a ledger. */
  readonly profile: Profile;
  /** Runs by hour and playbook, the oldest hour first; an hour without any is left out. */
  readonly hours: readonly HourOfRuns[];
  /** The latest failed attempts, newest first. */
  readonly failedRuns: readonly FailedRun[];
  /** Stuck and retrying runs, oldest first. */
  readonly openRuns: readonly OpenRun[];
  /** SecMaster's time. */
  readonly nowMs: number;
  readonly polls: PollReport;
  /** null: there are no other replicas. */
  readonly lease: Lease | null;
}

/** Which replica polls. */
export interface Lease {
  /** Whether this one does. */
  readonly isHeld: boolean;
  /** null: none. */
  readonly holder: string | null;
}

/** The replicas on the store, as this one sees them. */
export interface ReplicasReport {
  readonly name: string;
  /** Those that live, by name. */
  readonly others: readonly OtherReplica[];
}

export interface OtherReplica {
  readonly name: string;
  /** Since its metrics were last scraped; null: never. */
  readonly scrapedAgoMs: number | null;
}

/**
 * Times are SecMaster's, in milliseconds since the epoch. Counts are since the process started, or with replicas those of all since the
 * ledger was created: null, or without a reason, as long as these are not known.
 */
export interface PollReport {
  readonly count: number | null;
  readonly failures: ReadonlyMap<string, number>;
  readonly rejectedRows: ReadonlyMap<string, number>;
  /** Comparisons of the ledger with SecMaster's own counts. */
  readonly audits: number | null;
  readonly mismatches: number | null;
  /** null before the first poll has ended. */
  readonly last: EndedPoll | null;
  /** The latest ones, newest first. */
  readonly recent: readonly EndedPoll[];
  /** From the ledger. */
  readonly lastSuccessMs: number | null;
}

export interface EndedPoll {
  readonly endedMs: number;
  readonly durationSeconds: number;
  /** Calls to SecMaster, each counted once, however many tries it needed. */
  readonly requests: number;
  /** Why it failed, in one line that says what to fix; null if it succeeded. */
  readonly error: string | null;
}
