import type { Change, PageChange } from '../change.ts';
import { inParts } from '../in-parts.ts';
import { labelsText } from '../label-set.ts';
import { valueKey } from '../label-values.ts';
import { leavesSnapshot } from '../leaves-snapshot.ts';
import { type MetPlaybook, playbookKey } from '../met-playbook.ts';
import { type LedgerRows, type Recorded, toSnapshot } from '../snapshot.ts';
import { advance, type LedgerState } from '../state.ts';
import type { Ledger, LedgerReads } from '../store.ts';
import { changedColumns, type LedgerRow, readState } from '../stored-state.ts';
import { isWindowComplete } from '../sweep.ts';
import { touch, untouched } from '../touched.ts';
import { createTurns } from '../turns.ts';
import { versionKey } from '../versions.ts';
import { moves } from '../window.ts';
import type { Database } from './database.ts';
import { createFailures } from './failures.ts';
import { createInstances } from './instances.ts';
import { createLabelSets } from './label-sets.ts';
import { createLabelValues } from './label-values.ts';
import { type BucketRow, createSeries } from './series.ts';
import { createSweep } from './sweep.ts';
import { createTopologies } from './topologies.ts';
import { createVersions } from './versions.ts';
import { createWindow } from './window.ts';

export function openSqliteLedger(db: Database, row: LedgerRow): Ledger {
  const { ledger } = row;
  const sets = createLabelSets(db, ledger);
  const instances = createInstances(db, ledger, sets);
  const series = createSeries(db, ledger, sets);
  const window = createWindow(db, ledger, sets);
  const failures = createFailures(db, ledger, sets);
  const sweep = createSweep(db, ledger);
  const values = createLabelValues(db, ledger);
  const topologies = createTopologies(db, ledger);
  const versions = createVersions(db, ledger);
  let state = readState(row, {
    playbooks: new Map(readPlaybooks().map((one) => [playbookKey(one.playbookId, one.name), one])),
    values: new Map(values.all().map((one) => [valueKey(one.label, one.value), one])),
    versions: new Map(versions.all().map((one) => [versionKey(one), one])),
    dataclasses: new Map(versions.dataclasses().map((one) => [one.playbook, one])),
    runs: new Map(series.runs().map((labels) => [labelsText(labels), labels])),
    unread: topologies.unread(),
  });

  let touched = untouched;
  /** The last snapshot, as long as nothing has been committed that it would show. */
  let latest: Recorded | null = null;
  /** Nothing is committed between reads that belong together. */
  const inTurn = createTurns();

  function readPlaybooks(): MetPlaybook[] {
    const sql = `SELECT playbook_id AS playbookId, name, label, seen_ms AS seenMs, begun_ms AS begunMs, met_ms AS metMs
                 FROM playbook WHERE ledger = ?`;
    return db.all<MetPlaybook>(sql, ledger);
  }

  function writePlaybook({ playbookId, name, label, seenMs, begunMs, metMs }: MetPlaybook): void {
    db.run(
      `INSERT INTO playbook VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (ledger, playbook_id, name)
       DO UPDATE SET label = excluded.label, seen_ms = max(seen_ms, excluded.seen_ms), begun_ms = excluded.begun_ms,
         met_ms = excluded.met_ms`,
      ledger,
      playbookId,
      name,
      label,
      seenMs,
      begunMs,
      metMs,
    );
  }

  function writePage(page: PageChange): void {
    for (const entry of page.entries) instances.write(entry, page.atMs);
    for (const id of page.seen) instances.markSeen(id, page.atMs);
    for (const playbook of page.playbooks) writePlaybook(playbook);
    for (const value of page.values) values.write(value);
    versions.change(page.versions);
    for (const change of page.counters) series.count(change);
    series.observe(page.durations);
    for (const mark of page.lastStarts) series.advanceMark('start', mark);
    for (const mark of page.lastCompletions) series.advanceMark('completion', mark);
    for (const attempt of page.failures) failures.add(attempt);
    if (page.failures.length > 0) failures.keepLatest();
    window.add(page.cells);
  }

  const nothing = () => {};
  /** What each change writes besides the columns of the state and what is unread. */
  const writers: { [K in Change['kind']]: (change: Extract<Change, { kind: K }>) => void } = {
    page: ({ page }) => writePage(page),
    tail_ended({ page, sweep: parts, recheck }) {
      writePage(page);
      sweep.add(parts);
      if (recheck !== null) instances.markForRecheck(recheck);
    },
    sweep_step({ page, item, outcome }) {
      if (page !== null) writePage(page);
      sweep.conclude(item, outcome);
    },
    sweep_planned({ sweep: parts, recheck }) {
      sweep.add(parts);
      if (recheck !== null) instances.markForRecheck(recheck);
    },
    instance_seen: ({ id, atMs }) => instances.markSeen(id, atMs),
    instances_gone({ entries, cells, atMs }) {
      for (const entry of entries) instances.write(entry, atMs);
      window.add(cells);
    },
    nodes_read({ id, attempt, nodes, moreNodes = 0, counters, durations = [], values: met = [] }) {
      for (const value of met) values.write(value);
      for (const counter of counters) series.count(counter);
      series.observe(durations);
      if (nodes !== null) failures.setNodes(id, attempt, nodes, moreNodes);
    },
    window_moved({ fromMinute, sweep: parts }) {
      sweep.add(parts);
      if (fromMinute >= state.fromMinute) window.expire(fromMinute);
      else window.rebuild(instances.since(fromMinute * 60_000).flatMap((entry) => moves(null, entry, fromMinute)));
    },
    exposed({ series: exposed }) {
      for (const one of exposed) series.expose(one);
    },
    pruned({ ids, playbooks, labelled = [], forgotten }) {
      for (const id of ids) {
        instances.remove(id);
        failures.remove(id);
      }
      for (const playbook of playbooks) series.remove(playbook);
      for (const labels of labelled) series.removeLabelled(labels);
      if (playbooks.length + labelled.length > 0) sets.removeUnused();
      for (const version of forgotten?.versions ?? []) versions.remove(version);
      for (const playbook of forgotten?.dataclasses ?? []) versions.removeDataclass(playbook);
      for (const { label, value } of forgotten?.values ?? []) values.remove(label, value);
      for (const { playbookId, name } of forgotten?.playbooks ?? []) {
        const sql = 'DELETE FROM playbook WHERE ledger = ? AND playbook_id = ? AND name = ?';
        db.run(sql, ledger, playbookId, name);
      }
    },
    playbooks_listed({ playbooks }) {
      for (const playbook of playbooks) writePlaybook(playbook);
    },
    topologies_given_up: nothing,
    profile_learned: nothing,
    named: nothing,
    poll_succeeded: nothing,
  };

  /** Writes the columns of the state that have changed. */
  function writeState(before: LedgerState, after: LedgerState): void {
    for (const [column, value] of changedColumns(before, after))
      db.run(`UPDATE ledger SET ${column} = ? WHERE ledger = ?`, value, ledger);
  }

  function commit(change: Change): void {
    const after = advance(state, change);
    try {
      db.transaction(() => {
        (writers[change.kind] as (change: Change) => void)(change);
        writeState(state, after);
        topologies.replace(state.unread, after.unread);
      });
    } catch (error) {
      // Label sets that the transaction has added are gone.
      sets.reset();
      throw error;
    }
    state = after;
    touched = touch(touched, change);
    if (!leavesSnapshot(change)) latest = null;
  }

  /** Scrapes that wait go first: each waits for a query or a commit. */
  async function afterScrapes<T>(work: () => T): Promise<T> {
    await new Promise(setImmediate);
    return work();
  }

  async function readEach<Item, T>(items: readonly Item[], query: (item: Item) => T): Promise<T[]> {
    const all: T[] = [];
    for (const item of items) all.push(await afterScrapes(() => query(item)));
    return all;
  }

  async function snapshot(): Promise<Recorded> {
    const swept = { sweep: sweep.items(), rechecks: instances.toRecheck().length };
    const windowComplete = isWindowComplete(state, swept.sweep, swept.rechecks);
    if (latest?.windowComplete !== windowComplete) latest = await readSnapshot(swept);
    return latest;
  }

  async function readSnapshot(swept: Pick<LedgerRows, 'sweep' | 'rechecks'>): Promise<Recorded> {
    const rows = {
      counters: await afterScrapes(series.counters),
      bucketsOf: series.bucketsIn(await readBuckets()),
      window: await afterScrapes(window.sums),
      oldestOpen: await afterScrapes(instances.oldestOpen),
      lastStarts: await afterScrapes(() => series.marks('start')),
      lastCompletions: await afterScrapes(() => series.marks('completion')),
      openInstances: await afterScrapes(instances.countOpen),
      ...swept,
    };
    return afterScrapes(() => toSnapshot(state, rows, sets.inOrder));
  }

  async function readBuckets(): Promise<readonly BucketRow[]> {
    const rows: BucketRow[] = [];
    for (;;) {
      const next = await afterScrapes(() => series.buckets(rows.at(-1) ?? null, bucketsAtOnce));
      rows.push(...next);
      if (next.length < bucketsAtOnce) return rows;
    }
  }

  const rowReads: Omit<LedgerReads, 'state' | 'touched' | 'snapshot'> = {
    known: async (ids) =>
      new Map((await readEach(inParts(ids, instancesAtOnce), instances.known)).flatMap((known) => [...known])),
    openUnseen: (sinceMs) => afterScrapes(() => instances.openUnseen(sinceMs)),
    toRecheck: () => afterScrapes(() => instances.toRecheck()),
    latestFailures: (max) => afterScrapes(() => failures.latest(max)),
    stuckOrRetrying: (sinceMs, max) => afterScrapes(() => instances.stuckOrRetrying(sinceMs, max)),
    nodes: (playbook, counter) => afterScrapes(() => series.nodes(playbook, counter)),
    pending: () => afterScrapes(() => series.pending()),
    openCount: () => afterScrapes(() => instances.countOpen()),
    begunWithin: (fromMs, toMs) => afterScrapes(() => instances.countBegunWithin(fromMs, toMs)),
    endedByMinute: (status, fromMinute, toMinute) =>
      afterScrapes(() => window.endedByMinute(status, fromMinute, toMinute)),
    startsByHour: async (fromHour, toHour) => (await readEach(hoursBetween(fromHour, toHour), window.startsIn)).flat(),
    ends: (groups, untilMs) => readEach(groups, (sets) => instances.ends(sets, untilMs)),
    starts: (groups, sinceMs) => readEach(groups, (sets) => instances.starts(sets, sinceMs)),
    sweep: () => afterScrapes(() => sweep.items()),
    endedBefore: (beforeMs, max) => afterScrapes(() => instances.endedBefore(beforeMs, max)),
    playbookActivity: () => afterScrapes(() => series.activity()),
    labelledActivity: () => afterScrapes(() => series.labelledActivity()),
  };
  const together: Ledger['together'] = (work) =>
    inTurn(() => work({ ...rowReads, state, touched: touched.bySet, snapshot }));

  return {
    ...rowReads,
    get state() {
      return state;
    },
    get touched() {
      return touched.bySet;
    },
    commit: (change) => inTurn(() => afterScrapes(() => commit(change))),
    catchUp: async () => {},
    together,
    snapshot: () => together((reads) => reads.snapshot()),
  };
}

/** So many instances are read at once, and so many buckets. */
const instancesAtOnce = 100;
const bucketsAtOnce = 1_000;

function hoursBetween(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}
