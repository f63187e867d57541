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
import type { Collected, Sample } from './samples.ts';

/** The one file that knows prom-client: samples to text, and the metrics of the process itself. */

export type Format = 'text' | 'openmetrics';

export const contentTypes: Readonly<Record<Format, RegistryContentType>> = {
  text: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
};

/** What ends an exposition. */
export const ends: Readonly<Record<Format, string>> = { text: '', openmetrics: '# EOF\n' };

/** Families that don't change with polls: those of the process, of its own HTTP requests, its version and configuration. */
export interface ProcessMetrics {
  /** As of this moment, without what ends an exposition. */
  render(format: Format): Promise<string>;
  /** One HTTP request of the exporter's own; `code` is the HTTP status or what went wrong. */
  observeRequest(operation: string, code: string, seconds: number): void;
  /** One reading of the configuration; it begins with one that succeeded. */
  observeReload(isSuccess: boolean): void;
}

export function createProcessMetrics(version: string, now: () => number): ProcessMetrics {
  const live = new Registry();
  collectDefaultMetrics({ register: live });
  const registers = [live];
  const requests = new Counter({ ...declaration(apiRequests), registers });
  const requestDuration = new Histogram({ ...declaration(apiRequestDuration), registers });
  new Gauge({ ...declaration(buildInfo), registers }).set({ version, nodeversion: process.version }, 1);
  const reloadSuccessful = new Gauge({ ...declaration(configLastReloadSuccessful), registers });
  const reloadSuccess = new Gauge({ ...declaration(configLastReloadSuccess), registers });

  function observeReload(isSuccess: boolean): void {
    reloadSuccessful.set(Number(isSuccess));
    if (isSuccess) reloadSuccess.set(now() / 1000);
  }
  observeReload(true);

  return {
    observeReload,
    render: async (format) => render(format, await live.getMetricsAsJSON()),
    observeRequest(operation, code, seconds) {
      requests.inc({ operation, code });
      requestDuration.observe({ operation, code }, seconds);
    },
  };
}

function declaration({ name, help, labels }: Family) {
  return { name, help, labelNames: labels };
}

/** The text of a family in pieces of up to `most` samples, to be put together as they come. */
export async function* renderSlices(
  format: Format,
  { family: { name, help, type }, samples }: Collected,
  most: number,
): AsyncGenerator<string> {
  let isFirst = true;
  for (const slice of inSlices(samples, most)) {
    const values = slice.map((sample) => toValue(name, sample));
    const text = await render(format, [{ name, help, type, values }]);
    const lines = format === 'text' ? text.slice(0, -blankLine.length) : text;
    yield isFirst ? lines : withoutHelpAndType(lines);
    isFirst = false;
  }
  if (format === 'text') yield blankLine;
}

/** Behind each family of the text format. */
const blankLine = '\n';

/** At least one slice, be it empty. */
function* inSlices(samples: Iterable<Sample>, most: number): Generator<readonly Sample[]> {
  let slice: Sample[] = [];
  let isAny = false;
  for (const sample of samples) {
    slice.push(sample);
    if (slice.length < most) continue;
    yield slice;
    isAny = true;
    slice = [];
  }
  if (slice.length > 0 || !isAny) yield slice;
}

function withoutHelpAndType(text: string): string {
  return text.slice(text.indexOf('\n', text.indexOf('\n') + 1) + 1);
}

/** Of a metric, a registry's text takes no more than this. */
type PlainMetric = Pick<MetricObject, 'name' | 'help'> & { readonly type: unknown; readonly values?: unknown };

function toValue(name: string, { suffix, labels, value, exemplar }: Sample) {
  return {
    ...(suffix === undefined ? {} : { metricName: name + suffix }),
    labels,
    value,
    ...(exemplar === undefined ? {} : { exemplar }),
  };
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
  return format === 'openmetrics' ? text.slice(0, -ends.openmetrics.length) : `${text}\n`;
}
