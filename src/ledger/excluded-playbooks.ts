import type { Labels, Snapshot } from '../model/snapshot.ts';
import { excludedPlaybooks, noPlaybook } from './met-playbook.ts';
import { type LedgerState, liveLabels } from './state.ts';

/**
 * The labels that nothing shows: that of runs of excluded playbooks, and those of names that were counted before they were excluded.
 * null: there are none.
 */
export function hiddenLabels(
  state: LedgerState,
  isExcluded: ((playbook: string) => boolean) | null,
): ReadonlySet<string> | null {
  const hidden = new Set([excludedPlaybooks]);
  if (isExcluded === null) return liveLabels(state).has(excludedPlaybooks) ? hidden : null;
  if (isExcluded(noPlaybook)) hidden.add(noPlaybook);
  const sharing = new Set<string>();
  for (const { name, label } of state.playbooks.values()) {
    if (isExcluded(name)) hidden.add(label);
    else sharing.add(label);
  }
  // What is excluded now may share `other` with what is not.
  for (const label of sharing) hidden.delete(label);
  return hidden;
}

/** A snapshot without the series of these playbooks. What the ledger holds in all stays as it is. */
export function withoutHidden(snapshot: Snapshot, hidden: ReadonlySet<string> | null): Snapshot {
  if (hidden === null) return snapshot;
  const shown = <Row extends { readonly labels: Labels }>(rows: readonly Row[]) =>
    rows.filter(({ labels }) => !hidden.has(labels.playbook ?? ''));
  const { counters } = snapshot;
  return {
    ...snapshot,
    counters: {
      started: shown(counters.started),
      completed: shown(counters.completed),
      retries: shown(counters.retries),
      timed: shown(counters.timed),
      failed_nodes: shown(counters.failed_nodes),
      timed_nodes: shown(counters.timed_nodes),
    },
    durations: shown(snapshot.durations),
    nodeDurations: shown(snapshot.nodeDurations),
    window: shown(snapshot.window),
    oldestOpen: shown(snapshot.oldestOpen),
    lastStarts: shown(snapshot.lastStarts),
    lastCompletions: shown(snapshot.lastCompletions),
    streaks: shown(snapshot.streaks),
    expectedStarts: shown(snapshot.expectedStarts),
    playbooks: snapshot.playbooks.filter(({ label }) => !hidden.has(label)),
    workflows: shown(snapshot.workflows),
    firstStarts: shown(snapshot.firstStarts),
    listed: snapshot.listed?.filter(({ label }) => label === null || !hidden.has(label)) ?? null,
  };
}

/** Rows asked for at the most, to find some that are shown. */
const maxAsked = 10_000;

/** The first rows that are not of these playbooks, however many of theirs come before. */
export async function firstShown<Run extends { readonly playbook: string }>(
  read: (max: number) => Promise<readonly Run[]>,
  max: number,
  isHidden: (playbook: string) => boolean,
): Promise<readonly Run[]> {
  for (let asked = max; ; asked *= 4) {
    const rows = await read(asked);
    const shown = rows.filter(({ playbook }) => !isHidden(playbook));
    if (shown.length >= max || rows.length < asked || asked >= maxAsked) return shown.slice(0, max);
  }
}
