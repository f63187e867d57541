import type { CounterName, Mark, PlaybookLabel, SeriesKey, Snapshot } from '../model/snapshot.ts';
import type { Entry } from './entry.ts';
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
  labels(ledger: number): Promise<readonly PlaybookLabel[]>;
  /** Ids of open instances that no row has shown since `sinceMs`, the longest unseen first. */
  openUnseen(ledger: number, sinceMs: number): Promise<readonly OpenInstance[]>;
  sweep(ledger: number): Promise<readonly SweepItem[]>;
  commit(ledger: number, batch: Batch): Promise<void>;
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
}

export interface OpenInstance {
  readonly id: string;
  readonly status: string;
}

/** A part of SecMaster's instances still to be read: those created in [fromMs, toMs), or all of one status. */
export interface SweepItem {
  readonly key: number;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly status: string | null;
  /** Why it couldn't be read completely; it counts as read no more until it can. */
  readonly problem: string | null;
}

/** All that one page, or one step of a poll, changes. */
export interface Batch {
  readonly entries?: readonly Entry[];
  /** How many of them were unknown. */
  readonly added?: number;
  /** Open instances that a row showed unchanged. */
  readonly seen?: readonly string[];
  readonly seenMs?: number;
  readonly labels?: readonly PlaybookLabel[];
  readonly counters?: readonly CounterChange[];
  readonly durations?: readonly DurationChange[];
  readonly cells?: readonly CellChange[];
  readonly marks?: readonly Mark[];
  readonly sweepAdd?: readonly Omit<SweepItem, 'key'>[];
  readonly sweepDone?: readonly number[];
  readonly sweepProblem?: { readonly key: number; readonly problem: string };
  readonly state?: Partial<
    Pick<WorkspaceState, 'name' | 'completeTails' | 'lastTailMs' | 'lastSuccessMs' | 'fromMinute'>
  >;
}

export interface CounterChange extends SeriesKey {
  readonly counter: CounterName;
  readonly by: number;
}

export interface DurationChange extends SeriesKey {
  /** The bucket's upper bound in seconds, Infinity for the last. */
  readonly le: number;
  readonly count: number;
  readonly sumSeconds: number;
}

export class LedgerError extends Error {
  override name = 'LedgerError';
}
