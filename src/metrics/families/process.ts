import type { ProcessFamily } from '../family.ts';

/** What the process itself does; `../process-metrics.ts` measures it. */
export const exporterProcess = {
  apiRequests: {
    name: 'secmaster_exporter_api_requests_total',
    type: 'counter',
    help: 'Number of HTTP requests to SecMaster and IAM since the exporter was started, each try counted, by operation and HTTP status or what went wrong.',
    labels: ['operation', 'code'],
    stability: 'STABLE',
    source: 'process',
  },
  apiRequestDuration: {
    name: 'secmaster_exporter_api_request_duration_seconds',
    type: 'histogram',
    help: 'Time in seconds that HTTP requests to SecMaster and IAM took since the exporter was started, by operation and HTTP status or what went wrong.',
    labels: ['operation', 'code'],
    stability: 'STABLE',
    source: 'process',
  },
  buildInfo: {
    name: 'secmaster_exporter_build_info',
    type: 'gauge',
    help: 'Always 1; tells the version of the exporter and of the Node.js that runs it.',
    labels: ['version', 'nodeversion'],
    stability: 'STABLE',
    source: 'process',
  },
  configLastReloadSuccessful: {
    name: 'secmaster_exporter_config_last_reload_successful',
    type: 'gauge',
    help: 'Whether the last attempt to read the configuration, at the start or by a reload, succeeded, 1 or 0.',
    labels: [],
    stability: 'STABLE',
    source: 'process',
  },
  configLastReloadSuccess: {
    name: 'secmaster_exporter_config_last_reload_success_timestamp_seconds',
    type: 'gauge',
    help: "Unix time in seconds, by the exporter's clock, at which the configuration was last read with success.",
    labels: [],
    stability: 'STABLE',
    source: 'process',
  },
} as const satisfies Readonly<Record<string, ProcessFamily>>;
