import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObject,
  Registry,
  type RegistryContentType,
} from 'prom-client';
import { exporterProcess } from './families/process.ts';
import type { Declaration } from './family.ts';
import { contentTypes, ends, type Format } from './writer.ts';

/** The only file that uses prom-client, which measures what the process itself does. */

/** Families that don't change with polls: of Node.js, the exporter's HTTP requests, its version and configuration. */
export interface ProcessMetrics {
  /** The current values, without the end of an exposition. */
  render(format: Format): Promise<string>;
  /** Counts one HTTP request of the exporter; `code` is the HTTP status or the kind of error. */
  observeRequest(region: string, operation: string, code: string, seconds: number): void;
  /** Records a load of the configuration; it starts with a successful one. */
  observeReload(isSuccess: boolean): void;
}

export interface ProcessParts {
  readonly version: string;
  /** The commit that it was built from. */
  readonly revision: string;
  /** Empty: unknown. */
  readonly externalUrl: string;
  readonly now: () => number;
  /** Whether `process_*` and `nodejs_*` are measured. */
  readonly withDefaults: boolean;
}

/** Gauges with the names of counters, which promtool refuses. Others have the same values by type. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

export function createProcessMetrics(parts: ProcessParts): ProcessMetrics {
  const { version, revision, externalUrl, now, withDefaults } = parts;
  const live = new Registry();
  if (withDefaults) collectDefaultMetrics({ register: live });
  for (const name of misnamed) live.removeSingleMetric(name);
  const registers = [live];
  const requests = new Counter({ ...declaration(exporterProcess.apiRequests), registers });
  const requestDuration = new Histogram({ ...declaration(exporterProcess.apiRequestDuration), registers });
  new Gauge({ ...declaration(exporterProcess.buildInfo), registers }).set(
    { version, revision, nodeversion: process.version },
    1,
  );
  new Gauge({ ...declaration(exporterProcess.webInfo), registers }).set({ external_url: externalUrl }, 1);
  const reloadSuccessful = new Gauge({ ...declaration(exporterProcess.configLastReloadSuccessful), registers });
  const reloadSuccess = new Gauge({ ...declaration(exporterProcess.configLastReloadSuccess), registers });

  function observeReload(isSuccess: boolean): void {
    reloadSuccessful.set(Number(isSuccess));
    if (isSuccess) reloadSuccess.set(now() / 1000);
  }
  observeReload(true);

  return {
    observeReload,
    render: async (format) => render(format, await live.getMetricsAsJSON()),
    observeRequest(region, operation, code, seconds) {
      requests.inc({ region, operation, code });
      requestDuration.observe({ region, operation, code }, seconds);
    },
  };
}

function declaration({ name, help, labels }: Declaration) {
  return { name, help, labelNames: labels };
}

/** What a registry needs of a metric to write its text. */
type PlainMetric = Pick<MetricObject, 'name' | 'help'> & { readonly type: unknown; readonly values?: unknown };

/** Without `# EOF`. For OpenMetrics, prom-client renames counters in place, so each rendering has its own objects. */
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
