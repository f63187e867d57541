import type { Change } from '../change.ts';
import { type Ledger, LedgerError, type LedgerReads, type WorkspaceId } from '../store.ts';
import { Tally } from '../tally.ts';
import { createTurns } from '../turns.ts';
import { type Cell, type CellChange, moves } from '../window.ts';
import { writeChange } from './commit.ts';
import type { Database, Queries } from './database.ts';
import { instanceReads } from './instances.ts';
import { setsIn } from './label-sets.ts';
import { type Memory, readRow, remember } from './memory.ts';
import { readsAt, rowReads } from './reads.ts';

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
    const cells = new Tally<Cell, { instances: number; retries: number }>(({ minute }) => minute);
    const setsOf = setsIn(queries, ledger, () => memory.sets);
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

  async function together<T>(work: (reads: LedgerReads) => Promise<T>): Promise<T> {
    const outcome = await inTurn((next) =>
      db.reading(async (queries) => {
        const seen = await remember(queries, await rowNow(queries), memory);
        memory = seen;
        // The transaction doesn't see what is committed from now on.
        next();
        return outcomeOf(work(readsAt(queries, ledger, seen)));
      }),
    );
    return outcome();
  }

  return {
    ...rowReads(db, ledger, () => memory),
    get state() {
      return memory.state;
    },
    get touched() {
      return memory.touched.bySet;
    },
    commit: (change) => inTurn(() => commit(change)),
    catchUp: () => together(async () => {}),
    together,
    snapshot: () => together((reads) => reads.snapshot()),
  };
}

/** The result, or what is thrown for another reason than the database: a transaction would take that for a trouble of its own. */
function outcomeOf<T>(working: Promise<T>): Promise<() => T> {
  return working.then(
    (result) => () => result,
    (error: unknown) => {
      if (error instanceof LedgerError) throw error;
      return () => {
        throw error;
      };
    },
  );
}
