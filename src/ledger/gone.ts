import type { Change } from './change.ts';
import type { Entry } from './entry.ts';
import type { LedgerState } from './state.ts';
import { moves } from './window.ts';

/** Removes an instance that SecMaster no longer knows from the gauges; its counts stay. */
export function goneChange(known: Entry, state: LedgerState, nowMs: number): Change {
  const entry = { ...known, gone: true, recheck: false, changedIn: state.generation + 1 };
  return { kind: 'instance_gone', entry, cells: moves(known, entry, state.fromMinute), atMs: nowMs };
}
