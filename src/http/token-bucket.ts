import type { RateLimit } from '../config/web.ts';

/** Whether one more request may be served now. */
export type Allow = () => boolean;

/** Begins with a full bucket. @param now milliseconds that never go back */
export function createTokenBucket({ intervalMs, burst }: RateLimit, now: () => number): Allow {
  let tokens = burst;
  let filledAtMs = now();
  return () => {
    const nowMs = now();
    tokens = Math.min(burst, tokens + (nowMs - filledAtMs) / intervalMs);
    filledAtMs = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
