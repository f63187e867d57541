import {
  type Counted,
  type CounterName,
  type CounterSeries,
  counterNames,
  type DurationBucket,
  type Durations,
  type Labels,
  type LastTime,
  type Snapshot,
} from '../model/snapshot.ts';
import type { SweepItem } from './change.ts';
import { currentLabels, currentlyNamed } from './current-names.ts';
import { noValue } from './extra-values.ts';
import { compareLabels } from './label-set.ts';
import { countLimitedValues } from './label-values.ts';
import { listedSeries } from './listed-playbooks.ts';
import { moveRows } from './move-rows.ts';
import { countLimited } from './playbook-labels.ts';
import { type LedgerState, liveLabels } from './state.ts';
import { isWindowComplete } from './sweep.ts';
import { currentDataclasses, shownVersions } from './versions.ts';

/** The rows that make up a snapshot, in any order. */
export interface LedgerRows {
  readonly counters: readonly (CounterSeries & { readonly value: number; readonly isExposed: boolean })[];
  /** Of a series of the counters `timed` and `timed_nodes`, in any order. */
  readonly bucketsOf: (labels: Labels) => readonly DurationBucket[];
  readonly window: Snapshot['window'];
  readonly oldestOpen: Snapshot['oldestOpen'];
  readonly lastStarts: readonly LastTime[];
  readonly lastCompletions: readonly LastTime[];
  readonly openInstances: number;
  readonly sweep: readonly SweepItem[];
  readonly rechecks: number;
}

/** Orders rows by their labels; a store may have a faster way. */
export type InOrder = <Row extends { readonly labels: Labels }>(rows: readonly Row[]) => readonly Row[];

export const byLabels: InOrder = (rows) => rows.toSorted((a, b) => compareLabels(a.labels, b.labels));

/** A snapshot but for what depends on the time and the settings (poll/workspace/outlook.ts). */
export type Recorded = Omit<Snapshot, 'streaks' | 'expectedStarts'>;

/** Made in parts, so that scrapes are served in between. */
export async function toSnapshot(state: LedgerState, rows: LedgerRows, inOrder: InOrder = byLabels): Promise<Recorded> {
  const counters = countersOf(inOrder(rows.counters));
  await new Promise(setImmediate);
  const durations = durationsOf('timed', rows, inOrder);
  await new Promise(setImmediate);
  const nodeDurations = durationsOf('timed_nodes', rows, inOrder);
  await new Promise(setImmediate);
  const { playbooks, prunedBeforeMs } = state;
  const live = liveLabels(state);
  const current = currentLabels(state);
  const later = (a: LastTime, b: LastTime) => ({ ...a, atMs: Math.max(a.atMs, b.atMs) });
  const lastStarts = moveRows(rows.lastStarts, current, later);
  const listed = listedSeries(state, lastStarts);
  const dataclasses = currentDataclasses(state.dataclasses.values(), current);
  const { workflows, firstStarts } = shownVersions(state.versions.values(), current, state.fromMinute * 60_000);
  return {
    counters,
    durations,
    nodeDurations,
    topologies: { read: state.topologiesRead, skipped: state.topologiesSkipped, failed: state.topologiesFailed },
    window: inOrder(
      moveRows(rows.window, current, (a, b) => ({
        ...a,
        instances: a.instances + b.instances,
        retries: a.retries + b.retries,
      })),
    ),
    oldestOpen: byLabels(
      moveRows(rows.oldestOpen, current, (a, b) => ({ ...a, startTimeMs: Math.min(a.startTimeMs, b.startTimeMs) })),
    ),
    lastStarts: inOrder(lastStarts),
    lastCompletions: inOrder(moveRows(rows.lastCompletions, current, later)),
    playbooks: currentlyNamed(state, live)
      .map(({ playbookId, name, label }) => ({
        playbookId,
        name,
        label,
        dataclass: dataclasses.get(label) ?? noValue,
      }))
      .sort((a, b) => (a.label < b.label ? -1 : 1)),
    listed,
    limitedPlaybooks: countLimited(playbooks.values(), live, prunedBeforeMs, listed),
    workflows: byLabels(workflows),
    firstStarts: byLabels(firstStarts),
    limitedValues: countLimitedValues(state.values.values()),
    instances: state.instances,
    openInstances: rows.openInstances,
    windowComplete: isWindowComplete(state, rows.sweep, rows.rechecks),
  };
}

/** A pending series shows 0: rate() would miss the first value of a new series. */
function countersOf(counters: LedgerRows['counters']): Snapshot['counters'] {
  const byName = Object.fromEntries(counterNames.map((name) => [name, [] as Counted[]])) as Record<
    CounterName,
    Counted[]
  >;
  for (const { counter, labels, value, isExposed } of counters) {
    byName[counter].push({ labels, value: isExposed ? value : 0 });
  }
  return byName;
}

function durationsOf(name: CounterName, { counters, bucketsOf }: LedgerRows, inOrder: InOrder): readonly Durations[] {
  const exposed = counters.filter(({ counter, isExposed }) => counter === name && isExposed);
  return inOrder(exposed).map(({ labels }) => ({ labels, buckets: bucketsOf(labels).toSorted((a, b) => a.le - b.le) }));
}
