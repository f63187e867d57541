import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { coalesce } from './coalesce.ts';
import { type Bytes, type GzipHead, gzipEnd, gzipHead, type Tail, tailOf } from './gzip.ts';
import { createProcessMetrics, ends, type Format, renderSlices } from './prom-client.ts';
import type { Collected } from './samples.ts';

export type Encoding = 'identity' | 'gzip';

/** What a scrape gets. */
export interface Exposition {
  /** Takes in what polls have found. Resolves once scrapes get it, or something later; until then they get what was there before. */
  update(collected: readonly Collected[]): Promise<void>;
  /** The latest exposition, with the process metrics of this moment, in pieces: all but the last are shared by all scrapes. */
  scrape(format: Format, encoding: Encoding): Promise<readonly Bytes[]>;
  /** When `scrape` was last called, by the clock that the exposition was given; null: never. */
  lastScrapeMs(): number | null;
  /** One HTTP request of the exporter's own; `code` is the HTTP status or what went wrong. */
  observeRequest(operation: string, code: string, seconds: number): void;
  /** One reading of the configuration; the exposition begins with one that succeeded. */
  observeReload(isSuccess: boolean): void;
}

/** Samples rendered between two turns of the event loop: less than a millisecond's work, where 70,000 are 100 ms. */
export const samplesInSlice = 250;

/**
 * Scrapes that come within this time get the same process metrics. To collect them costs more than all the rest of a scrape,
 * and begins prom-client's event loop delays anew: of two scrapers at once the second would find none.
 */
export const processMetricsLastMs = 100;

/** The families that change with polls, made once for each change, as bytes. */
interface Polled {
  readonly plain: readonly Bytes[];
  readonly gzip: GzipHead;
}

export function createExposition(version: string, now: () => number): Exposition {
  const processMetrics = createProcessMetrics(version, now);
  const answers = new Map<Format, Answer>();
  let latest: readonly Collected[] = [];
  let scrapedMs: number | null = null;

  function answerOf(format: Format): Answer {
    const known = answers.get(format);
    if (known !== undefined) return known;
    const answer = {
      polled: createPolled(format, () => latest),
      tail: lasting(processMetricsLastMs, now, async () => {
        return tailOf(Buffer.from((await processMetrics.render(format)) + ends[format]));
      }),
    };
    answers.set(format, answer);
    return answer;
  }

  return {
    async update(collected) {
      latest = collected;
      await Promise.all(answers.values().map(({ polled }) => polled.renew()));
    },
    async scrape(format, encoding) {
      scrapedMs = now();
      const answer = answerOf(format);
      const [{ plain, gzip }, tail] = await Promise.all([answer.polled.get(), answer.tail()]);
      return encoding === 'gzip' ? [gzip.bytes, gzipEnd(gzip, tail)] : [...plain, tail.plain];
    },
    lastScrapeMs: () => scrapedMs,
    observeRequest: processMetrics.observeRequest,
    observeReload: processMetrics.observeReload,
  };
}

/** The two parts of the answer in one format; a format is rendered only once it has been asked for. */
interface Answer {
  readonly polled: { get(): Promise<Polled>; renew(): Promise<void> };
  readonly tail: () => Promise<Tail>;
}

function createPolled(format: Format, latest: () => readonly Collected[]): Answer['polled'] {
  let standing: Polled | null = null;
  let first: Promise<void> | null = null;
  const renew = coalesce(async () => {
    standing = await encode(format, latest());
  });
  return {
    renew,
    async get() {
      while (standing === null) {
        first ??= renew().finally(() => {
          first = null;
        });
        await first;
      }
      return standing;
    },
  };
}

/** What is copied and compressed in one go: a millisecond's work for the main thread. */
const pieceBytes = 1024 * 1024;

async function encode(format: Format, collected: readonly Collected[]): Promise<Polled> {
  const plain: Bytes[] = [];
  let slices: Buffer[] = [];
  let bytes = 0;
  const endPiece = () => {
    plain.push(Buffer.concat(slices));
    [slices, bytes] = [[], 0];
  };
  for (const family of collected) {
    for await (const text of renderSlices(format, family, samplesInSlice)) {
      await turnOfEventLoop();
      const slice = Buffer.from(text);
      slices.push(slice);
      bytes += slice.length;
      if (bytes >= pieceBytes) endPiece();
    }
  }
  endPiece();
  return { plain, gzip: await gzipHead(plain) };
}

/** What `make` made last, made anew once it is older than `ms`. */
function lasting<T>(ms: number, now: () => number, make: () => Promise<T>): () => Promise<T> {
  let made: { readonly atMs: number; readonly value: Promise<T> } | null = null;
  return () => {
    const atMs = now();
    // A clock that is set back makes it anew as well.
    if (made === null || Math.abs(atMs - made.atMs) >= ms) made = { atMs, value: make() };
    return made.value;
  };
}
