import type { PageChange, SweepPart } from '../../../src/ledger/change.ts';
import { foldPage, type PageContext } from '../../../src/ledger/page.ts';
import type { Ledger } from '../../../src/ledger/store.ts';
import type { Instance } from '../../../src/model/instance.ts';

/** A page without rows. */
export function emptyPage(atMs: number): PageChange {
  return {
    entries: [],
    touched: [],
    added: 0,
    seen: [],
    atMs,
    playbooks: [],
    values: [],
    counters: [],
    durations: [],
    failures: [],
    cells: [],
    lastStarts: [],
    lastCompletions: [],
    versions: { versions: [], dropped: [], dataclasses: [] },
  };
}

/** A gap: all that SecMaster has, unless told otherwise. */
export function sweepPart(fields: Partial<SweepPart> = {}): SweepPart {
  return { fromMs: null, toMs: null, status: null, triggerType: null, oldestFirst: false, purpose: 'gap', ...fields };
}

/** What rows change in a ledger that shows them at `nowMs`. */
export async function foldRows(
  ledger: Ledger,
  instances: readonly Instance[],
  nowMs: number,
  context: Partial<PageContext> = {},
): Promise<PageChange> {
  const known = await ledger.known(instances.map(({ id }) => id));
  const { change } = foldPage(instances, {
    known,
    state: ledger.state,
    maxPlaybooks: 200,
    maxValues: 50,
    durationBuckets: [1, 10],
    nodes: 'failed',
    nowMs,
    ...context,
  });
  return change;
}
