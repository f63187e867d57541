import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { apiRequestDuration, apiRequests, buildInfo, type Family } from './families.ts';
import type { Collected } from './samples.ts';

/** What a scrape gets. The one file that knows prom-client. */
export interface Exposition {
  readonly contentType: string;
  /** Makes the text of all that polls have found; scrapes get the text before until it is whole. */
  update(collected: readonly Collected[]): Promise<void>;
  /** The latest text, with the process metrics of this moment. */
  text(): Promise<string>;
  /** When `text` was last asked for, by the clock that the exposition was given; null: never. */
  lastScrapeMs(): number | null;
  /** One HTTP request of the exporter's own; `code` is the HTTP status or what went wrong. */
  observeRequest(operation: string, code: string, seconds: number): void;
}

export function createExposition(version: string, now: () => number): Exposition {
  const live = new Registry();
  collectDefaultMetrics({ register: live });
  const registers = [live];
  const requests = new Counter({ ...declaration(apiRequests), registers });
  const requestDuration = new Histogram({ ...declaration(apiRequestDuration), registers });
  new Gauge({ ...declaration(buildInfo), registers }).set({ version, nodeversion: process.version }, 1);
  let polled = '';
  let begun = 0;
  let shown = 0;
  let scrapedMs: number | null = null;

  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    async update(collected) {
      const turn = ++begun;
      const text = `${await render(collected)}\n`;
      if (turn < shown) return;
      shown = turn;
      polled = text;
    },
    lastScrapeMs: () => scrapedMs,
    async text() {
      scrapedMs = now();
      return polled + (await live.metrics());
    },
    observeRequest(operation, code, seconds) {
      requests.inc({ operation, code });
      requestDuration.observe({ operation, code }, seconds);
    },
  };
}

function declaration({ name, help, labels }: Family) {
  return { name, help, labelNames: labels };
}

function render(collected: readonly Collected[]): Promise<string> {
  const registry = new Registry();
  for (const { family, samples } of collected) {
    const { name, help, type } = family;
    const values = samples.map(({ suffix = '', labels, value }) => ({ metricName: name + suffix, labels, value }));
    // The values are kept elsewhere: of a metric, a registry's text takes no more than this.
    registry.registerMetric({ name, get: async () => ({ name, help, type, values }) } as unknown as Gauge);
  }
  return registry.metrics();
}
