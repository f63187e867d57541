import type { WorkspaceReport } from '../model/report.ts';
import { coalesce } from './coalesce.ts';
import { workspaceFamilies } from './families.ts';
import type { WorkspaceFamily } from './family.ts';
import { type Bytes, gzipEnd, gzipHead, type Part, tailOf } from './gzip.ts';
import { createJoiner } from './joiner.ts';
import { createProcessMetrics } from './process-metrics.ts';
import { blockBytes, createRenderer, type OnBug } from './renderer.ts';
import { ends, type Format } from './writer.ts';

export type Encoding = 'identity' | 'gzip';

/** What a scrape gets. */
export interface Exposition {
  /**
   * Renders the reports of all workspaces. Resolves once scrapes get them, or newer ones; until then they get the previous
   * ones. An unchanged snapshot is not rendered again.
   *
   * @param durationBuckets upper bounds in seconds, ascending
   */
  update(reports: readonly WorkspaceReport[], durationBuckets: readonly number[]): Promise<void>;
  /** The latest exposition with current process metrics, in pieces; scrapes share all pieces but the last. */
  scrape(format: Format, encoding: Encoding): Promise<readonly Bytes[]>;
  /** When `scrape` was last called, by the clock that nobody sets; null: never. */
  lastScrapeMs(): number | null;
  /** Counts one HTTP request of the exporter; `code` is the HTTP status or the kind of error. */
  observeRequest(region: string, operation: string, code: string, seconds: number): void;
  /** Records a load of the configuration; the exposition starts with a successful one. */
  observeReload(isSuccess: boolean): void;
}

/**
 * Scrapes within this time get the same process metrics. Collecting them costs more than the rest of a scrape, and resets
 * prom-client's event loop delays, so the second of two simultaneous scrapers would see none.
 */
export const processMetricsLastMs = 100;

/** The last update. */
interface Known {
  readonly reports: readonly WorkspaceReport[];
  readonly durationBuckets: readonly number[];
}

/** The families that change with polls, as bytes; rendered once per change. */
interface Polled {
  readonly plain: readonly Bytes[];
  readonly gzip: { readonly bytes: Bytes; readonly end: (tail: Part) => Bytes };
}

export interface ExpositionParts {
  readonly version: string;
  /** The commit that it was built from. */
  readonly revision: string;
  /** Where people reach the exporter; empty: unknown. */
  readonly externalUrl: string;
  /** Whether there are metrics about the process itself, `process_*` and `nodejs_*`. */
  readonly hasProcessMetrics: boolean;
  readonly now: () => number;
  /** The clock that nobody sets. */
  readonly elapsedMs: () => number;
  readonly onBug: OnBug;
  readonly families?: readonly WorkspaceFamily[];
}

export function createExposition(parts: ExpositionParts): Exposition {
  const { elapsedMs, onBug, families = workspaceFamilies } = parts;
  const processMetrics = createProcessMetrics({ ...parts, withDefaults: parts.hasProcessMetrics });
  const answers = new Map<Format, Answer>();
  let latest: Known = { reports: [], durationBuckets: [] };
  let scrapedMs: number | null = null;

  function answerOf(format: Format): Answer {
    const known = answers.get(format);
    if (known !== undefined) return known;
    const answer = {
      polled: createPolled(createEncoding(format, families, onBug), () => latest),
      tail: lasting(processMetricsLastMs, elapsedMs, async () => {
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
      scrapedMs = elapsedMs();
      const answer = answerOf(format);
      const { plain, gzip } = await answer.polled.get();
      const tail = await answer.tail();
      return encoding === 'gzip' ? [gzip.bytes, gzip.end(tail)] : [...plain, tail.plain];
    },
    lastScrapeMs: () => scrapedMs,
    observeRequest: processMetrics.observeRequest,
    observeReload: processMetrics.observeReload,
  };
}

/** The two parts of a response in one format; a format is rendered only after its first scrape. */
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
    const head = await gzipHead(parts);
    return {
      plain: parts.map(({ plain }) => plain),
      gzip: { bytes: head.bytes, end: lastOf((tail) => gzipEnd(head, tail)) },
    };
  };
}

/** What `make` has made of a part, until it is given another one. */
function lastOf(make: (of: Part) => Bytes): (of: Part) => Bytes {
  let last: { readonly of: Part; readonly made: Bytes } | null = null;
  return (of) => {
    if (last?.of !== of) last = { of, made: make(of) };
    return last.made;
  };
}

/** The last result of `make`, which is called again once that is older than `ms`. */
function lasting<T>(ms: number, elapsedMs: () => number, make: () => Promise<T>): () => Promise<T> {
  let made: { readonly atMs: number; readonly value: Promise<T> } | null = null;
  return () => {
    const atMs = elapsedMs();
    if (made === null || atMs - made.atMs >= ms) made = { atMs, value: make() };
    return made.value;
  };
}
