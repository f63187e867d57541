import type { Change } from './change.ts';
import type { Entry } from './entry.ts';
import type { LedgerState } from './state.ts';
import { Tally } from './tally.ts';
import { type Cell, moves } from './window.ts';

/** Removes instances that SecMaster no longer knows from the gauges; their counts stay. */
export function goneChange(knownEntries: readonly Entry[], state: LedgerState, nowMs: number): Change {
  const cells = new Tally<Cell, { instances: number; retries: number }>(({ minute }) => minute);
  const entries = knownEntries.map((known) => {
    const entry = { ...known, gone: true, recheck: false, changedIn: state.generation + 1 };
    for (const { instances, retries, ...cell } of moves(known, entry, state.fromMinute)) {
      cells.add(cell, { instances, retries });
    }
    return entry;
  });
  return { kind: 'instances_gone', entries, cells: cells.list(), atMs: nowMs };
}
