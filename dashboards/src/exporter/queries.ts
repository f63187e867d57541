/** Can I trust the numbers? */
import { exporter, exporterProcess, playbook } from '../../../src/metrics/families.ts';
import {
  age,
  buckets,
  chosen,
  current,
  increase,
  is,
  maxBy,
  minBy,
  once,
  perHour,
  quantile,
  rate,
  series,
  sum,
  sumBy,
} from '../promql.ts';

const here = { workspace: chosen('workspace') };
/** Series of the process, or that Prometheus makes of a scrape, have no label of ours: those of the same target. */
const ofExporter = (expression: string) => `${expression} and on (job, instance) ${series(exporterProcess.buildInfo)}`;
/** Also of one that is gone by now. */
const ofRecentExporter = (expression: string) =>
  `${expression} and on (job, instance) max_over_time(${series(exporterProcess.buildInfo)}[1d])`;

/** How many say no. */
const zeroes = (yesOrNo: string) => `count(${once(yesOrNo)}) - sum(${once(yesOrNo)})`;

export const scraped = `min(${ofRecentExporter('up')})`;
export const failingWorkspaces = zeroes(series(exporter.up, here));
export const dataAge = age(`min(${once(series(exporter.lastSuccess, here))})`);
export const incompleteWindows = zeroes(current(series(exporter.windowComplete, here)));
export const mismatches = sum(increase(series(exporter.auditMismatches, here)));
export const rejectedRows = sum(increase(series(exporter.rowsRejected, here)));
export const throttledRatio = `(${sum(increase(series(exporterProcess.apiRequests, { code: is('429') })))} or vector(0)) / ${sum(increase(series(exporterProcess.apiRequests)))}`;
export const credentialsLeft = `min(${once(series(exporter.credentialsExpiry, here))}) - time()`;

/** What the table of workspaces shows, and graphs over time. */
export const byWorkspace = {
  up: maxBy(['workspace'], series(exporter.up, here)),
  dataAge: age(maxBy(['workspace'], series(exporter.lastSuccess, here))),
  pollDuration: maxBy(['workspace'], series(exporter.lastPollDuration, here)),
  windowComplete: maxBy(['workspace'], current(series(exporter.windowComplete, here))),
  mismatches: sumBy(['workspace'], increase(series(exporter.auditMismatches, here))),
  rejectedRows: sumBy(['workspace'], increase(series(exporter.rowsRejected, here))),
  openInstances: sumBy(['workspace'], once(series(exporter.ledgerInstances, { ...here, state: is('open') }))),
  endedInstances: sumBy(['workspace'], once(series(exporter.ledgerInstances, { ...here, state: is('ended') }))),
  ledgerCreated: `1000 * ${maxBy(['workspace'], series(exporter.ledgerCreated, here))}`,
  enabledPlaybooks: sumBy(['workspace'], once(series(playbook.enabled, here))),
  playbooksLimited: maxBy(['workspace'], series(exporter.playbooksLimited, here)),
  credentialsLeft: `${maxBy(['workspace'], series(exporter.credentialsExpiry, here))} - time()`,
};

export const valuesLimited = maxBy(['workspace', 'label'], series(exporter.valuesLimited, here));
export const assumptions = minBy(['workspace', 'assumption'], series(exporter.assumptions, here));

export const pollAgeByWorkspace = age(maxBy(['workspace'], series(exporter.lastPoll, here)));
export const pollsPerHour = sum(perHour(rate(series(exporter.polls, here))));
/** Every reason has a series from the start: those that did not occur are filtered out. */
export const pollFailuresPerHour = `${sumBy(['reason'], perHour(rate(series(exporter.pollFailures, here))))} > 0`;
const pollFailures = (window: string) =>
  sumBy(['workspace', 'reason'], increase(series(exporter.pollFailures, here), window));
export const failuresByReason = {
  count: `round(${pollFailures('$__range')}) > 0`,
  /** When one was seen last, in steps of five minutes, in milliseconds. */
  last: `1000 * max_over_time((timestamp(${pollFailures('10m')} > 0))[$__range:5m])`,
};

export const requestsPerHour = sumBy(['code'], perHour(rate(series(exporterProcess.apiRequests))));
export const requestsPerHourByOperation = sumBy(['operation'], perHour(rate(series(exporterProcess.apiRequests))));
export const requestDuration = quantile(0.95, rate(buckets(exporterProcess.apiRequestDuration)), ['operation']);
export const throttledPerHour = sumBy(
  ['operation'],
  perHour(rate(series(exporterProcess.apiRequests, { code: is('429') }))),
);

export const auditsPerHour = sum(perHour(rate(series(exporter.audits, here))));
export const mismatchesPerHour = sum(perHour(rate(series(exporter.auditMismatches, here))));
export const topologiesPerHour = sumBy(['result'], perHour(rate(series(exporter.topologies, here))));
export const ledgerByState = sumBy(['state'], once(series(exporter.ledgerInstances, here)));
export const rejectedRowsPerHour = `${sumBy(['reason'], perHour(rate(series(exporter.rowsRejected, here))))} > 0`;

export const samples = ofExporter('scrape_samples_scraped');
export const scrapeDuration = ofExporter('scrape_duration_seconds');
export const residentMemory = ofExporter('process_resident_memory_bytes');
export const lagP99 = ofExporter('nodejs_eventloop_lag_p99_seconds');
export const cpu = ofExporter('rate(process_cpu_seconds_total[$__rate_interval])');
export const openFiles = ofExporter('process_open_fds');
/** With the version, which only the build info tells. */
const ofProcess = (value: string) => `max by (instance, version, nodeversion) (
  ${series(exporterProcess.buildInfo)} * on (job, instance) group_left () max by (job, instance) (${value})
)`;
export const processStart = ofProcess('1000 * process_start_time_seconds');
export const reloadSuccessful = ofProcess(series(exporterProcess.configLastReloadSuccessful));
export const lastReload = ofProcess(`1000 * ${series(exporterProcess.configLastReloadSuccess)}`);
/** With PostgreSQL: which replica polls a workspace. */
export const leases = `max by (workspace, instance) (${series(exporter.lease, here)})`;
