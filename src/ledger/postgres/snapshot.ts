import { byKey } from '../by-key.ts';
import { labelsText } from '../label-set.ts';
import { type Recorded, toSnapshot } from '../snapshot.ts';
import type { Queries } from './database.ts';
import { instanceReads } from './instances.ts';
import { setsIn } from './label-sets.ts';
import type { Memory } from './memory.ts';
import { seriesReads } from './series.ts';
import { windowReads } from './window.ts';

/** @param memory as of the instant at which the queries see the database */
export async function readSnapshot(
  queries: Queries,
  ledger: number,
  { state, sets, sweep }: Memory,
): Promise<Recorded> {
  const setsOf = setsIn(queries, ledger, () => sets);
  const instances = instanceReads(queries, ledger, setsOf);
  const series = seriesReads(queries, ledger, setsOf);
  const open = await instances.open();
  const bucketsOf = await series.buckets();
  const marks = await series.marks();
  const rows = {
    counters: await series.counters(),
    bucketsOf,
    window: await windowReads(queries, ledger, setsOf).sums(),
    oldestOpen: byKey(
      open.flatMap(({ label_set: set, status, start_time_ms: startTimeMs }) => {
        const { playbook = '' } = sets.labelsOf(set);
        return startTimeMs === null ? [] : [{ labels: { playbook, status }, startTimeMs }];
      }),
      ({ labels }) => labelsText(labels),
      (a, b) => (a.startTimeMs <= b.startTimeMs ? a : b),
    ),
    lastStarts: marks.start,
    lastCompletions: marks.completion,
    openInstances: open.reduce((sum, { n }) => sum + n, 0),
    sweep,
    rechecks: await instances.countRechecks(),
  };
  return toSnapshot(state, rows, sets.inOrder);
}
