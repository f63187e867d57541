import { parseDuration } from '../../../src/config/duration.ts';
import { readValues, type Sample, writeValues } from './series-values.ts';
import { isScraped, type UnitTest } from './with-replicas.ts';

/** When a target is scraped. */
export interface Scrapes {
  readonly everySeconds: number;
  /** How long before the full minute, at which rules are evaluated: no sample lies on an evaluation. */
  readonly beforeSeconds: number;
}

/** What a test shows at a minute has happened so long after the minute before: between the last scrape of an hour and the next one too. */
const happenedAfterSeconds = 10;

/**
 * The same tests with the same world, scraped at other times. What a test's sample says has happened since the sample before, and holds
 * until the next one. At a full minute the newest sample is the same as before, so what a test expects of it stays the same. One scrape
 * more, at 0, shows how the world began: promtool knows no time before.
 */
export function withScrapes(tests: readonly UnitTest[], { everySeconds, beforeSeconds }: Scrapes): UnitTest[] {
  return tests.map((one) => {
    const seconds = (parseDuration(one.interval) ?? 0) / 1000;
    const tick = [everySeconds, beforeSeconds].reduce(greatestDivisor, seconds);
    const aheadSeconds = Math.min(seconds, 60) - happenedAfterSeconds;
    /** A sample for each tick: what a scrape sees, and nothing between scrapes. */
    const scraped = (samples: readonly Sample[]) => {
      const world = withoutGaps(samples);
      let seen: Sample | undefined;
      return Array.from({ length: (samples.length * seconds) / tick }, (_, n) => {
        const at = n * tick;
        if (at !== 0 && (at + beforeSeconds) % everySeconds !== 0) return '_';
        const sample = world[Math.floor((at + aheadSeconds) / seconds)] ?? '_';
        // A series that is gone is marked once.
        const isMarked = sample === 'stale' && seen === 'stale';
        seen = sample;
        return isMarked ? '_' : sample;
      });
    };
    return {
      ...one,
      interval: `${tick}s`,
      input_series: one.input_series.map(({ series, values }) => {
        const samples = readValues(values);
        return {
          series,
          values: writeValues(isScraped(series) ? scraped(samples) : evaluated(samples, seconds / tick)),
        };
      }),
    };
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
