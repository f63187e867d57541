import type { FailedRun } from '../model/failed-run.ts';
import type { OpenRun } from '../model/open-run.ts';
import type { CounterSeries, Labels } from '../model/snapshot.ts';
import type { Change, SweepItem } from './change.ts';
import type { Entry } from './entry.ts';
import type { Replicas } from './replicas.ts';
import type { Recorded } from './snapshot.ts';
import type { LedgerState } from './state.ts';
import type { Ends } from './streaks.ts';

/**
 * Where ledgers are kept. A store knows neither SecMaster's API nor metrics, and makes no decisions: the pure functions beside this
 * file decide what is counted, pruned, limited or complete. Every store passes test/ledger/contract.ts. Every call fails only with a
 * `LedgerError`.
 */
export interface Store {
  /** The workspace's ledger; null if it has none yet. */
  open(workspace: WorkspaceId): Promise<Ledger | null>;
  /** Creates the ledger of a workspace that has none. */
  create(workspace: WorkspaceId, nowMs: number, fromMinute: number): Promise<Ledger>;
  /** The other exporters on this store; null: it belongs to this process alone. */
  readonly replicas: Replicas | null;
  close(): Promise<void>;
}

export interface WorkspaceId {
  readonly projectId: string;
  readonly workspaceId: string;
}

/** The handle on one workspace's ledger. */
export interface Ledger extends LedgerReads {
  /** Writes a change atomically: after a crash at any time, all of it is there or nothing. */
  commit(change: Change): Promise<void>;
  /** Takes over what another replica has committed since: `state` and `touched` are as of its last commit. Nothing to do without replicas. */
  catchUp(): Promise<void>;
  /**
   * Several reads, all as of one commit: the last one, which is caught up with first. A database far away is asked in one transaction.
   * Fails with what `work` throws, too.
   *
   * @param work reads through what it is given, one after another, and ends soon; a commit of this handle may wait for it
   */
  together<T>(work: (reads: LedgerReads) => Promise<T>): Promise<T>;
}

/** What can be read of one workspace's ledger. */
export interface LedgerReads {
  /** As of the last commit. */
  readonly state: LedgerState;
  /** Of the label sets of runs whose instances have changed since the handle was opened, by their texts: a number that grows. */
  readonly touched: ReadonlyMap<string, number>;
  /** As of one commit. Read in parts, so that scrapes are served in between. */
  snapshot(): Promise<Recorded>;
  known(ids: readonly string[]): Promise<ReadonlyMap<string, Entry>>;
  /** Open instances without a row since `sinceMs`, the longest unseen first. */
  openUnseen(sinceMs: number): Promise<readonly OpenInstance[]>;
  /** Ids of the instances to recheck. */
  toRecheck(): Promise<readonly string[]>;
  /** The latest failed attempts of instances in the ledger, newest first. */
  latestFailures(max: number): Promise<readonly FailedRun[]>;
  /** Open instances that are being retried or started before `sinceMs`, oldest first. */
  stuckOrRetrying(sinceMs: number, max: number): Promise<readonly OpenRun[]>;
  /** The values of the label `node` of a playbook so far, in the series of this counter. */
  nodes(playbook: string, counter: 'failed_nodes' | 'timed_nodes'): Promise<readonly string[]>;
  /** Counter series that the exposition still shows at 0, whatever they have counted. */
  pending(): Promise<readonly CounterSeries[]>;
  openCount(): Promise<number>;
  /** The number of instances, without those that are gone, whose start_time (else end_time) lies in [fromMs, toMs). */
  begunWithin(fromMs: number, toMs: number): Promise<number>;
  /** The number of ended instances with this status (null: any) that started in [fromMinute, toMinute), by minute. */
  endedByMinute(status: string | null, fromMinute: number, toMinute: number): Promise<ReadonlyMap<number, number>>;
  /**
   * The number of ended instances within the window that started in each of the hours [fromHour, toHour), counted from the epoch. Read in
   * parts, as a snapshot is.
   */
  startsByHour(fromHour: number, toHour: number): Promise<readonly HourOfStarts[]>;
  /** When instances of each group of label sets ended, but for those that FINISHED after `untilMs`. Read in parts, as a snapshot is. */
  ends(groups: readonly (readonly Labels[])[], untilMs: number): Promise<readonly Ends[]>;
  /** When instances of each group of label sets started, since `sinceMs`. Read in parts, as a snapshot is. */
  starts(groups: readonly (readonly Labels[])[], sinceMs: number): Promise<readonly Float64Array[]>;
  /** What is still to be swept: gaps, then what has been read before, then history, the oldest item of each first. */
  sweep(): Promise<readonly SweepItem[]>;
  /** Ids of ended instances whose times all lie before `beforeMs`. */
  endedBefore(beforeMs: number, max: number): Promise<readonly string[]>;
  /** The newest start and end of each playbook, by label, and whether it has an open instance. */
  playbookActivity(): Promise<readonly PlaybookActivity[]>;
  /** The same of each label set of runs that has more labels than those of every run. */
  labelledActivity(): Promise<readonly LabelledActivity[]>;
}

export interface HourOfStarts {
  /** Since the epoch. */
  readonly hour: number;
  /** The last label is the status. */
  readonly labels: Labels;
  readonly instances: number;
}

export interface OpenInstance {
  readonly id: string;
  readonly status: string;
}

export interface PlaybookActivity {
  readonly playbook: string;
  readonly lastStartMs: number | null;
  /** The newest start or end. */
  readonly lastMs: number;
  readonly hasOpen: boolean;
}

export interface LabelledActivity extends Pick<PlaybookActivity, 'lastMs' | 'hasOpen'> {
  /** Without the status. */
  readonly labels: Labels;
}

/** Failed attempts that a ledger keeps, the newest ones. */
export const maxFailures = 1_000;

export class LedgerError extends Error {
  override name = 'LedgerError';
  /** Whether a ledger exists but can't be read: the exporter must not replace it with a new one. */
  readonly isDamaged: boolean;
  /** Whether another replica has the lease now: nothing is wrong, and that replica goes on. */
  readonly isLost: boolean;

  constructor(
    message: string,
    { isDamaged = false, isLost = false, cause }: { isDamaged?: boolean; isLost?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.isDamaged = isDamaged;
    this.isLost = isLost;
  }
}
