import type { Clock } from '../../clock.ts';

/** Resolves when the next request may be sent; rejects with the signal's reason. */
export type RateLimiter = (signal: AbortSignal) => Promise<void>;

/** After a pause this many requests may go at once; then they are evenly spaced. */
const burst = 3;

export function createRateLimiter(requestsPerSecond: number, clock: Clock): RateLimiter {
  const intervalMs = 1000 / requestsPerSecond;
  let nextMs = Number.NEGATIVE_INFINITY;
  let waiting = 0;
  return async (signal) => {
    signal.throwIfAborted();
    const nowMs = clock.now();
    // The upper bound matters only if the local clock was set back: the slots already assigned would be far in its future.
    const slotMs = Math.min(Math.max(nextMs, nowMs - (burst - 1) * intervalMs), nowMs + (waiting + 1) * intervalMs);
    nextMs = slotMs + intervalMs;
    if (slotMs <= nowMs) return;
    waiting += 1;
    try {
      await clock.sleep(slotMs - nowMs, signal);
    } finally {
      waiting -= 1;
    }
  };
}
