import type { Change, PageChange, Recheck } from '../change.ts';
import { inParts } from '../in-parts.ts';
import { nothingForgotten } from '../state.ts';
import type { CellChange } from '../window.ts';
import { failureWrites } from './failures.ts';
import { instanceWrites } from './instances.ts';
import { type LabelSets, type NewLabelSets, removeUnusedSets } from './label-sets.ts';
import { labelValueWrites } from './label-values.ts';
import { playbookWrites } from './playbooks.ts';
import { seriesWrites } from './series.ts';
import type { Sql } from './sql.ts';
import { versionWrites } from './versions.ts';
import { windowWrites } from './window.ts';

/** What a commit writes: each step is one statement, and sees what the steps before it have written. */
export type Writes = readonly (readonly Sql[])[];

export interface WriteContext {
  readonly ledger: number;
  readonly known: LabelSets;
  readonly sets: NewLabelSets;
  /** All cells of a window that has been moved back; null: it hasn't. */
  readonly rebuilt: readonly CellChange[] | null;
}

/** What a change writes besides the state, what is to be swept, and what is unread. */
export function writesOf(change: Change, { ledger, known, sets, rebuilt }: WriteContext): Writes {
  const instances = instanceWrites(ledger, sets);
  const series = seriesWrites(ledger, sets);
  const window = windowWrites(ledger, sets);
  const failures = failureWrites(ledger);
  const playbooks = playbookWrites(ledger);
  const values = labelValueWrites(ledger);
  const versions = versionWrites(ledger);

  function pageWrites(page: PageChange): Sql[] {
    const written = new Set(page.entries.map(({ id }) => id));
    const seen = page.seen.filter((id) => !written.has(id));
    return [
      ...instances.write(page.entries, page.atMs),
      ...instances.markSeen(seen, page.atMs),
      ...playbooks.write(page.playbooks),
      ...values.write(page.values),
      ...versions.change(page.versions),
      ...series.count(page.counters),
      ...series.observe(page.durations),
      ...series.advanceMarks(page.lastStarts, page.lastCompletions),
      ...failures.add(page.failures),
      ...window.add(page.cells),
    ];
  }

  const afterPage = (page: PageChange) => (page.failures.length > 0 ? failures.keepLatest() : []);
  const rechecks = (which: Recheck | null) => (which === null ? [] : instances.markForRecheck(which));

  switch (change.kind) {
    case 'page':
      return [pageWrites(change.page), afterPage(change.page)];
    case 'tail_ended':
      return [pageWrites(change.page), [...afterPage(change.page), ...rechecks(change.recheck)]];
    case 'sweep_step':
      return change.page === null ? [] : [pageWrites(change.page), afterPage(change.page)];
    case 'sweep_planned':
      return [rechecks(change.recheck)];
    case 'instance_seen':
      return [instances.markSeen([change.id], change.atMs)];
    case 'instances_gone':
      return [[...instances.write(change.entries, change.atMs), ...window.add(change.cells)]];
    case 'nodes_read': {
      const { id, attempt, nodes, moreNodes = 0, counters, durations = [], values: met = [] } = change;
      const ofFailure = nodes === null ? [] : failures.setNodes(id, attempt, nodes, moreNodes);
      return [[...values.write(met), ...series.count(counters), ...series.observe(durations), ...ofFailure]];
    }
    case 'window_moved':
      if (rebuilt === null) return [window.expire(change.fromMinute), window.removeEmpty()];
      return [window.clear(), ...inParts(rebuilt, cellsAtOnce).map(window.add)];
    case 'exposed':
      return [series.expose(change.series)];
    case 'pruned': {
      const { ids, labelled = [], forgotten = nothingForgotten } = change;
      const silent = series.remove(known, change.playbooks, labelled);
      return [
        [
          ...instances.remove(ids),
          ...failures.remove(ids),
          ...silent,
          ...versions.remove(forgotten.versions),
          ...versions.removeDataclasses(forgotten.dataclasses),
          ...values.remove(forgotten.values),
          ...playbooks.remove(forgotten.playbooks),
          ...(silent.length > 0 ? window.removeEmpty() : []),
        ],
        silent.length > 0 ? [removeUnusedSets(ledger)] : [],
      ];
    }
    case 'playbooks_listed':
      return [playbooks.write(change.playbooks)];
    case 'topologies_given_up':
    case 'profile_learned':
    case 'named':
    case 'poll_succeeded':
      return [];
  }
}

/** The cells of a window of days would take one statement longer than the server lets it. */
const cellsAtOnce = 10_000;
