/** What `for` and `keep_firing_for` make of an alert's expression, as Prometheus does it; pure. */

export interface Waits {
  readonly forMs: number;
  readonly keepMs: number;
}

/** From the evaluation at which it began to fire to the one at which it no longer did; null: it still fires. */
export interface Fired {
  readonly fromMs: number;
  readonly untilMs: number | null;
}

/**
 * @param heldMs the evaluations at which the expression had a result, ascending
 * @param steps all evaluations: from the first one to the last, which is among them
 */
export function firedOf(
  heldMs: readonly number[],
  { forMs, keepMs }: Waits,
  steps: { readonly intervalMs: number; readonly lastMs: number },
): Fired[] {
  const fired: Fired[] = [];
  let state: { readonly activeMs: number; firedMs: number | null; keptMs: number | null } | null = null;
  let next = 0;
  // Nothing changes where the expression has no result and the alert is inactive.
  for (let ms = heldMs[0] ?? Number.POSITIVE_INFINITY; ms <= steps.lastMs; ms += steps.intervalMs) {
    if (heldMs[next] === ms) {
      next += 1;
      state ??= { activeMs: ms, firedMs: null, keptMs: null };
      state.keptMs = null;
    } else if (state !== null) {
      state.keptMs ??= ms;
      if (state.firedMs === null || ms - state.keptMs >= keepMs) {
        if (state.firedMs !== null) fired.push({ fromMs: state.firedMs, untilMs: ms });
        state = null;
        const following = heldMs[next];
        if (following === undefined) break;
        ms = following - steps.intervalMs;
        continue;
      }
    }
    if (state !== null && ms - state.activeMs >= forMs) state.firedMs ??= ms;
  }
  if (state !== null && state.firedMs !== null) fired.push({ fromMs: state.firedMs, untilMs: null });
  return fired;
}
