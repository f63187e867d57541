import type { Ledger, PlaybookActivity } from './store.ts';

/**
 * The time before which ended instances are pruned: one retention before now or before the newest start, whichever is earlier, because
 * one wrong clock must not empty the ledger.
 */
export function pruneBefore(nowMs: number, retentionMs: number, activity: readonly PlaybookActivity[]): number {
  const newestStartMs = activity.reduce((newest, { lastStartMs }) => Math.max(newest, lastStartMs ?? 0), 0);
  return Math.min(nowMs, newestStartMs) - retentionMs;
}

/** Labels of the playbooks whose series disappear: no start or end since then, and no open instance. */
export function silentPlaybooks(activity: readonly PlaybookActivity[], beforeMs: number): string[] {
  return activity.filter(({ lastMs, hasOpen }) => lastMs < beforeMs && !hasOpen).map(({ playbook }) => playbook);
}

/** Prunes up to `max` ended instances, so that pruning never takes long, and the series of silent playbooks. */
export async function prune(ledger: Ledger, nowMs: number, retentionMs: number, max: number): Promise<void> {
  const activity = await ledger.playbookActivity();
  const beforeMs = pruneBefore(nowMs, retentionMs, activity);
  const ids = await ledger.endedBefore(beforeMs, max);
  const playbooks = silentPlaybooks(activity, beforeMs);
  if (ids.length > 0 || playbooks.length > 0) await ledger.commit({ kind: 'pruned', ids, playbooks, beforeMs });
}
