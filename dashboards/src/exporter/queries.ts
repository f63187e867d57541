/** Can I trust the numbers? */
import {
  apiRequestDuration,
  apiRequests,
  auditMismatches,
  audits,
  buildInfo,
  configLastReloadSuccess,
  configLastReloadSuccessful,
  credentialsExpiry,
  lastPoll,
  lastPollDuration,
  lastSuccess,
  ledgerInstances,
  playbooksLimited,
  pollFailures,
  polls,
  rowsRejected,
  up,
  windowComplete,
} from '../../../src/metrics/families.ts';
import {
  age,
  buckets,
  chosen,
  increase,
  is,
  maxBy,
  minBy,
  perHour,
  quantile,
  rate,
  series,
  sum,
  sumBy,
} from '../promql.ts';

const here = { workspace: chosen('workspace') };
/** Series of the process, or that Prometheus makes of a scrape, have no label of ours: those of the same target. */
const ofExporter = (expression: string) => `${expression} and on (job, instance) ${series(buildInfo)}`;
/** Also of one that is gone by now. */
const ofRecentExporter = (expression: string) =>
  `${expression} and on (job, instance) max_over_time(${series(buildInfo)}[1d])`;

export const scraped = `min(${ofRecentExporter('up')})`;
export const failingWorkspaces = `count(${series(up, here)}) - sum(${series(up, here)})`;
export const dataAge = age(`min(${series(lastSuccess, here)})`);
export const incompleteWindows = `count(${series(windowComplete, here)}) - sum(${series(windowComplete, here)})`;
export const mismatches = sum(increase(series(auditMismatches, here)));
export const rejectedRows = sum(increase(series(rowsRejected, here)));
export const throttledRatio = `(${sum(increase(series(apiRequests, { code: is('429') })))} or vector(0)) / ${sum(increase(series(apiRequests)))}`;
export const credentialsLeft = `min(${series(credentialsExpiry, here)}) - time()`;
export const reloadSuccessful = `min(${series(configLastReloadSuccessful)})`;
export const sinceReload = age(`max(${series(configLastReloadSuccess)})`);

/** What the table of workspaces shows, and graphs over time. */
export const byWorkspace = {
  up: minBy(['workspace'], series(up, here)),
  dataAge: age(maxBy(['workspace'], series(lastSuccess, here))),
  pollDuration: maxBy(['workspace'], series(lastPollDuration, here)),
  windowComplete: minBy(['workspace'], series(windowComplete, here)),
  mismatches: sumBy(['workspace'], increase(series(auditMismatches, here))),
  rejectedRows: sumBy(['workspace'], increase(series(rowsRejected, here))),
  openInstances: sumBy(['workspace'], series(ledgerInstances, { ...here, state: is('open') })),
  endedInstances: sumBy(['workspace'], series(ledgerInstances, { ...here, state: is('ended') })),
  playbooksLimited: maxBy(['workspace'], series(playbooksLimited, here)),
  credentialsLeft: `${minBy(['workspace'], series(credentialsExpiry, here))} - time()`,
};

export const pollAgeByWorkspace = age(maxBy(['workspace'], series(lastPoll, here)));
export const pollsPerHour = sum(perHour(rate(series(polls, here))));
/** Every reason has a series from the start: those that did not occur are left out. */
export const pollFailuresPerHour = `${sumBy(['workspace', 'reason'], perHour(rate(series(pollFailures, here))))} > 0`;

export const requestsPerHour = sumBy(['code'], perHour(rate(series(apiRequests))));
export const requestsPerHourByOperation = sumBy(['operation'], perHour(rate(series(apiRequests))));
export const requestDuration = quantile(0.95, rate(buckets(apiRequestDuration)), ['operation']);
export const throttledPerHour = sumBy(['operation'], perHour(rate(series(apiRequests, { code: is('429') }))));

export const auditsPerHour = sum(perHour(rate(series(audits, here))));
export const mismatchesPerHour = sum(perHour(rate(series(auditMismatches, here))));
export const ledgerByState = sumBy(['state'], series(ledgerInstances, here));
export const rejectedRowsPerHour = sumBy(['reason'], perHour(rate(series(rowsRejected, here))));

export const samples = ofExporter('scrape_samples_scraped');
export const scrapeDuration = ofExporter('scrape_duration_seconds');
export const residentMemory = ofExporter('process_resident_memory_bytes');
export const heap = ofExporter('nodejs_heap_size_used_bytes');
export const lagMean = ofExporter('nodejs_eventloop_lag_mean_seconds');
export const lagP99 = ofExporter('nodejs_eventloop_lag_p99_seconds');
export const cpu = ofExporter('rate(process_cpu_seconds_total[$__rate_interval])');
export const openFiles = ofExporter('process_open_fds');
/** With the version, which only the build info tells. */
export const processAge = `max by (instance, version, nodeversion) (
  ${series(buildInfo)} * on (job, instance) group_left () (${age('process_start_time_seconds')})
)`;
