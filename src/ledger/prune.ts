import type { Labels } from '../model/snapshot.ts';
import type { Change, Forgotten } from './change.ts';
import { type LabelValue, type ValueLabel, valueKey } from './label-values.ts';
import { type MetPlaybook, otherPlaybooks, playbookKey } from './met-playbook.ts';
import { type LedgerState, liveLabels } from './state.ts';
import type { LabelledActivity, Ledger, LedgerReads, PlaybookActivity } from './store.ts';
import { staleVersions } from './versions.ts';

/**
 * The time before which ended instances are pruned: one retention before now or before the newest start, whichever is earlier, because
 * one wrong clock must not empty the ledger.
 */
export function pruneBefore(
  nowMs: number,
  retentionMs: number,
  activity: readonly Pick<PlaybookActivity, 'lastStartMs'>[],
): number {
  const newestStartMs = activity.reduce((newest, { lastStartMs }) => Math.max(newest, lastStartMs ?? 0), 0);
  return Math.min(nowMs, newestStartMs) - retentionMs;
}

/** Labels of the playbooks whose series disappear: no start or end since then, and no open instance. */
export function silentPlaybooks(activity: readonly PlaybookActivity[], beforeMs: number): string[] {
  return activity.filter(({ lastMs, hasOpen }) => lastMs < beforeMs && !hasOpen).map(({ playbook }) => playbook);
}

/** Label sets beside those that every playbook has, such as of a version of a workflow, whose series disappear. */
export function silentLabelSets(activity: readonly LabelledActivity[], beforeMs: number): Labels[] {
  return activity.filter(({ lastMs, hasOpen }) => lastMs < beforeMs && !hasOpen).map(({ labels }) => labels);
}

/** Playbooks without series whose label stays reserved. */
const maxReserved = 1_000;

/**
 * What shares `other` and has not been met since, values that have no series any more, and of the reserved labels those that have not been
 * met for the longest time.
 */
function forgettable(state: LedgerState, activity: readonly PlaybookActivity[], beforeMs: number): Forgotten {
  const live = liveLabels(state);
  const listed = new Set(state.listed.map(({ playbookId, name }) => playbookKey(playbookId, name)));
  const isListed = ({ playbookId, name }: MetPlaybook) => listed.has(playbookKey(playbookId, name));
  const isSilent = (one: MetPlaybook) => one.seenMs < beforeMs && !live.has(one.label) && !isListed(one);
  const silent = [...state.playbooks.values()].filter(isSilent);
  const isLimited = ({ label }: { readonly label: string }) => label === otherPlaybooks;
  const unseen = [...state.playbooks.values()].filter((one) => isLimited(one) && one.seenMs < beforeMs);
  const reserved = silent.filter((one) => !isLimited(one)).sort((a, b) => b.seenMs - a.seenMs || b.metMs - a.metMs);
  const shown = new Set(
    [...state.runs.values()].flatMap((labels) =>
      Object.entries(labels).map(([label, value]) => valueKey(label as ValueLabel, value)),
    ),
  );
  // A status may have series of label sets that no run has any more.
  const hasSeries = ({ label, value }: LabelValue) => label === 'status' || shown.has(valueKey(label, value));
  const hasOpen = new Set(activity.flatMap((one) => (one.hasOpen ? [one.playbook] : [])));
  return {
    ...staleVersions(state, beforeMs, hasOpen, live),
    playbooks: [...unseen, ...reserved.slice(maxReserved)].map(({ playbookId, name }) => ({ playbookId, name })),
    values: [...state.values.values()]
      .filter((one) => (one.isOwn ? !hasSeries(one) : one.seenMs < beforeMs))
      .map(({ label, value }) => ({ label, value })),
  };
}

/** Prunes up to `max` ended instances, so that pruning never takes long, and the series of silent playbooks. */
export async function prune(ledger: Ledger, nowMs: number, retentionMs: number, max: number): Promise<void> {
  const change = await ledger.together((reads) => pruning(reads, nowMs, retentionMs, max));
  if (change !== null) await ledger.commit(change);
}

/** null: there is nothing to prune. */
async function pruning(reads: LedgerReads, nowMs: number, retentionMs: number, max: number): Promise<Change | null> {
  const activity = await reads.playbookActivity();
  const beforeMs = pruneBefore(nowMs, retentionMs, activity);
  const ids = await reads.endedBefore(beforeMs, max);
  const playbooks = silentPlaybooks(activity, beforeMs);
  const labelled = silentLabelSets(await reads.labelledActivity(), beforeMs);
  const forgotten = forgettable(reads.state, activity, beforeMs);
  const isSome = [ids, playbooks, labelled, ...Object.values(forgotten)].some((list) => list.length > 0);
  return isSome ? { kind: 'pruned', ids, playbooks, labelled, forgotten, beforeMs } : null;
}
