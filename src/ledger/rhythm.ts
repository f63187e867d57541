import { demandDueMs } from './rhythm/demand.ts';
import { orderedStarts } from './rhythm/starts.ts';
import { timerDueMs } from './rhythm/timer.ts';

export interface RhythmOptions {
  /** TIMER follows a schedule, EVENT a demand. No other trigger type has a rhythm. */
  readonly triggerType: string;
  /** If given, starts after this time are left out: a wrong clock wrote them. The result doesn't depend on it otherwise. */
  readonly nowMs?: number;
}

/** How far SecMaster's clock may be ahead of ours. */
const clockSkewMs = 5 * 60_000;

/** Whether starts of this trigger type may have a rhythm. */
export function hasRhythm(triggerType: string): boolean {
  return triggerType === 'TIMER' || triggerType === 'EVENT';
}

/**
 * By when the next instance is due, or null while no rhythm is known.
 *
 * @param startsMs all starts of one playbook and trigger type within the retention, in any order
 */
export function expectedStartMs(startsMs: readonly number[] | Float64Array, options: RhythmOptions): number | null {
  const { triggerType, nowMs = Number.POSITIVE_INFINITY } = options;
  if (!hasRhythm(triggerType)) return null;
  const starts = orderedStarts(startsMs, nowMs + clockSkewMs);
  return triggerType === 'TIMER' ? timerDueMs(starts) : demandDueMs(starts);
}
