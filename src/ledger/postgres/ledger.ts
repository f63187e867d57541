import type { Change } from '../change.ts';
import { labelsText } from '../label-set.ts';
import { type Recorded, toSnapshot } from '../snapshot.ts';
import { advance } from '../state.ts';
import { type Ledger, LedgerError } from '../store.ts';
import { changedColumns } from '../stored-state.ts';
import { sweptBy } from '../sweep.ts';
import { Tally } from '../tally.ts';
import { touch, touchedBy } from '../touched.ts';
import { type Cell, type CellChange, moves } from '../window.ts';
import { byKey } from './by-key.ts';
import type { Database, Queries } from './database.ts';
import { latestFailures } from './failures.ts';
import { instanceReads, type SetsOf } from './instances.ts';
import { NewLabelSets, readLabelSets, withSetsOf } from './label-sets.ts';
import { type Memory, type MemoryPart, readRow, remember } from './memory.ts';
import { seriesReads } from './series.ts';
import { given, list, raw, runAsOne, type Sql, sql, toText } from './sql.ts';
import { replaceSweep } from './sweep.ts';
import { replaceTopologies } from './topologies.ts';
import { windowReads } from './window.ts';
import { writesOf } from './writes.ts';

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
export function openPostgresLedger(db: Database, ledger: number, opened: Memory, fence: Fence): Ledger {
  let memory = opened;
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work, work);
    last = done.catch(() => {});
    return done;
  }

  const setsOf: SetsOf = async (rows, queries = db) => {
    const sets = await withSetsOf(rows, memory.sets, queries, ledger);
    if (sets !== memory.sets) memory = { ...memory, sets };
    return sets;
  };
  const instances = instanceReads(db, ledger, setsOf);
  const series = seriesReads(db, ledger, setsOf);
  const window = windowReads(db, ledger, setsOf);

  async function rowNow(queries: Queries) {
    const row = await readRow(queries, ledger);
    if (row !== null) return row;
    throw new LedgerError('the ledger has disappeared from the database; restore it, or restart the exporter');
  }

  /** All cells of a window that begins earlier than it did; null for any other change. */
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
    const before = memory;
    memory = await db.transaction(async (queries) => {
      await fence.check(queries);
      const sets = new NewLabelSets(before.sets);
      const cells = await rebuilt(queries, change);
      const { first, second } = writesOf(change, { ledger, known: before.sets, sets, rebuilt: cells });
      const sweep = sweptBy(before.sweep, change);
      const after = advance(before.state, change);
      const ofSweep = replaceSweep(ledger, before.sweep, sweep);
      const ofTopologies = replaceTopologies(ledger, before.state.unread, after.unread);
      const hasRemovedSets = change.kind === 'pruned' && second.length > 0;
      const touched = touchedBy(change).map((labels) => sets.numberOf(labels));
      const { state } = before;
      const changed: readonly MemoryPart[] = [
        ...(['playbooks', 'values', 'runs', 'versions', 'dataclasses'] as const).filter(
          (part) => after[part] !== state[part],
        ),
        ...(ofSweep.length > 0 ? ['sweep' as const] : []),
        ...(ofTopologies.length > 0 ? ['unread' as const] : []),
        ...(hasRemovedSets ? ['sets' as const] : []),
      ];
      const next: Memory = {
        commits: before.commits + 1,
        changedIn: { ...before.changedIn, ...Object.fromEntries(changed.map((part) => [part, before.commits + 1])) },
        state: after,
        sweep,
        sets: sets.all(),
        touched: touch(before.touched, change),
      };
      await moveOn(queries, ledger, before, next, sets, touched);
      await runAsOne([...first, ...ofSweep, ...ofTopologies], queries);
      await runAsOne(second, queries);
      if (!hasRemovedSets) return next;
      const left = await readLabelSets(queries, { ledger, lastLabelSet: next.sets.last }, null, next.commits);
      return { ...next, sets: left.sets };
    });
  }

  async function catchUp(): Promise<void> {
    const row = await rowNow(db);
    if (row.commits === memory.commits) return;
    memory = await db.reading(async (queries) => remember(queries, await rowNow(queries), memory));
  }

  function snapshot(): Promise<Recorded> {
    return db.reading(async (queries) => {
      memory = await remember(queries, await rowNow(queries), memory);
      const reads = {
        instances: instanceReads(queries, ledger, setsOf),
        series: seriesReads(queries, ledger, setsOf),
        window: windowReads(queries, ledger, setsOf),
      };
      const open = await reads.instances.open();
      const buckets = await reads.series.buckets();
      const marks = await reads.series.marks();
      const counters = await reads.series.counters();
      const sums = await reads.window.sums();
      const rechecks = await reads.instances.countRechecks();
      const { state, sets, sweep } = memory;
      const oldestOpen = open.flatMap(({ label_set: set, status, start_time_ms: startTimeMs }) => {
        const { playbook = '' } = sets.labelsOf(set);
        return startTimeMs === null ? [] : [{ labels: { playbook, status }, startTimeMs }];
      });
      const rows = {
        counters,
        bucketsOf: (labels: Recorded['durations'][number]['labels']) => buckets(sets.find(labels) ?? 0),
        window: sums,
        oldestOpen: byKey(
          oldestOpen,
          ({ labels }) => labelsText(labels),
          (a, b) => (a.startTimeMs <= b.startTimeMs ? a : b),
        ),
        lastStarts: marks.start,
        lastCompletions: marks.completion,
        openInstances: open.reduce((sum, { n }) => sum + n, 0),
        sweep,
        rechecks,
      };
      return toSnapshot(state, rows, sets.inOrder);
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

/** Writes the state and the label sets, if the ledger is still as it was before. */
async function moveOn(
  queries: Queries,
  ledger: number,
  before: Memory,
  next: Memory,
  { added }: NewLabelSets,
  touched: readonly number[],
): Promise<void> {
  const columns: Sql[] = changedColumns(before.state, next.state).map(
    ([column, value]) => sql`${raw(column)} = ${column === 'name' && value !== null ? toText(String(value)) : value}`,
  );
  columns.push(sql`commits = ${next.commits}`);
  if (next.changedIn !== before.changedIn) columns.push(sql`changed_in = ${JSON.stringify(next.changedIn)}`);
  if (next.sets.last !== before.sets.last) columns.push(sql`last_label_set = ${next.sets.last}`);
  const isNew = new Set(added.map((set) => set.label_set));
  const rows = added.map((set) => ({
    ...set,
    touched_in: touched.includes(set.label_set) ? next.commits : 0,
  }));
  const others = touched.filter((number) => !isNew.has(number));
  const parts: Sql[] = [
    sql`moved AS (UPDATE ledger SET ${list(columns)}
                  WHERE ledger = ${ledger} AND commits = ${before.commits} RETURNING ledger)`,
  ];
  if (rows.length > 0)
    parts.push(sql`added AS (INSERT INTO label_set SELECT moved.ledger, given.*
      FROM moved, ${given(rows, { label_set: 'bigint', labels: 'json', touched_in: 'bigint' })})`);
  if (others.length > 0)
    parts.push(sql`touched AS (UPDATE label_set SET touched_in = ${next.commits}
      FROM moved WHERE label_set.ledger = moved.ledger AND label_set = ANY(${others}::bigint[]))`);
  const moved = await sql`WITH ${list(parts)} SELECT ledger FROM moved`.run(queries);
  if (moved.length > 0) return;
  throw new LedgerError(
    'the ledger has changed since this exporter read it last; nothing was written, and the next poll continues from what it holds now',
  );
}
