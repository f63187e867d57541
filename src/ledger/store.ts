import type { FailedRun } from '../model/failed-run.ts';
import type { OpenRun } from '../model/open-run.ts';
import type { CounterSeries, Snapshot } from '../model/snapshot.ts';
import type { Change, FailedAttempt, SweepItem } from './change.ts';
import type { Entry } from './entry.ts';
import type { LedgerState } from './state.ts';

/**
 * Where ledgers are kept. A store knows nothing of SecMaster's API and nothing of metrics, and decides nothing: what is counted,
 * pruned, limited or complete is said by the pure functions beside this file. Every store passes test/ledger/contract.ts.
 * All of it fails with a `LedgerError` and nothing else.
 */
export interface Store {
  /** The workspace's ledger; null where it has none yet. */
  open(workspace: WorkspaceId): Promise<Ledger | null>;
  /** Makes the ledger of a workspace that has none. */
  create(workspace: WorkspaceId, nowMs: number, fromMinute: number): Promise<Ledger>;
  close(): Promise<void>;
}

export interface WorkspaceId {
  readonly projectId: string;
  readonly workspaceId: string;
}

/** The ledger of one workspace, held by the one who polls it. */
export interface Ledger {
  /** As of the last commit. */
  readonly state: LedgerState;
  /** Writes a change whole: after a crash at any instant, all of it is there or none of it. */
  commit(change: Change): Promise<void>;
  /** Read in parts between which others are served: nothing may be committed meanwhile. */
  snapshot(): Promise<Snapshot>;

  known(ids: readonly string[]): Promise<ReadonlyMap<string, Entry>>;
  /** Open instances that no row has shown since `sinceMs`, the longest unseen first. */
  openUnseen(sinceMs: number): Promise<readonly OpenInstance[]>;
  /** Ids of the instances that are to be rechecked. */
  toRecheck(): Promise<readonly string[]>;
  /** Failed attempts whose topology is still to be read, the newest first. */
  unreadFailures(max: number): Promise<readonly FailedAttempt[]>;
  /** The latest failed attempts of instances that are remembered, the newest first. */
  latestFailures(max: number): Promise<readonly FailedRun[]>;
  /** Open instances that are being retried or began before `sinceMs`, the oldest first. */
  stuckOrRetrying(sinceMs: number, max: number): Promise<readonly OpenRun[]>;
  /** The values that the label `node` of a playbook has had. */
  nodes(playbook: string): Promise<readonly string[]>;
  /** Series of counters that still stand at 0 in the exposition, whatever they have counted. */
  pending(): Promise<readonly CounterSeries[]>;
  /** How many ended instances began in the minutes from the one up to, not including, the other, by minute, with this status. */
  endedByMinute(status: string | null, fromMinute: number, toMinute: number): Promise<ReadonlyMap<number, number>>;
  /** What is to be swept, in the order in which it was added. */
  sweep(): Promise<readonly SweepItem[]>;
  /** Ended instances whose times all lie before `beforeMs`. */
  endedBefore(beforeMs: number, max: number): Promise<readonly string[]>;
  /** The newest start or end of each playbook, by its label, and whether it has an open instance. */
  playbookActivity(): Promise<readonly PlaybookActivity[]>;
}

export interface OpenInstance {
  readonly id: string;
  readonly status: string;
}

export interface PlaybookActivity {
  readonly playbook: string;
  readonly lastStartMs: number | null;
  /** Of its starts and ends. */
  readonly lastMs: number;
  readonly hasOpen: boolean;
}

/** Failed attempts that a ledger keeps, the newest: in a flood of failures the older ones go unread. */
export const maxFailures = 1_000;

export class LedgerError extends Error {
  override name = 'LedgerError';
  /** Whether there is a ledger, but one that can't be read: the exporter must not begin another in its place. */
  readonly isDamaged: boolean;

  constructor(message: string, { isDamaged = false, cause }: { isDamaged?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.isDamaged = isDamaged;
  }
}
