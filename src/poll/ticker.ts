/** Tells when another line about the progress of something slow is due. */
export interface Ticker {
  isDue(): boolean;
}

/** Between two lines, and before the first one. */
const everyMs = 10_000;

/** @param elapsedMs the clock that nobody sets */
export function createTicker(elapsedMs: () => number): Ticker {
  let lastMs = elapsedMs();
  return {
    isDue() {
      const nowMs = elapsedMs();
      if (nowMs - lastMs < everyMs) return false;
      lastMs = nowMs;
      return true;
    },
  };
}
