import type { CounterSeries } from '../../model/snapshot.ts';

/** Decides when pending counter series, which show 0 whatever they have counted, are exposed with their values. */
export interface ZeroFirst {
  /** The pending series to expose from now on. */
  exposed(pending: readonly CounterSeries[]): CounterSeries[];
  /** To be called when an exposition with the pending series at 0 is published. */
  published(): void;
}

/**
 * `rate()` and `increase()` miss the first value of a new series. So a series stays at 0 until it has been scraped, and then for
 * `holdMs` more, so that every scraper with a shorter interval sees the 0. A hold of 0 ms exposes series at once. Both times are
 * of the clock that nobody sets.
 *
 * @param lagMs how long after a publication others may still show the exposition before it
 */
export function createZeroFirst(
  holdMs: () => number,
  elapsedMs: () => number,
  lastScrapeMs: () => number | null,
  lagMs = 0,
): ZeroFirst {
  /** By series: when it was first published, and when it was first known to have been scraped since. */
  const waiting = new Map<string, { publishedMs: number | null; scrapedMs: number | null }>();

  function isDue(series: CounterSeries): boolean {
    const key = JSON.stringify(series);
    const wait = waiting.get(key);
    if (wait === undefined) {
      waiting.set(key, { publishedMs: null, scrapedMs: null });
      return false;
    }
    const scrapeMs = lastScrapeMs();
    const isScraped = wait.publishedMs !== null && scrapeMs !== null && scrapeMs > wait.publishedMs + lagMs;
    if (isScraped) wait.scrapedMs ??= scrapeMs;
    const isOver = wait.scrapedMs !== null && elapsedMs() - wait.scrapedMs >= holdMs();
    if (isOver) waiting.delete(key);
    return isOver;
  }

  return {
    exposed: (pending) => (holdMs() === 0 ? [...pending] : pending.filter(isDue)),
    published() {
      for (const wait of waiting.values()) wait.publishedMs ??= elapsedMs();
    },
  };
}
