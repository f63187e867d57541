import type { WorkspaceReport } from '../model/report.ts';
import { coalesce } from './coalesce.ts';
import { workspaceFamilies } from './families.ts';
import type { WorkspaceFamily } from './family.ts';
import { type Bytes, type GzipHead, gzipEnd, gzipHead, type Part, tailOf } from './gzip.ts';
import { createJoiner } from './joiner.ts';
import { createProcessMetrics } from './process-metrics.ts';
import { blockBytes, createRenderer, type OnBug } from './renderer.ts';
import { ends, type Format } from './writer.ts';

export type Encoding = 'identity' | 'gzip';

/** What a scrape gets. */
export interface Exposition {
  /**
   * Takes in what is known of all workspaces. Resolves once scrapes get it, or something later; until then they get what was
   * there before. A snapshot that was there before is not rendered again.
   *
   * @param durationBuckets upper bounds in seconds, ascending
   */
  update(reports: readonly WorkspaceReport[], durationBuckets: readonly number[]): Promise<void>;
  /** The latest exposition, with the process metrics of this moment, in pieces: all but the last are shared by all scrapes. */
  scrape(format: Format, encoding: Encoding): Promise<readonly Bytes[]>;
  /** When `scrape` was last called, by the clock that the exposition was given; null: never. */
  lastScrapeMs(): number | null;
  /** One HTTP request of the exporter's own; `code` is the HTTP status or what went wrong. */
  observeRequest(operation: string, code: string, seconds: number): void;
  /** One reading of the configuration; the exposition begins with one that succeeded. */
  observeReload(isSuccess: boolean): void;
}

/**
 * Scrapes that come within this time get the same process metrics. To collect them costs more than all the rest of a scrape,
 * and begins prom-client's event loop delays anew: of two scrapers at once the second would find none.
 */
export const processMetricsLastMs = 100;

/** What the last update brought. */
interface Known {
  readonly reports: readonly WorkspaceReport[];
  readonly durationBuckets: readonly number[];
}

/** The families that change with polls, made once for each change, as bytes. */
interface Polled {
  readonly plain: readonly Bytes[];
  readonly gzip: GzipHead;
}

export interface ExpositionParts {
  readonly version: string;
  readonly now: () => number;
  readonly onBug: OnBug;
  readonly families?: readonly WorkspaceFamily[];
}

export function createExposition(parts: ExpositionParts): Exposition {
  const { version, now, onBug, families = workspaceFamilies } = parts;
  const processMetrics = createProcessMetrics(version, now);
  const answers = new Map<Format, Answer>();
  let latest: Known = { reports: [], durationBuckets: [] };
  let scrapedMs: number | null = null;

  function answerOf(format: Format): Answer {
    const known = answers.get(format);
    if (known !== undefined) return known;
    const answer = {
      polled: createPolled(createEncoding(format, families, onBug), () => latest),
      tail: lasting(processMetricsLastMs, now, async () => {
        return tailOf(Buffer.from((await processMetrics.render(format)) + ends[format]));
      }),
    };
    answers.set(format, answer);
    return answer;
  }

  return {
    async update(reports, durationBuckets) {
      latest = { reports, durationBuckets };
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
  readonly tail: () => Promise<Part>;
}

function createPolled(encode: (known: Known) => Promise<Polled>, latest: () => Known): Answer['polled'] {
  let standing: Polled | null = null;
  let first: Promise<void> | null = null;
  const renew = coalesce(async () => {
    standing = await encode(latest());
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

function createEncoding(format: Format, families: readonly WorkspaceFamily[], onBug: OnBug) {
  const render = createRenderer(format, families, onBug);
  const join = createJoiner(blockBytes);
  return async ({ reports, durationBuckets }: Known): Promise<Polled> => {
    const parts: Part[] = [];
    for (const blocks of await render(reports, durationBuckets)) parts.push(...(await join(blocks)));
    return { plain: parts.map(({ plain }) => plain), gzip: await gzipHead(parts) };
  };
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
