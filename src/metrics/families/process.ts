import type { ProcessFamily } from '../family.ts';

/** What the process itself does; `../process-metrics.ts` measures it. */
export const exporterProcess = {
  apiRequests: {
    name: 'secmaster_exporter_api_requests_total',
    type: 'counter',
    help: 'Number of HTTP requests to SecMaster and IAM since the exporter started, retries included, by region of the workspaces, operation and HTTP status or kind of error.',
    labels: ['region', 'operation', 'code'],
    stability: 'STABLE',
    source: 'process',
  },
  apiRequestDuration: {
    name: 'secmaster_exporter_api_request_duration_seconds',
    type: 'histogram',
    help: 'Duration in seconds of HTTP requests to SecMaster and IAM since the exporter started, by region of the workspaces, operation and HTTP status or kind of error.',
    labels: ['region', 'operation', 'code'],
    stability: 'STABLE',
    source: 'process',
  },
  buildInfo: {
    name: 'secmaster_exporter_build_info',
    type: 'gauge',
    help: 'Always 1. Version of the exporter, the commit that it was built from, and version of Node.js.',
    labels: ['version', 'revision', 'nodeversion'],
    stability: 'STABLE',
    source: 'process',
  },
  webInfo: {
    name: 'secmaster_exporter_web_info',
    type: 'gauge',
    help: 'Always 1. The URL at which people reach the exporter, as set by --web.external-url; empty if it is not set.',
    labels: ['external_url'],
    stability: 'STABLE',
    source: 'process',
  },
  configLastReloadSuccessful: {
    name: 'secmaster_exporter_config_last_reload_successful',
    type: 'gauge',
    help: 'Whether the last load or reload of the configuration succeeded (1) or not (0).',
    labels: [],
    stability: 'STABLE',
    source: 'process',
  },
  configLastReloadSuccess: {
    name: 'secmaster_exporter_config_last_reload_success_timestamp_seconds',
    type: 'gauge',
    help: "Unix time in seconds, by the exporter's clock, of the last successful load or reload of the configuration.",
    labels: [],
    stability: 'STABLE',
    source: 'process',
  },
} as const satisfies Readonly<Record<string, ProcessFamily>>;
