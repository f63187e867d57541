import { parseDuration } from '../../../src/config/duration.ts';
import { readValues, type Sample, writeValues } from './series-values.ts';
import { isScraped, type UnitTest } from './with-replicas.ts';

/** When a target is scraped. */
export interface Scrapes {
  readonly everySeconds: number;
  /** How long before multiples of the interval. Rules are evaluated at full minutes, so that no sample lies on an evaluation. */
  readonly beforeSeconds: number;
}

/**
 * The same tests with the same world, scraped at other times. What a test's sample says holds until the next one, and all of it happens a
 * little earlier: by as much as scrapes come before the minute. So at a full minute the newest sample is the same as before, and what a
 * test expects of it stays the same. One scrape more, at 0, shows how the world began: promtool knows no time before.
 */
export function withScrapes(tests: readonly UnitTest[], scrapes: Scrapes): UnitTest[] {
  return tests.map((one) => {
    const seconds = (parseDuration(one.interval) ?? 0) / 1000;
    const tick = [scrapes.everySeconds, scrapes.beforeSeconds].reduce(greatestDivisor, seconds);
    return {
      ...one,
      interval: `${tick}s`,
      input_series: one.input_series.map(({ series, values }) => {
        const samples = readValues(values);
        const spread = isScraped(series)
          ? scraped(samples, seconds / tick, scrapes.everySeconds / tick, scrapes.beforeSeconds / tick)
          : evaluated(samples, seconds / tick);
        return { series, values: writeValues(spread) };
      }),
    };
  });
}

/** A sample of the world for each tick: scrapes that see the same, and nothing between them. */
function scraped(samples: readonly Sample[], ticks: number, every: number, before: number): Sample[] {
  const world = withoutGaps(samples);
  let seen: Sample | undefined;
  return Array.from({ length: samples.length * ticks }, (_, tick) => {
    if (tick !== 0 && (tick + before) % every !== 0) return '_';
    const sample = world[Math.floor((tick + before) / ticks)] ?? '_';
    const isNews = sample !== seen;
    seen = sample;
    // A series that is gone is marked once.
    return sample === 'stale' && !isNews ? '_' : sample;
  });
}

/** What a rule has recorded, or steers a test's world: at the times of evaluations. */
function evaluated(samples: readonly Sample[], ticks: number): Sample[] {
  return samples.flatMap((sample) => [sample, ...Array<Sample>(ticks - 1).fill('_')]);
}

/** A series that is gone stays so until it is back; any other missing sample is a scrape that was missed. */
function withoutGaps(samples: readonly Sample[]): Sample[] {
  let last: Sample = '_';
  return samples.map((sample) => {
    last = sample === '_' && last === 'stale' ? last : sample;
    return last;
  });
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
