import type { PageChange } from '../ledger/change.ts';
import { foldPage, type RowVerdict } from '../ledger/page.ts';
import type { Ledger } from '../ledger/store.ts';
import type { Logger } from '../log.ts';
import {
  type FilteredOutRow,
  type ListQuery,
  type Page,
  pageSize,
  type RejectedRow,
  type SecMaster,
} from '../secmaster/api/secmaster.ts';
import type { FilteredOut } from './workspace/filtered-out.ts';

/** What all parts of a poll share: the workspace, its client, its ledger and its settings. */
export interface Session {
  readonly secmaster: SecMaster;
  readonly workspaceId: string;
  readonly ledger: Ledger;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly lookbackMs: number;
  readonly retentionMs: number;
  readonly durationBuckets: readonly number[];
  /** Maximum number of playbooks with their own series. */
  readonly maxPlaybooks: number;
  /** Whether the topology of failed instances is read. */
  readonly nodes: 'failed' | 'off';
  /** Failed runs to list; 0: none, because their messages are confidential. */
  readonly recentRuns: number;
  readonly onRejected: (row: RejectedRow) => void;
  readonly filteredOut: FilteredOut;
}

export interface ReadPage extends Page {
  readonly change: PageChange;
  /** For each row that was not rejected: changed, settled (a sign that the tail has caught up), or neither. */
  readonly rows: readonly RowVerdict[];
  /** All rows, filtered-out and rejected ones included. */
  readonly size: number;
  readonly isLast: boolean;
}

/**
 * Reads one page and folds it. It commits nothing: the caller commits `change` together with its own bookkeeping.
 *
 * @throws {SecMasterError}
 * @throws {LedgerError}
 */
export async function readPage(session: Session, query: ListQuery): Promise<ReadPage> {
  const { secmaster, workspaceId, ledger, maxPlaybooks, durationBuckets, signal } = session;
  const page = await secmaster.listInstances(workspaceId, query, signal);
  const { change, rows } = foldPage(page.instances, {
    known: await ledger.known(page.instances.map(({ id }) => id)),
    state: ledger.state,
    maxPlaybooks,
    durationBuckets,
    nowMs: secmaster.now(),
  });
  for (const row of page.rejected) session.onRejected(row);
  // Even a rejected row shows that SecMaster still knows the instance.
  const seen = [...change.seen, ...page.rejected.flatMap(({ id }) => id ?? [])];
  const size = page.instances.length + page.filteredOut.length + page.rejected.length;
  return {
    ...page,
    change: { ...change, seen },
    rows: withFilteredOut(rows, page.filteredOut, session.filteredOut),
    size,
    isLast: isLast(page.count, size, query.offset),
  };
}

function withFilteredOut(
  rows: readonly RowVerdict[],
  filtered: readonly FilteredOutRow[],
  filteredOut: FilteredOut,
): readonly RowVerdict[] {
  if (filtered.length === 0) return rows;
  const judged = Map.groupBy(filtered, ({ after }) => after);
  const at = (place: number) => (judged.get(place) ?? []).map(filteredOut.judge);
  return [...at(0), ...rows.flatMap((row, i) => [row, ...at(i + 1)])];
}

/** A page may be shorter than requested, and a count may have an unknown cap: neither alone means the end. */
function isLast(count: number | null, size: number, offset: number): boolean {
  return size === 0 || (size < pageSize && (count === null || offset + size >= count));
}
