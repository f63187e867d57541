import type { Labels, Streak } from '../model/snapshot.ts';
import { isDocumentedTriggerType } from '../model/status.ts';
import type { SweepItem } from './change.ts';
import { labelsText, runLabels } from './label-set.ts';
import type { LedgerState } from './state.ts';

/** Failures in a row, from what the ledger knows of a playbook's ends (docs/metrics.md#failures-in-a-row); pure. */

/** A playbook and a trigger type, under the playbook's current name. */
export interface Group {
  readonly labels: Labels;
  /** The label sets of all of its names, with and without further labels. */
  readonly sets: readonly Labels[];
}

/** When instances of a group have ended, as they are now. */
export interface Ends {
  /** The newest of those that FINISHED. */
  readonly finishedMs: number | null;
  /** Later ones of those that FAILED, ascending. */
  readonly failedMs: readonly number[];
}

/** The groups of all runs with series. */
export function groupsOf({ runs }: Pick<LedgerState, 'runs'>, currentLabel: (label: string) => string): Group[] {
  const sets = Map.groupBy(runs.values(), ({ playbook = '', trigger_type: triggerType = '' }) =>
    labelsText(runLabels(currentLabel(playbook), triggerType)),
  );
  return Array.from(sets, ([text, ofGroup]) => ({ labels: JSON.parse(text) as Labels, sets: ofGroup }));
}

/**
 * Since when every end of a trigger type's instances is known: nothing that FINISHED later is hidden.
 *
 * - Tails show all changes since the last one that found no gap, so a pending gap hides only older ends.
 * - Of what ended before the ledger was created, the history tells once it has been read.
 */
export function knownSince(
  { createdAtMs, lastTailMs, unseenBeforeMs, historyFromMs }: LedgerState,
  sweep: readonly SweepItem[],
  triggerType: string,
): number {
  if (lastTailMs === null) return Number.POSITIVE_INFINITY;
  const hiding = sweep.filter((item) => (item.status ?? 'FINISHED') === 'FINISHED' && isOfType(item, triggerType));
  if (hiding.some(({ purpose }) => purpose === 'gap')) return unseenBeforeMs ?? lastTailMs;
  const isRead = isDocumentedTriggerType(triggerType) && !hiding.some(({ purpose }) => purpose === 'history');
  return isRead ? (historyFromMs ?? createdAtMs) : Math.max(createdAtMs, historyFromMs ?? createdAtMs);
}

/** Whether history of the trigger type is still to be read: a rhythm may have been otherwise before. */
export function isHistoryLeft(sweep: readonly SweepItem[], triggerType: string): boolean {
  return sweep.some((item) => item.purpose === 'history' && isOfType(item, triggerType));
}

function isOfType(item: SweepItem, triggerType: string): boolean {
  return (item.triggerType ?? triggerType) === triggerType;
}

/** How many have failed for good since the last one FINISHED, of those that ended in [sinceMs, untilMs]. */
export function streakOf({ failedMs }: Ends, sinceMs: number, untilMs: number): Omit<Streak, 'labels'> {
  const counted = failedMs.filter((endMs) => endMs >= sinceMs && endMs <= untilMs);
  return { failures: counted.length, sinceMs: counted[0] ?? null };
}
