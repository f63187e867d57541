import type { LedgerReads } from '../store.ts';
import type { Queries } from './database.ts';
import { latestFailures } from './failures.ts';
import { instanceReads } from './instances.ts';
import { setsIn } from './label-sets.ts';
import type { Memory } from './memory.ts';
import { seriesReads } from './series.ts';
import { readSnapshot } from './snapshot.ts';
import { windowReads } from './window.ts';

/** The reads that are a statement or two. */
export function rowReads(
  queries: Queries,
  ledger: number,
  memory: () => Memory,
): Omit<LedgerReads, 'state' | 'touched' | 'snapshot'> {
  const setsOf = setsIn(queries, ledger, () => memory().sets);
  const instances = instanceReads(queries, ledger, setsOf);
  const series = seriesReads(queries, ledger, setsOf);
  const window = windowReads(queries, ledger, setsOf);
  return {
    known: (ids) => instances.known(ids),
    openUnseen: (sinceMs) => instances.openUnseen(sinceMs),
    toRecheck: () => instances.toRecheck(),
    latestFailures: (max) => latestFailures(queries, ledger, setsOf, max),
    stuckOrRetrying: (sinceMs, max) => instances.stuckOrRetrying(sinceMs, max),
    nodes: (playbook, counter) => series.nodes(playbook, counter),
    pending: () => series.pending(),
    openCount: () => instances.countOpen(),
    begunWithin: (fromMs, toMs) => instances.countBegunWithin(fromMs, toMs),
    endedByMinute: (status, fromMinute, toMinute) => window.endedByMinute(status, fromMinute, toMinute),
    startsByHour: (fromHour, toHour) => window.startsByHour(fromHour, toHour),
    ends: (groups, untilMs) => instances.ends(groups, untilMs),
    starts: (groups, sinceMs) => instances.starts(groups, sinceMs),
    sweep: async () => memory().sweep,
    endedBefore: (beforeMs, max) => instances.endedBefore(beforeMs, max),
    playbookActivity: () => series.playbookActivity(),
    labelledActivity: () => series.labelledActivity(),
  };
}

/** @param queries see the database at one instant, that of `memory` */
export function readsAt(queries: Queries, ledger: number, memory: Memory): LedgerReads {
  return {
    ...rowReads(queries, ledger, () => memory),
    state: memory.state,
    touched: memory.touched.bySet,
    snapshot: () => readSnapshot(queries, ledger, memory),
  };
}
