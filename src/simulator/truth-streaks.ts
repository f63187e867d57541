import type { InstanceState } from './truth-state.ts';
import { sortedByLabels, type TruthLabels, type TruthRow } from './truth-table.ts';

interface Streak {
  lastFinishedMs: number;
  /** Ends of the instances that have failed for good. */
  readonly failedMs: number[];
}

/** The failures in a row of each playbook and trigger type, put together instance by instance in any order. */
export function createStreaks(failedUntilMs: number) {
  const streaks = new Map<TruthLabels, Streak>();

  function rowsOf(value: (failedMs: readonly number[]) => number): TruthRow[] {
    return sortedByLabels(
      [...streaks].flatMap(([labels, { lastFinishedMs, failedMs }]) => {
        const since = failedMs.filter((endMs) => endMs > lastFinishedMs);
        return since.length === 0 ? [] : [{ ...labels, value: value(since) }];
      }),
    );
  }

  return {
    put(labels: TruthLabels, { status, endMs }: InstanceState): void {
      if (endMs === null || (status !== 'FINISHED' && status !== 'FAILED')) return;
      let streak = streaks.get(labels);
      if (streak === undefined) {
        streak = { lastFinishedMs: Number.NEGATIVE_INFINITY, failedMs: [] };
        streaks.set(labels, streak);
      }
      if (status === 'FINISHED') streak.lastFinishedMs = Math.max(streak.lastFinishedMs, endMs);
      else if (endMs <= failedUntilMs) streak.failedMs.push(endMs);
    },
    consecutiveFailures: () => rowsOf((failedMs) => failedMs.length),
    failingSince: () => rowsOf((failedMs) => failedMs.reduce((a, b) => Math.min(a, b)) / 1000),
  };
}
