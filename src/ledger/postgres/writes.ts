import type { Change, PageChange } from '../change.ts';
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

/** What a commit writes, in two statements whatever the change. */
export interface Writes {
  readonly first: readonly Sql[];
  /** What follows from rows that the first ones have written. */
  readonly second: readonly Sql[];
}

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

  function pageWrites(page: PageChange): Writes {
    const written = new Set(page.entries.map(({ id }) => id));
    const seen = page.seen.filter((id) => !written.has(id));
    return {
      first: [
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
      ],
      second: page.failures.length > 0 ? failures.keepLatest() : [],
    };
  }

  switch (change.kind) {
    case 'page':
      return pageWrites(change.page);
    case 'tail_ended': {
      const { first, second } = pageWrites(change.page);
      const recheck = change.recheck === null ? [] : instances.markForRecheck(change.recheck);
      return { first, second: [...second, ...recheck] };
    }
    case 'sweep_step':
      return change.page === null ? nothing : pageWrites(change.page);
    case 'sweep_planned':
      return { ...nothing, first: change.recheck === null ? [] : instances.markForRecheck(change.recheck) };
    case 'instance_seen':
      return { ...nothing, first: instances.markSeen([change.id], change.atMs) };
    case 'instances_gone':
      return { ...nothing, first: [...instances.write(change.entries, change.atMs), ...window.add(change.cells)] };
    case 'nodes_read': {
      const { id, attempt, nodes, moreNodes = 0, counters, durations = [], values: met = [] } = change;
      const first = [...values.write(met), ...series.count(counters), ...series.observe(durations)];
      const ofFailure = nodes === null ? [] : failures.setNodes(id, attempt, nodes, moreNodes);
      return { ...nothing, first: [...first, ...ofFailure] };
    }
    case 'window_moved':
      return rebuilt === null
        ? { first: window.expire(change.fromMinute), second: window.removeEmpty() }
        : { first: window.clear(), second: window.add(rebuilt) };
    case 'exposed':
      return { ...nothing, first: series.expose(change.series) };
    case 'pruned': {
      const { ids, labelled = [], forgotten = nothingForgotten } = change;
      const silent = series.remove(known, change.playbooks, labelled);
      return {
        first: [
          ...instances.remove(ids),
          ...failures.remove(ids),
          ...silent,
          ...versions.remove(forgotten.versions),
          ...versions.removeDataclasses(forgotten.dataclasses),
          ...values.remove(forgotten.values),
          ...playbooks.remove(forgotten.playbooks),
          ...(silent.length > 0 ? window.removeEmpty() : []),
        ],
        second: silent.length > 0 ? [removeUnusedSets(ledger)] : [],
      };
    }
    case 'playbooks_listed':
      return { ...nothing, first: playbooks.write(change.playbooks) };
    case 'topologies_given_up':
    case 'profile_learned':
    case 'named':
    case 'poll_succeeded':
      return nothing;
  }
}

const nothing: Writes = { first: [], second: [] };
