import type { Clock } from '../../clock.ts';

/** Resolves when the next request may be sent; rejects with the signal's reason. */
export type Turn = (signal: AbortSignal) => Promise<void>;

export interface RateLimiter {
  readonly usual: Turn;
  /** Only what the others leave: it takes no turn that a usual request would have had. */
  readonly spare: Turn;
}

/** How many processes share a limit, at least 1; may change at any time. */
export type Sharers = () => number;

/** After a pause this many requests may go at once, of all sharers together; then they are evenly spaced. */
const sharedBurst = 3;

export function createRateLimiter(requestsPerSecond: number, clock: Clock, sharers: Sharers = () => 1): RateLimiter {
  const interval = () => (sharers() * 1000) / requestsPerSecond;
  const burstSize = () => Math.max(1, sharedBurst / sharers());
  /** When the request after the last one may be sent, without a burst. */
  let nextMs = Number.NEGATIVE_INFINITY;
  let waiting = 0;
  // The upper bound matters only if the local clock was set back: the slots already assigned would be far in its future.
  const latestMs = (nowMs: number) => nowMs + (waiting + 1) * interval();

  return {
    async usual(signal) {
      signal.throwIfAborted();
      const nowMs = clock.now();
      const intervalMs = interval();
      const burst = burstSize();
      const slotMs = Math.min(Math.max(nextMs, nowMs - (burst - 1) * intervalMs), latestMs(nowMs));
      nextMs = slotMs + intervalMs;
      if (slotMs <= nowMs) return;
      waiting += 1;
      try {
        await clock.sleep(slotMs - nowMs, signal);
      } finally {
        waiting -= 1;
      }
    },
    async spare(signal) {
      for (;;) {
        signal.throwIfAborted();
        const nowMs = clock.now();
        const intervalMs = interval();
        const burst = burstSize();
        // The whole burst is there, and one more, which is taken.
        const slotMs = Math.min(nextMs, latestMs(nowMs)) + burst * intervalMs;
        if (slotMs <= nowMs) {
          nextMs = nowMs - (burst - 1) * intervalMs;
          return;
        }
        await clock.sleep(slotMs - nowMs, signal);
      }
    },
  };
}
