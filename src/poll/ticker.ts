/** Tells when another line about the progress of something slow is due. */
export interface Ticker {
  isDue(): boolean;
}

/** Between two lines, and before the first one. */
const everyMs = 10_000;

/** @param now the local clock; setting it back only delays a line */
export function createTicker(now: () => number): Ticker {
  let lastMs = now();
  return {
    isDue() {
      const nowMs = now();
      lastMs = Math.min(lastMs, nowMs);
      if (nowMs - lastMs < everyMs) return false;
      lastMs = nowMs;
      return true;
    },
  };
}
