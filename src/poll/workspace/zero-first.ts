import type { CounterSeries } from '../../model/snapshot.ts';

/** Decides when pending series of counters, which stand at 0 whatever they have counted, are exposed with their values. */
export interface ZeroFirst {
  /** Those of the pending series that are exposed from now on. */
  exposed(pending: readonly CounterSeries[]): CounterSeries[];
  /** Told when the exposition stands that has the pending ones at 0. */
  published(): void;
}

/**
 * A series that appears with a value looks to `rate()` and `increase()` as if it had never grown. So it is held at 0 until
 * it has been scraped there, and then for `holdMs` more, in which every scraper that scrapes more often than that has seen
 * the 0. With a hold of 0 ms nothing is held. `now` and `lastScrapeMs` are of one clock.
 */
export function createZeroFirst(holdMs: () => number, now: () => number, lastScrapeMs: () => number | null): ZeroFirst {
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
    if (wait.publishedMs !== null && scrapeMs !== null && scrapeMs > wait.publishedMs) wait.scrapedMs ??= scrapeMs;
    const isOver = wait.scrapedMs !== null && now() - wait.scrapedMs >= holdMs();
    if (isOver) waiting.delete(key);
    return isOver;
  }

  return {
    exposed: (pending) => (holdMs() === 0 ? [...pending] : pending.filter(isDue)),
    published() {
      for (const wait of waiting.values()) wait.publishedMs ??= now();
    },
  };
}
