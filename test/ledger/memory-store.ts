import { maxNumber } from '../../src/ledger/bounds.ts';
import type {
  Change,
  FailedAttempt,
  PageChange,
  Recheck,
  SweepItem,
  SweepOutcome,
  SweepPart,
} from '../../src/ledger/change.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import { hasExtraLabels, labelsText, withoutStatus } from '../../src/ledger/label-set.ts';
import { toSnapshot } from '../../src/ledger/snapshot.ts';
import { advance, type LedgerState } from '../../src/ledger/state.ts';
import {
  type HourOfStarts,
  type Ledger,
  type LedgerReads,
  maxFailures,
  type PlaybookActivity,
  type Store,
} from '../../src/ledger/store.ts';
import { joinSweep } from '../../src/ledger/sweep.ts';
import { touch, untouched } from '../../src/ledger/touched.ts';
import { type CellChange, moves, openMinute } from '../../src/ledger/window.ts';
import type { FailedRun } from '../../src/model/failed-run.ts';
import type { CounterSeries, DurationBucket, Labels, LastTime } from '../../src/model/snapshot.ts';
import { isEnded } from '../../src/model/status.ts';

/**
 * The plainest store that there can be: maps, copied for each commit. The contract suite and the SQLite store are held against
 * it. `disk` outlives the store, as a file outlives a process.
 */
export type Disk = Map<string, Tables>;

interface Tables {
  state: LedgerState;
  readonly instances: Map<string, { readonly entry: Entry; readonly seenMs: number }>;
  readonly counters: Map<string, CounterSeries & { readonly value: number; readonly isExposed: boolean }>;
  readonly buckets: Map<string, { readonly labels: Labels; readonly bucket: DurationBucket }>;
  readonly cells: Map<string, CellChange>;
  readonly lastStarts: Map<string, LastTime>;
  readonly lastCompletions: Map<string, LastTime>;
  readonly failures: Map<string, FailedAttempt & Pick<FailedRun, 'nodes' | 'moreNodes'>>;
  sweep: readonly SweepItem[];
  lastKey: number;
}

export function createMemoryStore(disk: Disk, onStatement: () => void = () => {}): Store {
  const keyOf = ({ projectId, workspaceId }: { projectId: string; workspaceId: string }) =>
    `${projectId}/${workspaceId}`;
  return {
    open: async (workspace) => (disk.has(keyOf(workspace)) ? openLedger(disk, keyOf(workspace), onStatement) : null),
    async create(workspace, nowMs, fromMinute) {
      onStatement();
      disk.set(keyOf(workspace), emptyTables(nowMs, fromMinute));
      onStatement();
      return openLedger(disk, keyOf(workspace), onStatement);
    },
    replicas: null,
    close: async () => {},
  };
}

function emptyTables(createdAtMs: number, fromMinute: number): Tables {
  return {
    state: {
      name: null,
      createdAtMs,
      generation: 0,
      lastTailMs: null,
      lastSuccessMs: null,
      fromMinute,
      prunedBeforeMs: 0,
      unseenBeforeMs: null,
      historyFromMs: null,
      profile: {},
      listed: [],
      listedMs: null,
      instances: 0,
      playbooks: new Map(),
      values: new Map(),
      runs: new Map(),
      unread: new Map(),
      topologiesRead: 0,
      topologiesSkipped: 0,
      topologiesFailed: 0,
      versions: new Map(),
      dataclasses: new Map(),
    },
    instances: new Map(),
    counters: new Map(),
    buckets: new Map(),
    cells: new Map(),
    lastStarts: new Map(),
    lastCompletions: new Map(),
    failures: new Map(),
    sweep: [],
    lastKey: 0,
  };
}

function openLedger(disk: Disk, key: string, onStatement: () => void): Ledger {
  const tables = (): Tables => disk.get(key) ?? emptyTables(0, 0);
  let touched = untouched;

  return {
    ...readsOf(tables),
    get state() {
      return tables().state;
    },
    get touched() {
      return touched.bySet;
    },
    async commit(change) {
      onStatement();
      const next = structuredClone(tables());
      write(next, change);
      next.state = advance(next.state, change);
      onStatement();
      disk.set(key, next);
      touched = touch(touched, change);
      onStatement();
    },
    async catchUp() {},
    async together(work) {
      const now = tables();
      return work({ ...readsOf(() => now), state: now.state, touched: touched.bySet });
    },
  };
}

function readsOf(tables: () => Tables): Omit<LedgerReads, 'state' | 'touched'> {
  const entries = () => [...tables().instances.values()];
  const isOpen = (entry: Entry) => !entry.gone && !isEnded(entry);
  const lastMs = ({ startTimeMs, endTimeMs }: Entry) => Math.max(startTimeMs ?? 0, endTimeMs ?? 0);

  return {
    async snapshot() {
      const { state, counters, buckets, cells, lastStarts, lastCompletions, sweep } = tables();
      const open = entries().filter(({ entry }) => isOpen(entry));
      return toSnapshot(state, {
        counters: [...counters.values()],
        bucketsOf: (labels) =>
          [...buckets.values()].filter((one) => isSame(one.labels, labels)).map(({ bucket }) => bucket),
        window: sumBy([...cells.values()], labelsOfCell).map(({ labels, instances, retries }) => ({
          labels,
          instances,
          retries,
        })),
        oldestOpen: [...Map.groupBy(open, ({ entry }) => labelsText(labelsOfOpen(entry))).values()].flatMap((some) => {
          const starts = some.flatMap(({ entry }) => entry.startTimeMs ?? []);
          const [first] = some;
          if (first === undefined || starts.length === 0) return [];
          return [{ labels: labelsOfOpen(first.entry), startTimeMs: Math.min(...starts) }];
        }),
        lastStarts: [...lastStarts.values()],
        lastCompletions: [...lastCompletions.values()],
        openInstances: open.length,
        sweep,
        rechecks: entries().filter(({ entry }) => entry.recheck).length,
      });
    },
    known: async (ids) =>
      new Map(
        ids.flatMap((id) => {
          const found = tables().instances.get(id);
          return found === undefined ? [] : [[id, found.entry]];
        }),
      ),
    openUnseen: async (sinceMs) =>
      entries()
        .filter(({ entry, seenMs }) => isOpen(entry) && seenMs < sinceMs)
        .sort((a, b) => a.seenMs - b.seenMs)
        .map(({ entry: { id, status } }) => ({ id, status })),
    toRecheck: async () => entries().flatMap(({ entry }) => (entry.recheck ? [entry.id] : [])),
    latestFailures: async (max) =>
      [...tables().failures.values()]
        .sort((a, b) => b.failedMs - a.failedMs || (a.id < b.id ? -1 : 1))
        .flatMap(({ id, attempt, failedMs, nodes, moreNodes }) => {
          const entry = tables().instances.get(id)?.entry;
          if (entry === undefined) return [];
          const { status, startTimeMs } = entry;
          return [
            {
              instanceId: id,
              attempt,
              ...names(entry),
              status,
              startTimeMs,
              failedMs,
              nodes,
              ...(moreNodes && { moreNodes }),
            },
          ];
        })
        .slice(0, max),
    stuckOrRetrying: async (sinceMs, max) =>
      entries()
        .map(({ entry }) => entry)
        .filter(
          (entry) =>
            isOpen(entry) &&
            (entry.status === 'RETRYING' || (entry.startTimeMs !== null && entry.startTimeMs < sinceMs)),
        )
        .sort((a, b) => (a.startTimeMs ?? -1) - (b.startTimeMs ?? -1) || (a.id < b.id ? -1 : 1))
        .slice(0, max)
        .map((entry) => {
          const { id, status, startTimeMs, retryCount } = entry;
          return { instanceId: id, ...names(entry), status, startTimeMs, retryCount };
        }),
    async nodes(playbook, wanted) {
      const ofNodes = [...tables().counters.values()].filter(({ counter }) => counter === wanted);
      const names = ofNodes.flatMap(({ labels }) => (labels.playbook === playbook ? [labels.node ?? ''] : []));
      return [...new Set(names)];
    },
    pending: async () =>
      [...tables().counters.values()].flatMap(({ counter, labels, isExposed }) =>
        isExposed ? [] : [{ counter, labels }],
      ),
    openCount: async () => entries().filter(({ entry }) => isOpen(entry)).length,
    begunWithin: async (fromMs, toMs) =>
      entries().filter(({ entry: { gone, startTimeMs, endTimeMs } }) => {
        const begunMs = startTimeMs ?? endTimeMs;
        return !gone && begunMs !== null && begunMs >= fromMs && begunMs < toMs;
      }).length,
    async endedByMinute(status, fromMinute, toMinute) {
      const counts = new Map<number, number>();
      for (const { minute, labels, instances } of tables().cells.values()) {
        const isWanted = minute > openMinute && minute >= fromMinute && minute < toMinute;
        if (!isWanted || (status !== null && labels.status !== status)) continue;
        counts.set(minute, (counts.get(minute) ?? 0) + instances);
      }
      return counts;
    },
    async startsByHour(fromHour, toHour) {
      const starts = new Map<string, HourOfStarts>();
      for (const { minute, labels, instances } of tables().cells.values()) {
        const hour = Math.floor(minute / 60);
        if (minute === openMinute || hour < fromHour || hour >= toHour) continue;
        const key = `${hour} ${labelsText(labels)}`;
        starts.set(key, { hour, labels, instances: instances + (starts.get(key)?.instances ?? 0) });
      }
      return [...starts.values()];
    },
    ends: async (groups, untilMs) =>
      groups.map((sets) => {
        const endsOf = (status: string) =>
          entries().flatMap(({ entry }) =>
            entry.status === status && sets.some((set) => isSame(set, entry.labels)) ? (entry.endTimeMs ?? []) : [],
          );
        const finished = endsOf('FINISHED').filter((endMs) => endMs <= untilMs);
        const finishedMs = finished.length === 0 ? null : Math.max(...finished);
        const failed = endsOf('FAILED').filter((endMs) => finishedMs === null || endMs > finishedMs);
        return { finishedMs, failedMs: failed.sort((a, b) => a - b) };
      }),
    starts: async (groups, sinceMs) =>
      groups.map((sets) =>
        Float64Array.from(
          entries().flatMap(({ entry: { labels, startTimeMs: ms } }) =>
            ms !== null && ms >= sinceMs && sets.some((set) => isSame(set, labels)) ? ms : [],
          ),
        ),
      ),
    sweep: async () => {
      const rank = { gap: 0, audit: 1, history: 2 };
      return tables().sweep.toSorted((a, b) => rank[a.purpose] - rank[b.purpose]);
    },
    endedBefore: async (beforeMs, max) =>
      entries()
        .filter(({ entry }) => !isOpen(entry) && lastMs(entry) < beforeMs)
        .slice(0, max)
        .map(({ entry }) => entry.id),
    async playbookActivity() {
      const { lastStarts, lastCompletions } = tables();
      const activity = new Map<string, PlaybookActivity>();
      const meet = ({ labels: { playbook = '' }, atMs }: LastTime, isStart: boolean) => {
        const known = activity.get(playbook);
        const hasOpen = entries().some(({ entry }) => isOpen(entry) && entry.labels.playbook === playbook);
        const start = isStart ? Math.max(atMs, known?.lastStartMs ?? 0) : (known?.lastStartMs ?? null);
        activity.set(playbook, { playbook, lastStartMs: start, lastMs: Math.max(atMs, known?.lastMs ?? 0), hasOpen });
      };
      for (const mark of lastStarts.values()) meet(mark, true);
      for (const mark of lastCompletions.values()) meet(mark, false);
      return [...activity.values()];
    },
    async labelledActivity() {
      const { lastStarts, lastCompletions } = tables();
      const marks = [...lastStarts.values(), ...lastCompletions.values()];
      const labelled = marks.map(({ labels, atMs }) => ({ labels: withoutStatus(labels), atMs }));
      const groups = Map.groupBy(
        labelled.filter((one) => hasExtraLabels(one.labels)),
        (one) => labelsText(one.labels),
      );
      return [...groups].map(([text, group]) => ({
        labels: group[0]?.labels ?? {},
        lastMs: Math.max(...group.map(({ atMs }) => atMs)),
        hasOpen: entries().some(({ entry }) => isOpen(entry) && labelsText(entry.labels) === text),
      }));
    },
  };
}

function names({ labels: { playbook = '', trigger_type: triggerType = '' }, details }: Entry) {
  return { playbook, triggerType, details };
}

function labelsOfOpen({ labels: { playbook = '' }, status }: Entry): Labels {
  return { playbook, status };
}

const labelsOfCell = ({ labels }: CellChange) => labelsText(labels);

function isSame(a: Labels, b: Labels): boolean {
  return labelsText(a) === labelsText(b);
}

/** Those that add up to nothing have gone. */
function sumBy(cells: readonly CellChange[], keyOf: (cell: CellChange) => string): CellChange[] {
  const sums = new Map<string, CellChange>();
  for (const cell of cells) {
    const { instances = 0, retries = 0 } = sums.get(keyOf(cell)) ?? {};
    sums.set(keyOf(cell), { ...cell, instances: instances + cell.instances, retries: retries + cell.retries });
  }
  return [...sums.values()].filter(({ instances }) => instances !== 0);
}

function write(tables: Tables, change: Change): void {
  const { instances } = tables;
  const edit = (id: string, entry: Partial<Entry>, atMs?: number) => {
    const known = instances.get(id);
    if (known === undefined) return;
    instances.set(id, { entry: { ...known.entry, ...entry }, seenMs: atMs ?? known.seenMs });
  };
  switch (change.kind) {
    case 'page':
      writePage(tables, change.page);
      break;
    case 'tail_ended':
      writePage(tables, change.page);
      addParts(tables, change.sweep);
      if (change.recheck !== null) recheck(tables, change.recheck);
      break;
    case 'sweep_step':
      if (change.page !== null) writePage(tables, change.page);
      conclude(tables, change.item, change.outcome);
      break;
    case 'sweep_planned':
      addParts(tables, change.sweep);
      if (change.recheck !== null) recheck(tables, change.recheck);
      break;
    case 'instance_seen':
      edit(change.id, { recheck: false }, change.atMs);
      break;
    case 'instances_gone':
      for (const entry of change.entries) instances.set(entry.id, { entry, seenMs: change.atMs });
      addCells(tables, change.cells);
      break;
    case 'nodes_read': {
      count(tables, change.counters);
      observe(tables, change.durations ?? []);
      const key = `${change.id} ${change.attempt}`;
      const failure = tables.failures.get(key);
      if (failure !== undefined && change.nodes !== null)
        tables.failures.set(key, { ...failure, nodes: change.nodes, moreNodes: change.moreNodes ?? 0 });
      break;
    }
    case 'window_moved':
      addParts(tables, change.sweep);
      moveWindow(tables, change.fromMinute);
      break;
    case 'exposed':
      for (const { counter, labels } of change.series) {
        const key = `${counter} ${labelsText(labels)}`;
        const known = tables.counters.get(key);
        if (known !== undefined) tables.counters.set(key, { ...known, isExposed: true });
      }
      break;
    case 'pruned':
      prune(tables, change);
      break;
    case 'playbooks_listed':
    case 'topologies_given_up':
    case 'profile_learned':
    case 'named':
    case 'poll_succeeded':
      break;
  }
}

function addParts(tables: Tables, parts: readonly SweepPart[]): void {
  for (const part of parts) {
    const joining = joinSweep(tables.sweep, part);
    if (joining === 'known') continue;
    if (joining === 'new') tables.sweep = [...tables.sweep, { ...part, key: ++tables.lastKey, triedMs: null }];
    else editItem(tables, joining.makeGap, { purpose: 'gap' });
  }
}

function editItem(tables: Tables, key: number, fields: Partial<SweepItem>): void {
  tables.sweep = tables.sweep.map((item) => (item.key === key ? { ...item, ...fields } : item));
}

function conclude(tables: Tables, key: number, outcome: SweepOutcome): void {
  switch (outcome.kind) {
    case 'more':
      break;
    case 'done':
      tables.sweep = tables.sweep.filter((item) => item.key !== key);
      break;
    case 'all_done':
      tables.sweep = [];
      break;
    case 'instead':
    case 'given_up':
      tables.sweep = tables.sweep.filter((item) => item.key !== key);
      addParts(tables, outcome.items);
      break;
    case 'tried':
      editItem(tables, key, { triedMs: outcome.atMs });
      addParts(tables, outcome.items);
      break;
  }
}

function writePage(tables: Tables, page: PageChange): void {
  for (const entry of page.entries) tables.instances.set(entry.id, { entry, seenMs: page.atMs });
  for (const id of page.seen) {
    const known = tables.instances.get(id);
    if (known === undefined) continue;
    tables.instances.set(id, { entry: { ...known.entry, recheck: false }, seenMs: page.atMs });
  }
  count(tables, page.counters);
  observe(tables, page.durations);
  for (const mark of page.lastStarts) advanceMark(tables.lastStarts, mark);
  for (const mark of page.lastCompletions) advanceMark(tables.lastCompletions, mark);
  for (const failure of page.failures) {
    const key = `${failure.id} ${failure.attempt}`;
    if (!tables.failures.has(key)) tables.failures.set(key, { ...failure, nodes: null });
  }
  const oldest = [...tables.failures].sort(([, a], [, b]) => b.failedMs - a.failedMs).slice(maxFailures);
  for (const [key] of oldest) tables.failures.delete(key);
  addCells(tables, page.cells);
}

function count(tables: Tables, changes: PageChange['counters']): void {
  for (const { counter, labels, by } of changes) {
    const key = `${counter} ${labelsText(labels)}`;
    const { value = 0, isExposed = false } = tables.counters.get(key) ?? {};
    tables.counters.set(key, { counter, labels, value: Math.min(value + by, maxNumber), isExposed });
  }
}

function observe(tables: Tables, durations: PageChange['durations']): void {
  for (const { labels, le, observed } of durations) {
    const key = `${labelsText(labels)} ${le}`;
    const { count: before = 0, sumSeconds = 0 } = tables.buckets.get(key)?.bucket ?? {};
    const bucket = { le, count: before + 1, sumSeconds: sumSeconds + observed.seconds, exemplar: observed };
    tables.buckets.set(key, { labels, bucket });
  }
}

function advanceMark(marks: Map<string, LastTime>, mark: LastTime): void {
  const key = labelsText(mark.labels);
  if ((marks.get(key)?.atMs ?? Number.NEGATIVE_INFINITY) < mark.atMs) marks.set(key, mark);
}

function addCells(tables: Tables, changes: readonly CellChange[]): void {
  const sums = sumBy([...tables.cells.values(), ...changes], (cell) => `${cell.minute} ${labelsText(cell.labels)}`);
  tables.cells.clear();
  for (const cell of sums) tables.cells.set(`${cell.minute} ${labelsText(cell.labels)}`, cell);
}

/** Back: all cells anew. Forward: the cells before are dropped. */
function moveWindow(tables: Tables, fromMinute: number): void {
  const all = [...tables.instances.values()];
  if (fromMinute < tables.state.fromMinute) {
    tables.cells.clear();
    addCells(
      tables,
      all.flatMap(({ entry }) => moves(null, entry, fromMinute)),
    );
  }
  for (const [key, { minute }] of tables.cells)
    if (minute !== openMinute && minute < fromMinute) tables.cells.delete(key);
}

function recheck(tables: Tables, which: Recheck): void {
  const isMeant = (entry: Entry) => {
    if (entry.gone) return false;
    if ('status' in which) return !isEnded(entry) || entry.status === which.status;
    return entry.startTimeMs !== null && entry.startTimeMs >= which.fromMs && entry.startTimeMs < which.toMs;
  };
  for (const [id, { entry, seenMs }] of tables.instances) {
    if (isMeant(entry)) tables.instances.set(id, { entry: { ...entry, recheck: true }, seenMs });
  }
}

function prune(tables: Tables, { ids, playbooks, labelled = [] }: Extract<Change, { kind: 'pruned' }>): void {
  for (const id of ids) tables.instances.delete(id);
  for (const [key, { id }] of tables.failures) if (ids.includes(id)) tables.failures.delete(key);
  const { counters, buckets, lastStarts, lastCompletions } = tables;
  for (const map of [counters, buckets, lastStarts, lastCompletions]) {
    for (const [key, { labels }] of map) {
      const isSilent = labelled.some((set) => isSame(set, withoutStatus(labels)));
      if (playbooks.includes(labels.playbook ?? '') || isSilent) map.delete(key);
    }
  }
}
