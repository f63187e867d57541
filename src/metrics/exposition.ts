import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObject,
  Registry,
  type RegistryContentType,
} from 'prom-client';
import {
  apiRequestDuration,
  apiRequests,
  buildInfo,
  configLastReloadSuccess,
  configLastReloadSuccessful,
  type Family,
} from './families.ts';
import { type GzipHead, gzipHead, gzipWhole } from './gzip.ts';
import type { Collected } from './samples.ts';

export type Format = 'text' | 'openmetrics';

export const contentTypes: Readonly<Record<Format, RegistryContentType>> = {
  text: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
};

/** What a scrape gets. The one file that knows prom-client. */
export interface Exposition {
  /** Takes in what polls have found. Scrapes get what was there before until the new text is whole. */
  update(collected: readonly Collected[]): Promise<void>;
  /** The latest exposition, with the process metrics of this moment. */
  scrape(format: Format, encoding: 'identity' | 'gzip'): Promise<Buffer>;
  /** When `scrape` was last called, by the clock that the exposition was given; null: never. */
  lastScrapeMs(): number | null;
  /** One HTTP request of the exporter's own; `code` is the HTTP status or what went wrong. */
  observeRequest(operation: string, code: string, seconds: number): void;
  /** One reading of the configuration; the exposition begins with one that succeeded. */
  observeReload(isSuccess: boolean): void;
}

/** The families that change with polls, made once for each change and format, as bytes. */
interface Polled {
  readonly plain: Buffer;
  readonly gzip: GzipHead;
}

export function createExposition(version: string, now: () => number): Exposition {
  const live = new Registry();
  collectDefaultMetrics({ register: live });
  const registers = [live];
  const requests = new Counter({ ...declaration(apiRequests), registers });
  const requestDuration = new Histogram({ ...declaration(apiRequestDuration), registers });
  new Gauge({ ...declaration(buildInfo), registers }).set({ version, nodeversion: process.version }, 1);
  const reloadSuccessful = new Gauge({ ...declaration(configLastReloadSuccessful), registers });
  const reloadSuccess = new Gauge({ ...declaration(configLastReloadSuccess), registers });

  let latest: readonly Collected[] = [];
  /** By format, once it has been asked for: the polled part of what `latest` is or was a moment ago. */
  const polled = new Map<Format, Promise<Polled>>();
  let scrapedMs: number | null = null;

  function makePolled(format: Format): Promise<Polled> {
    const made = encode(format, latest.map(toMetric));
    polled.set(format, made);
    return made;
  }

  function observeReload(isSuccess: boolean): void {
    reloadSuccessful.set(Number(isSuccess));
    if (isSuccess) reloadSuccess.set(now() / 1000);
  }
  observeReload(true);

  return {
    observeReload,
    async update(collected) {
      latest = collected;
      await Promise.all(
        [...polled.keys()].map(async (format) => {
          const made = await encode(format, collected.map(toMetric));
          // Another update may have overtaken this one.
          if (latest === collected) polled.set(format, Promise.resolve(made));
        }),
      );
    },
    async scrape(format, encoding) {
      scrapedMs = now();
      const { plain, gzip } = await (polled.get(format) ?? makePolled(format));
      const end = format === 'openmetrics' ? '# EOF\n' : '';
      const tail = Buffer.from((await render(format, await live.getMetricsAsJSON())) + end);
      return encoding === 'gzip' ? gzipWhole(gzip, tail) : Buffer.concat([plain, tail]);
    },
    lastScrapeMs: () => scrapedMs,
    observeRequest(operation, code, seconds) {
      requests.inc({ operation, code });
      requestDuration.observe({ operation, code }, seconds);
    },
  };
}

function declaration({ name, help, labels }: Family) {
  return { name, help, labelNames: labels };
}

/** Of a metric, a registry's text takes no more than this. */
type PlainMetric = Pick<MetricObject, 'name' | 'help'> & { readonly type: unknown; readonly values?: unknown };

function toMetric({ family: { name, help, type }, samples }: Collected): PlainMetric {
  const values = samples.map(({ suffix, labels, value, exemplar }) => ({
    ...(suffix === undefined ? {} : { metricName: name + suffix }),
    labels,
    value,
    ...(exemplar === undefined ? {} : { exemplar }),
  }));
  return { name, help, type, values };
}

async function encode(format: Format, metrics: readonly PlainMetric[]): Promise<Polled> {
  const plain = Buffer.from(await render(format, metrics));
  return { plain, gzip: await gzipHead(plain) };
}

/** Without `# EOF`. In OpenMetrics prom-client renames counters where they are, so each rendering has objects of its own. */
async function render(format: Format, metrics: readonly PlainMetric[]): Promise<string> {
  const registry: Registry<RegistryContentType> = new Registry();
  registry.setContentType(contentTypes[format]);
  for (const metric of metrics) {
    const registered = { ...metric, get: async () => registered };
    registry.registerMetric(registered as unknown as Gauge);
  }
  const text = await registry.metrics();
  return format === 'openmetrics' ? text.slice(0, -'# EOF\n'.length) : `${text}\n`;
}
