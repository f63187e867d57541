import type { Forgotten } from './change.ts';
import { otherPlaybooks } from './met-playbook.ts';
import { type LedgerState, liveLabels } from './state.ts';
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

/** Playbooks without series whose label stays reserved. */
const maxReserved = 1_000;

/** What shares `other` and has not been met since, and of the reserved labels those that have not been met for the longest time. */
function forgettable(state: LedgerState, beforeMs: number): Forgotten {
  const live = liveLabels(state);
  const silent = [...state.playbooks.values()].filter(({ label, seenMs }) => seenMs < beforeMs && !live.has(label));
  const isLimited = ({ label }: { readonly label: string }) => label === otherPlaybooks;
  const unseen = [...state.playbooks.values()].filter((one) => isLimited(one) && one.seenMs < beforeMs);
  const reserved = silent.filter((one) => !isLimited(one)).sort((a, b) => b.seenMs - a.seenMs);
  return {
    playbooks: [...unseen, ...reserved.slice(maxReserved)].map(({ playbookId, name }) => ({ playbookId, name })),
    values: [...state.values.values()]
      .filter(({ isOwn, seenMs }) => !isOwn && seenMs < beforeMs)
      .map(({ label, value }) => ({ label, value })),
  };
}

/** Prunes up to `max` ended instances, so that pruning never takes long, and the series of silent playbooks. */
export async function prune(ledger: Ledger, nowMs: number, retentionMs: number, max: number): Promise<void> {
  const activity = await ledger.playbookActivity();
  const beforeMs = pruneBefore(nowMs, retentionMs, activity);
  const ids = await ledger.endedBefore(beforeMs, max);
  const playbooks = silentPlaybooks(activity, beforeMs);
  const forgotten = forgettable(ledger.state, beforeMs);
  const isSome = [ids, playbooks, forgotten.playbooks, forgotten.values].some((list) => list.length > 0);
  if (isSome) await ledger.commit({ kind: 'pruned', ids, playbooks, forgotten, beforeMs });
}
