import type { FailedNode, FailedRun } from '../model/failed-run.ts';
import type { OpenRun } from '../model/open-run.ts';
import type { CounterKey, Exemplar, Mark, SeriesKey, Snapshot } from '../model/snapshot.ts';
import type { Entry } from './entry.ts';
import type { KnownLabel, MetPlaybook } from './label.ts';
import type { CellChange } from './window.ts';

/**
 * Where the ledger is kept. It knows nothing of SecMaster's API and nothing of metrics. Every write is one transaction:
 * after a crash at any instant, all of it is there or none of it. Fails with a `LedgerError` and nothing else.
 */
export interface Store {
  find(workspace: WorkspaceId): Promise<WorkspaceState | null>;
  /** Makes the ledger of a workspace that has none. */
  create(workspace: WorkspaceId, nowMs: number, fromMinute: number): Promise<WorkspaceState>;
  known(ledger: number, ids: readonly string[]): Promise<ReadonlyMap<string, Entry>>;
  labels(ledger: number): Promise<readonly KnownLabel[]>;
  /** Playbooks, by their labels, and trigger types that have counters. */
  counted(ledger: number): Promise<readonly Pick<SeriesKey, 'playbook' | 'triggerType'>[]>;
  /** Ids of open instances that no row has shown since `sinceMs`, the longest unseen first. */
  openUnseen(ledger: number, sinceMs: number): Promise<readonly OpenInstance[]>;
  /** Ids of the instances that are in doubt (see `Batch.doubt`). */
  doubtful(ledger: number): Promise<readonly string[]>;
  /** Failed attempts whose topology is still to be read, the newest first. */
  unreadFailures(ledger: number, most: number): Promise<readonly FailedAttempt[]>;
  /** The latest failed attempts of instances that are remembered, the newest first. */
  latestFailures(ledger: number, most: number): Promise<readonly FailedRun[]>;
  /** Open instances that are being retried or began before `sinceMs`, the oldest first. */
  stuckOrRetrying(ledger: number, sinceMs: number, most: number): Promise<readonly OpenRun[]>;
  /** The values that the label `node` of a playbook has had. */
  nodes(ledger: number, playbook: string): Promise<readonly string[]>;
  /** Series of counters that still stand at 0 in the exposition, whatever they have counted. */
  hidden(ledger: number): Promise<readonly CounterKey[]>;
  /** How many ended instances with this status began in the minutes from the one up to, not including, the other. */
  countEnded(ledger: number, status: string | null, fromMinute: number, toMinute: number): Promise<number>;
  /** The minute in the span from the one up to, not including, the other at whose start the fewest ended instances began. */
  quietestMinute(ledger: number, fromMinute: number, toMinute: number): Promise<number>;
  /**
   * Forgets up to `most` ended instances that lie a retention before now and before the newest start, and the series of
   * playbooks that have had none since.
   *
   * @returns how many it forgot
   */
  forget(ledger: number, nowMs: number, retentionMs: number, most: number): Promise<number>;
  sweep(ledger: number): Promise<readonly SweepItem[]>;
  commit(ledger: number, batch: Batch): Promise<void>;
  /** Read in parts between which others are served: nothing may be committed to this ledger meanwhile. */
  snapshot(ledger: number): Promise<Snapshot>;
  close(): Promise<void>;
}

export interface WorkspaceId {
  readonly projectId: string;
  readonly workspaceId: string;
}

export interface WorkspaceState {
  /** The key of this workspace's ledger in all other calls. */
  readonly ledger: number;
  readonly name: string | null;
  readonly createdAtMs: number;
  /** Tails that ran to their end. */
  readonly completeTails: number;
  /** When the last of them began; null before the first. */
  readonly lastTailMs: number | null;
  readonly lastSuccessMs: number | null;
  /** The window's first minute; moving it forward drops cells, moving it back counts the window anew. */
  readonly fromMinute: number;
  /** Ended instances begun before this may have been forgotten; 0: none has. */
  readonly forgottenBeforeMs: number;
  /** Whether from_date and to_date limit the time at which instances begin; null until a sweep has shown it. */
  readonly datesTrusted: boolean | null;
}

export interface OpenInstance {
  readonly id: string;
  readonly status: string;
}

/**
 * A part of SecMaster's instances still to be read: those created in [fromMs, toMs), or of any time where both are null.
 * With a `fromMs` alone it is read without dates, from the newest down to those begun before it.
 */
export interface SweepItem {
  readonly key: number;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly status: string | null;
  /** When it was last found that it can't be read completely; null: not so far. */
  readonly triedMs: number | null;
}

export type SweepPart = Pick<SweepItem, 'fromMs' | 'toMs' | 'status'>;

/** All that one page, or one step of a poll, changes. */
export interface Batch {
  readonly entries?: readonly Entry[];
  /** How many of them were unknown. */
  readonly added?: number;
  /** Open instances that a row showed unchanged. */
  readonly seen?: readonly string[];
  readonly seenMs?: number;
  /** Instances that SecMaster may have changed unseen: the open ones and those with a status, or those begun in a span of time. */
  readonly doubt?: { readonly status: string } | { readonly fromMs: number; readonly toMs: number };
  /** Series of counters that show their values from now on. */
  readonly show?: readonly CounterKey[];
  readonly playbooks?: readonly MetPlaybook[];
  readonly counters?: readonly CounterChange[];
  readonly durations?: readonly DurationChange[];
  /** Attempts that were just found to have failed; one that is known stays as it is. */
  readonly failures?: readonly FailedAttempt[];
  /** The failed nodes of attempts whose topology has been read. */
  readonly readFailures?: readonly ReadFailure[];
  readonly cells?: readonly CellChange[];
  readonly marks?: readonly Mark[];
  readonly sweepAdd?: readonly SweepPart[];
  readonly sweepDone?: readonly number[];
  readonly sweepTried?: { readonly key: number; readonly triedMs: number };
  readonly state?: Partial<
    Pick<WorkspaceState, 'name' | 'completeTails' | 'lastTailMs' | 'lastSuccessMs' | 'fromMinute' | 'datesTrusted'>
  >;
}

export interface CounterChange extends CounterKey {
  /** 0 makes the series. */
  readonly by: number;
}

/** One more observation in a bucket. */
export interface DurationChange extends SeriesKey {
  /** The bucket's upper bound in seconds, Infinity for the last. */
  readonly le: number;
  readonly observed: Exemplar;
}

export interface FailedAttempt {
  readonly id: string;
  /** From 1. */
  readonly attempt: number;
  readonly failedMs: number;
}

export interface ReadFailure {
  readonly id: string;
  readonly attempt: number;
  readonly nodes: readonly FailedNode[];
}

/** Failed attempts that a ledger keeps, the newest: in a flood of failures the older ones go unread. */
export const mostFailures = 1_000;

export class LedgerError extends Error {
  override name = 'LedgerError';
  /** Whether there is a ledger, but one that can't be read: the exporter must not begin another in its place. */
  readonly isDamaged: boolean;

  constructor(message: string, { isDamaged = false, cause }: { isDamaged?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.isDamaged = isDamaged;
  }
}
