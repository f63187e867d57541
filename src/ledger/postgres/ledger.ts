import type { Change } from '../change.ts';
import type { Recorded } from '../snapshot.ts';
import { type Ledger, LedgerError, type WorkspaceId } from '../store.ts';
import { Tally } from '../tally.ts';
import { createTurns } from '../turns.ts';
import { type Cell, type CellChange, moves } from '../window.ts';
import { writeChange } from './commit.ts';
import type { Database, Queries } from './database.ts';
import { latestFailures } from './failures.ts';
import { instanceReads, type SetsOf } from './instances.ts';
import { withSetsOf } from './label-sets.ts';
import { type Memory, readRow, remember } from './memory.ts';
import { seriesReads } from './series.ts';
import { readSnapshot } from './snapshot.ts';
import { windowReads } from './window.ts';

/** Lets only the holder of a lease commit. */
export interface Fence {
  /**
   * The first statement of each commit's transaction: it locks all others out until the transaction ends.
   *
   * @returns the new version of the task
   * @throws {LedgerError} with `isLost` if another replica has the lease
   */
  check(queries: Queries): Promise<number>;
}

/**
 * A handle on a ledger. What it keeps in memory is replaced as a whole, once a commit has succeeded. If nobody knows whether one has, the
 * database tells: a commit names the one that it builds upon, and `catchUp` takes over whatever has become of it.
 */
export function openPostgresLedger(
  db: Database,
  workspace: WorkspaceId,
  ledger: number,
  opened: Memory,
  fence: Fence,
): Ledger {
  let memory = opened;
  const inTurn = createTurns();

  const setsOf: SetsOf = (rows, queries = db) => withSetsOf(rows, memory.sets, queries, ledger);
  const instances = instanceReads(db, ledger, setsOf);
  const series = seriesReads(db, ledger, setsOf);
  const window = windowReads(db, ledger, setsOf);

  async function rowNow(queries: Queries) {
    const row = await readRow(queries, workspace);
    if (row?.ledger === ledger) return row;
    throw new LedgerError(
      'the ledger has disappeared from the database: restore it from a backup, or restart the exporter',
    );
  }

  /** All cells of a window that is moved back; null for any other change. */
  async function rebuilt(queries: Queries, change: Change): Promise<readonly CellChange[] | null> {
    if (change.kind !== 'window_moved' || change.fromMinute >= memory.state.fromMinute) return null;
    const { fromMinute } = change;
    const cells = new Tally<Cell, { instances: number; retries: number }>();
    for await (const entry of instanceReads(queries, ledger, setsOf).since(fromMinute * 60_000)) {
      for (const { instances: n, retries, ...cell } of moves(null, entry, fromMinute))
        cells.add(cell, { instances: n, retries });
    }
    return cells.list();
  }

  async function commit(change: Change): Promise<void> {
    memory = await db.transaction(async (queries) => {
      await fence.check(queries);
      const cells = await rebuilt(queries, change);
      return writeChange(queries, ledger, memory, change, cells);
    });
  }

  async function catchUp(): Promise<void> {
    const row = await rowNow(db);
    if (row.commit === memory.commit) return;
    memory = await db.reading(async (queries) => remember(queries, await rowNow(queries), memory));
  }

  function snapshot(): Promise<Recorded> {
    return db.reading(async (queries) => {
      memory = await remember(queries, await rowNow(queries), memory);
      return readSnapshot(queries, ledger, memory, setsOf);
    });
  }

  return {
    get state() {
      return memory.state;
    },
    get touched() {
      return memory.touched.bySet;
    },
    commit: (change) => inTurn(() => commit(change)),
    catchUp: () => inTurn(catchUp),
    snapshot: () => inTurn(snapshot),
    known: (ids) => instances.known(ids),
    openUnseen: (sinceMs) => instances.openUnseen(sinceMs),
    toRecheck: () => instances.toRecheck(),
    latestFailures: (max) => latestFailures(db, ledger, setsOf, max),
    stuckOrRetrying: (sinceMs, max) => instances.stuckOrRetrying(sinceMs, max),
    nodes: (playbook, counter) => series.nodes(playbook, counter),
    pending: () => series.pending(),
    openCount: () => instances.countOpen(),
    begunWithin: (fromMs, toMs) => instances.countBegunWithin(fromMs, toMs),
    endedByMinute: (status, fromMinute, toMinute) => window.endedByMinute(status, fromMinute, toMinute),
    ends: (labels, untilMs) => instances.ends(labels, untilMs),
    starts: (labels, sinceMs) => instances.starts(labels, sinceMs),
    sweep: async () => memory.sweep,
    endedBefore: (beforeMs, max) => instances.endedBefore(beforeMs, max),
    playbookActivity: () => series.playbookActivity(),
    labelledActivity: () => series.labelledActivity(),
  };
}
