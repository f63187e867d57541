import type { Change, PageChange } from './change.ts';

/**
 * Whether a change leaves a snapshot as it is, but for `windowComplete`: it writes none of the rows and none of the state that the rest is
 * made of. If in doubt, it doesn't.
 */
export function leavesSnapshot(change: Change): boolean {
  switch (change.kind) {
    case 'page':
    case 'tail_ended':
    case 'sweep_step':
      return change.page === null || isWithoutNews(change.page);
    case 'sweep_planned':
    case 'instance_seen':
    case 'profile_learned':
    case 'named':
    case 'poll_succeeded':
      return true;
    default:
      return false;
  }
}

/** What is only seen again, and failures that wait for their nodes, are in no snapshot. */
function isWithoutNews(page: PageChange): boolean {
  const { entries, playbooks, values, counters, durations, cells, lastStarts, lastCompletions, versions, ended } = page;
  const lists = [entries, playbooks, values, counters, durations, cells, lastStarts, lastCompletions];
  const all = [...lists, ...Object.values(versions), ended?.readable ?? []];
  return all.every(({ length }) => length === 0) && (ended?.hidden ?? 0) === 0;
}
