import type { PageChange, SweepPart } from '../ledger/change.ts';
import type { Entry } from '../ledger/entry.ts';
import { foldPage, type RowVerdict } from '../ledger/page.ts';
import type { Ledger } from '../ledger/store.ts';
import type { Logger } from '../log.ts';
import type { ExtraLabel } from '../model/extra-labels.ts';
import type { Instance } from '../model/instance.ts';
import type { Profile } from '../model/profile.ts';
import { createRound, type PageLength, type Round } from '../secmaster/api/pager.ts';
import type { FilteredOutRow, ListQuery, Page, RejectedRow, SecMaster } from '../secmaster/api/secmaster.ts';
import type { LoggedRun } from './failed-run-lines.ts';
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
  /** Maximum number of values of a label with their own series. */
  readonly maxValues: number;
  /** Labels of the run metrics beside playbook, trigger_type and status. */
  readonly labels: readonly ExtraLabel[];
  /** Whether `playbooks` excludes a playbook by its name; null, or absent: none are. */
  readonly isExcluded?: ((playbook: string) => boolean) | null;
  /** The topology of which ended instances is read. */
  readonly nodes: 'off' | 'failed' | 'all';
  /** Failed runs to list; 0: none, because their messages are confidential. */
  readonly recentRuns: number;
  readonly onRejected: (row: RejectedRow) => void;
  /** Called with each newly found failed attempt. */
  readonly onFailed: (run: LoggedRun) => void;
  readonly filteredOut: FilteredOut;
  /** What is known of a page's length, from poll to poll. */
  readonly pageLength: PageLength;
  readonly lastTail: LastTail;
  /** Halves of slices that were too many by SecMaster's count, by their times. */
  readonly halves: Map<string, Halved>;
  /** Called after each step of a sweep. */
  readonly onSwept: (part: SweepPart, step: SweptStep) => void;
  /** Called when an audit has read the list, and the ledger knows instances that are not in it. */
  readonly onGone: () => void;
}

/** One step of a sweep. */
export interface SweptStep {
  readonly requests: number;
  /** Instances with news from before the last tail. */
  readonly late: number;
  /** Those of them that a tail should have shown: nobody looked at what was before the ledger. */
  readonly missed: number;
}

/** What the last complete tail left for the next one, beside the ledger. A restart loses it: then a tail reads further. */
export interface LastTail {
  /** The ids that it began with. */
  top: readonly string[];
  /** SecMaster's count; null: it gave none. */
  count: number | null;
  /** Times that the count had grown by more than was met, since a sweep last found some. */
  surplus: number;
  /** Instances that sweeps have found since the last of them. */
  found: number;
  /** Of the instances that began after it, those that a sweep has met; and those that the tail since then has added so far. */
  newer: Set<string>;
  /** Times in a row that the count was not what a complete round met. */
  unequal: number;
  /** Since when the list is empty, though runs are known; null: it isn't. */
  emptySinceMs: number | null;
}

/** A slice that was halved for its count, and the counts of its halves so far. */
export interface Halved {
  readonly count: number;
  sum: number;
}

export const noTail = (): LastTail => ({
  top: [],
  count: null,
  surplus: 0,
  found: 0,
  newer: new Set(),
  unequal: 0,
  emptySinceMs: null,
});

/** A page as SecMaster lists it. */
export interface ListedPage extends Page {
  readonly offset: number;
}

/** What the rows of pages mean for the ledger. */
export interface FoldedRows {
  readonly change: PageChange;
  /** For each row that was not rejected: changed, settled (a sign that the tail has caught up), or neither. */
  readonly rows: readonly RowVerdict[];
  /** The instances that have changed, and those of them that were unknown. */
  readonly news: readonly Instance[];
  readonly unknown: ReadonlySet<string>;
}

export interface ReadPage extends ListedPage, FoldedRows {}

/** How SecMaster behaves, as far as it has been tried. */
export const profileOf = ({ ledger }: Session): Profile => ledger.state.profile;

/**
 * Reads one page and folds it. The caller commits `change` together with its own bookkeeping.
 *
 * @param fold by default, nothing is committed
 * @throws {SecMasterError}
 * @throws {LedgerError}
 */
export async function readPage(session: Session, query: ListQuery, fold: Fold = foldInstances): Promise<ReadPage> {
  const page = await listPage(session, query);
  return { ...page, ...(await foldPages(session, [page], fold)) };
}

/** Reads one page, to be folded together with others. @throws {SecMasterError} */
export async function listPage(session: Session, query: ListQuery): Promise<ListedPage> {
  const { secmaster, workspaceId, signal, onRejected } = session;
  const page = await secmaster.listInstances(workspaceId, query, signal);
  for (const row of page.rejected) onRejected(row);
  return { ...page, offset: query.offset };
}

/** Folds pages, in order, into one change. @throws {LedgerError} */
export async function foldPages(
  session: Session,
  pages: readonly ListedPage[],
  fold: Fold = foldInstances,
): Promise<FoldedRows> {
  const instances = pages.flatMap((page) => page.instances);
  const { change, rows, unknown } = await fold(session, instances);
  // Even a rejected row shows that SecMaster still knows the instance.
  const rejected = pages.flatMap((page) => page.rejected.flatMap(({ id }) => id ?? []));
  let from = 0;
  const rowsOf = ({ instances: { length } }: ListedPage) => {
    from += length;
    return rows.slice(from - length, from);
  };
  return {
    change: { ...change, seen: [...change.seen, ...rejected] },
    rows: pages.flatMap((page) => withFilteredOut(rowsOf(page), page.filteredOut, session.filteredOut)),
    news: instances.filter((_, i) => rows[i] === 'changed'),
    unknown,
  };
}

/** What rows change. */
export type Fold = (session: Session, instances: readonly Instance[]) => Promise<Omit<FoldedRows, 'news'>>;

export const foldInstances: Fold = async (session, instances) =>
  foldAgainst(session, instances, await knownOf(session, instances));

/** What the ledger knows of them. A scrape that has come meanwhile is answered before it is used. */
export async function knownOf(
  { ledger }: Session,
  instances: readonly Instance[],
): Promise<ReadonlyMap<string, Entry>> {
  const known = await ledger.known(instances.map(({ id }) => id));
  await new Promise(setImmediate);
  return known;
}

/** What these rows change, if this is known of them. */
export function foldAgainst(
  { ledger, secmaster, maxPlaybooks, maxValues, labels, durationBuckets, isExcluded = null, nodes, onFailed }: Session,
  instances: readonly Instance[],
  known: ReadonlyMap<string, Entry>,
) {
  const folded = foldPage(instances, {
    known,
    state: ledger.state,
    maxPlaybooks,
    maxValues,
    labels,
    durationBuckets,
    isExcluded,
    nodes,
    nowMs: secmaster.now(),
  });
  const entries = new Map(folded.change.entries.map((entry) => [entry.id, entry]));
  for (const { id, attempt } of folded.change.failures) {
    const entry = entries.get(id);
    if (entry !== undefined) onFailed({ entry, attempt });
  }
  const unknown = new Set(instances.map(({ id }) => id).filter((id) => !known.has(id)));
  return { ...folded, unknown };
}

/** Commits what a tail has read so far. If it breaks off, the next one must not miss in SecMaster's count what this one has added. */
export async function commitSoFar(
  { ledger, lastTail }: Session,
  { change, unknown }: Pick<FoldedRows, 'change' | 'unknown'>,
): Promise<void> {
  await ledger.commit({ kind: 'page', page: change });
  for (const { id } of change.entries) if (unknown.has(id)) lastTail.newer.add(id);
}

export interface RoundSettings {
  /** Whether the end must prove itself. */
  readonly isStrict: boolean;
  /** Whether SecMaster's count may say where the end is, if it is known to be right. */
  readonly mayCount: boolean;
  readonly maxRequests: number;
}

/** The ids of a page's rows, each unreadable one replaced by something unique. */
export function namesOf({ ids, offset }: ListedPage): string[] {
  return ids.map((id, i) => id ?? `?${offset + i}`);
}

/** A reading of a list of instances, page by page. */
export function beginRound<P extends ListedPage>(session: Session, { mayCount, ...settings }: RoundSettings): Round<P> {
  return createRound<P>({
    ...settings,
    ids: namesOf,
    count: ({ count }) => count,
    counts: countsIn(profileOf(session), mayCount),
    length: session.pageLength,
  });
}

function countsIn({ count }: Profile, mayCount: boolean): 'exact' | 'unknown' | 'inexact' {
  if (count === undefined) return 'unknown';
  if (count.value !== 'exact') return 'inexact';
  return mayCount ? 'exact' : 'unknown';
}

/** The newest first, as far as SecMaster puts them in order. */
export function newestFirst(
  { order }: Profile,
  key: 'update_time' | 'create_time',
): Pick<ListQuery, 'sortKey' | 'sortDir'> {
  switch (order?.value) {
    case undefined:
    case 'update_time':
      return { sortKey: key, sortDir: 'DESC' };
    case 'create_time':
      return { sortKey: 'create_time', sortDir: 'DESC' };
    default:
      return {};
  }
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
