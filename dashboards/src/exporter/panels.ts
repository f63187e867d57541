import { firingAlertsTable } from '../alerts.ts';
import {
  badFrom,
  codeColours,
  goodFrom,
  inOrder,
  neutral,
  operationColours,
  reasonColours,
  warningBelow,
  warningFrom,
} from '../colours.ts';
import { runbook } from '../links.ts';
import { noExporter } from '../panel/described.ts';
import { bars, lines } from '../panel/graph.ts';
import { stat } from '../panel/stat.ts';
import { table } from '../panel/table.ts';
import { chosenOrNone, is } from '../promql.ts';
import * as shared from '../shared-panels.ts';
import {
  auditMismatches,
  credentialsSeconds,
  eventLoopLagSeconds,
  staleAfterSeconds,
  throttledRatio as throttled,
} from '../thresholds.ts';
import * as queries from './queries.ts';

/** Keys that live for ever, or nothing that is scraped. */
const noCredentialsExpire = 'No expiry known';
/** Wide enough for a bar where six hours are shown. */
const minInterval = '10m';
/** Estimated counts are a little off the whole numbers. */
const mismatchSteps = badFrom(auditMismatches.critical - 0.5, auditMismatches.warning - 0.5);
/** A slower way is as right as the fast one. */
const assumptionSteps = warningBelow(1);
const yesNo = { 0: 'no', 1: 'yes' };
const credentialsSteps = goodFrom(credentialsSeconds.warning, credentialsSeconds.critical);

export const scraped = stat({
  title: 'Scraped by Prometheus',
  description: 'Whether Prometheus can scrape every exporter that it has scraped in the last day.',
  unit: 'none',
  noValue: 'No exporter seen in the last day',
  expr: queries.scraped,
  steps: goodFrom(1),
  texts: { 0: 'no', 1: 'yes' },
  links: [runbook('SecMasterExporterDown')],
});

export const failingWorkspaces = stat({
  title: 'Failing polls',
  description: 'Number of workspaces whose last poll failed. Their numbers are from the last successful poll.',
  unit: 'none',
  noValue: noExporter,
  expr: queries.failingWorkspaces,
  steps: badFrom(1),
  links: [runbook('SecMasterPollFailing')],
});

export const dataAge = shared.dataAge(queries.dataAge);

export const incompleteWindows = stat({
  title: 'Incomplete windows',
  description:
    'Number of workspaces whose lookback has not been read completely: their gauges are too low. Normal for a while after the first start.',
  unit: 'none',
  noValue: noExporter,
  expr: queries.incompleteWindows,
  steps: badFrom(1),
  links: [runbook('SecMasterWindowIncomplete')],
});

export const mismatches = stat({
  title: 'Audit mismatches',
  description:
    'Audits in the time range in which a count differed twice in a row, or the list showed what no poll had seen.',
  unit: 'none',
  decimals: 0,
  noValue: noExporter,
  expr: queries.mismatches,
  steps: mismatchSteps,
  links: [runbook('SecMasterLedgerMismatch')],
});

export const rejectedRows = stat({
  title: 'Rejected rows',
  description:
    'Rows from SecMaster that the exporter could not understand and skipped, in the time range. The log has their ids.',
  unit: 'none',
  decimals: 0,
  noValue: noExporter,
  expr: queries.rejectedRows,
  steps: badFrom(0.5),
});

export const throttledRatio = stat({
  title: 'Throttled requests',
  description: 'The share of requests to SecMaster and IAM in the time range that were answered with 429.',
  unit: 'percentunit',
  decimals: 1,
  noValue: noExporter,
  expr: queries.throttledRatio,
  steps: badFrom(throttled),
  links: [runbook('SecMasterThrottled')],
});

export const credentialsLeft = stat({
  title: 'Credentials expire in',
  description:
    'Time until the next credentials expire. The exporter renews them earlier, so the value should jump up again by itself.',
  unit: 's',
  decimals: 1,
  noValue: noCredentialsExpire,
  expr: queries.credentialsLeft,
  steps: credentialsSteps,
  links: [runbook('SecMasterCredentialsExpiring')],
});

export const workspaces = table({
  title: 'Workspaces, oldest data first',
  description:
    'Whether the numbers of each workspace can be trusted. Mismatches and rejected rows are counted over the time range.',
  noValue: noExporter,
  keys: [{ title: 'Workspace', label: 'workspace' }],
  columns: [
    { title: 'Polled', expr: queries.byWorkspace.up, unit: 'none', width: 76, steps: goodFrom(1), texts: yesNo },
    {
      title: 'Data age',
      expr: queries.byWorkspace.dataAge,
      unit: 's',
      decimals: 0,
      width: 90,
      steps: badFrom(staleAfterSeconds),
    },
    { title: 'Poll took', expr: queries.byWorkspace.pollDuration, unit: 's', decimals: 2, width: 100 },
    {
      title: 'Complete',
      expr: queries.byWorkspace.windowComplete,
      unit: 'none',
      width: 92,
      steps: goodFrom(1),
      texts: yesNo,
    },
    {
      title: 'Mismatches',
      expr: queries.byWorkspace.mismatches,
      unit: 'none',
      decimals: 0,
      width: 106,
      steps: mismatchSteps,
    },
    {
      title: 'Rejected',
      expr: queries.byWorkspace.rejectedRows,
      unit: 'none',
      decimals: 0,
      width: 88,
      steps: badFrom(0.5),
    },
  ],
  sort: { by: 'Data age', descending: true },
});

export const ledgers = table({
  title: 'Ledgers',
  description:
    'What the ledger of each workspace holds, since when, how many playbooks are enabled or share the name other, and how long its credentials are valid.',
  noValue: noExporter,
  keys: [{ title: 'Workspace', label: 'workspace' }],
  columns: [
    { title: 'Open runs', expr: queries.byWorkspace.openInstances, unit: 'none', decimals: 0 },
    { title: 'Ended runs', expr: queries.byWorkspace.endedInstances, unit: 'none', decimals: 0 },
    { title: 'Counting since', expr: queries.byWorkspace.ledgerCreated, unit: 'dateTimeFromNow' },
    { title: 'Playbooks', expr: queries.byWorkspace.enabledPlaybooks, unit: 'none', decimals: 0 },
    {
      title: 'Grouped as other',
      expr: queries.byWorkspace.playbooksLimited,
      unit: 'none',
      decimals: 0,
      steps: warningFrom(1),
    },
    {
      title: 'Credentials left',
      expr: queries.byWorkspace.credentialsLeft,
      unit: 's',
      decimals: 1,
      steps: credentialsSteps,
    },
  ],
  sort: { by: 'Workspace', descending: false },
});

export const firingAlerts = firingAlertsTable({ area: is('exporter'), workspace: chosenOrNone('workspace') }, [
  'workspace',
]);

export const lastFailures = table({
  title: 'Failed polls, and why',
  description:
    'How many polls of each workspace failed in the time range, for which reason, and since when none has been seen, within ten minutes. The log says what to fix.',
  noValue: 'No failed poll found',
  keys: [
    { title: 'Workspace', label: 'workspace' },
    { title: 'Reason', label: 'reason', width: 150 },
  ],
  columns: [
    { title: 'Failed', expr: queries.failuresByReason.count, unit: 'none', decimals: 0, width: 76 },
    { title: 'Last', expr: queries.failuresByReason.last, unit: 'dateTimeFromNow', width: 130 },
  ],
  sort: { by: 'Last', descending: true },
});

export const dataAgeOverTime = lines({
  title: 'Age of the data, by workspace',
  description: 'Time since the last successful poll. A sawtooth as high as the poll interval is normal. Dashed: stale.',
  unit: 'dthms',
  noValue: noExporter,
  queries: [{ expr: queries.byWorkspace.dataAge, legend: '{{workspace}}' }],
  steps: badFrom(staleAfterSeconds),
});

export const pollAge = lines({
  title: 'Time since the last poll',
  description:
    'Time since the last poll, successful or not. If this stays low while the age of the data grows, polls fail. If both grow, there are no polls.',
  unit: 'dthms',
  noValue: noExporter,
  queries: [{ expr: queries.pollAgeByWorkspace, legend: '{{workspace}}' }],
});

export const pollDuration = lines({
  title: 'Poll duration',
  description:
    'Duration of the last poll. A long poll means that the exporter is reading history, or that SecMaster is slow.',
  unit: 's',
  noValue: noExporter,
  queries: [{ expr: queries.byWorkspace.pollDuration, legend: '{{workspace}}' }],
});

export const pollsPerHour = lines({
  title: 'Polls per hour',
  description: 'Completed polls of all selected workspaces. The default schedule makes 120 per hour and workspace.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.pollsPerHour, legend: 'polls' }],
  colours: { polls: neutral },
});

export const pollFailures = bars({
  title: 'Failed polls per hour, by reason',
  description: 'Why polls failed, as a rate per hour. The log says what to fix.',
  unit: 'none',
  noValue: 'No failed poll found',
  queries: [{ expr: queries.pollFailuresPerHour, legend: '{{reason}}' }],
  colours: reasonColours,
  minInterval,
});

export const requests = bars({
  title: 'API requests per hour, by code',
  description: 'Every request to SecMaster and IAM, including retries, by HTTP status or kind of error.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.requestsPerHour, legend: '{{code}}' }],
  colours: codeColours,
  minInterval,
});

export const requestsByOperation = lines({
  title: 'API requests per hour, by operation',
  description: 'Requests by API operation, such as the list of runs or a token.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.requestsPerHourByOperation, legend: '{{operation}}' }],
  colours: operationColours,
  minInterval,
});

export const requestDuration = lines({
  title: 'API request duration, p95',
  description: 'The time within which 95 % of the requests around each point got a response, by operation.',
  unit: 's',
  noValue: noExporter,
  queries: [{ expr: queries.requestDuration, legend: '{{operation}}' }],
  colours: operationColours,
});

export const throttledRequests = bars({
  title: 'Throttled requests per hour',
  description: 'Requests that were answered with 429. Lower poll.rate_limit, or poll less often.',
  unit: 'none',
  noValue: 'No throttled request found',
  queries: [{ expr: queries.throttledPerHour, legend: '{{operation}}' }],
  colours: operationColours,
  minInterval,
});

export const auditsPerHour = lines({
  title: 'Audits and mismatches per hour',
  description:
    "How often the exporter compared the ledger with SecMaster's counts or with its list, and how often they differed.",
  unit: 'none',
  noValue: noExporter,
  queries: [
    { expr: queries.auditsPerHour, legend: 'audits' },
    { expr: queries.mismatchesPerHour, legend: 'mismatches' },
  ],
  colours: inOrder('mismatches', 'audits'),
  minInterval,
});

export const windowComplete = lines({
  title: 'Window complete',
  description: 'Whether every run of the lookback has been read from SecMaster (1), or some may be missing (0).',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.byWorkspace.windowComplete, legend: '{{workspace}}' }],
  max: 1,
});

export const ledgerSize = lines({
  title: 'Runs in the ledger',
  description:
    'Number of runs, open and ended. Ended runs are removed after state.retention. If the number of open runs keeps growing, runs hang.',
  unit: 'short',
  noValue: noExporter,
  queries: [{ expr: queries.ledgerByState, legend: '{{state}}' }],
  colours: inOrder('open', 'ended'),
});

export const rejectedRowsPerHour = bars({
  title: 'Rejected rows per hour, by reason',
  description: 'Rows from SecMaster that the exporter could not understand and skipped.',
  unit: 'none',
  noValue: 'No rejected row found',
  queries: [{ expr: queries.rejectedRowsPerHour, legend: '{{reason}}' }],
  colours: inOrder('not_an_object', 'no_id', 'bad_id', 'no_status', 'bad_time', 'bad_retry_count', 'bad_field'),
  minInterval,
});

export const topologiesPerHour = bars({
  title: 'Topologies per hour',
  description:
    'Ended attempts by what became of their topology: read, skipped (retried meanwhile, or too many to be read), or failed. The durations and failures of nodes leave out what was not read.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.topologiesPerHour, legend: '{{result}}' }],
  colours: inOrder('skipped', 'read', 'failed'),
  minInterval,
});

export const limitedValues = lines({
  title: 'Values grouped as other',
  description:
    'Playbooks beyond metrics.max_playbooks, trigger types and statuses beyond metrics.max_values, and nodes beyond 100 of a playbook. They share the label value other.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.valuesLimited, legend: '{{workspace}} {{label}}' }],
});

export const assumptions = table({
  title: 'How SecMaster behaves',
  description:
    'Whether SecMaster behaves as the fastest way to read it needs. If not, the exporter takes a slower one.',
  noValue: noExporter,
  keys: [
    { title: 'Workspace', label: 'workspace', width: 130 },
    { title: 'Assumption', label: 'assumption' },
  ],
  columns: [
    { title: 'Holds', expr: queries.assumptions, unit: 'none', width: 72, steps: assumptionSteps, texts: yesNo },
  ],
  sort: { by: 'Holds', descending: false },
});

export const credentialsLeftOverTime = lines({
  title: 'Time until credentials expire',
  description: 'A sawtooth means that credentials are renewed. A line that falls to 0 means that renewal fails.',
  unit: 'dthms',
  noValue: noCredentialsExpire,
  queries: [{ expr: queries.byWorkspace.credentialsLeft, legend: '{{workspace}}' }],
  steps: credentialsSteps,
});

export const samples = lines({
  title: 'Samples per scrape',
  description: 'Number of samples in the last scrape. It grows with playbooks, triggers and statuses.',
  unit: 'short',
  noValue: noExporter,
  queries: [{ expr: queries.samples, legend: '{{instance}}' }],
});

export const scrapeDuration = lines({
  title: 'Scrape duration',
  description: 'How long Prometheus waited for /metrics. A scrape never calls SecMaster.',
  unit: 's',
  noValue: noExporter,
  queries: [{ expr: queries.scrapeDuration, legend: '{{instance}}' }],
});

export const memory = lines({
  title: 'Memory',
  description: 'Resident memory of the process.',
  unit: 'bytes',
  noValue: noExporter,
  queries: [{ expr: queries.residentMemory, legend: '{{instance}}' }],
});

export const eventLoop = lines({
  title: 'Event loop lag',
  description: 'Delay of the event loop, 99th percentile. Dashed: scrapes and polls become slow.',
  unit: 's',
  noValue: noExporter,
  queries: [{ expr: queries.lagP99, legend: '{{instance}}' }],
  steps: badFrom(eventLoopLagSeconds.critical, eventLoopLagSeconds.warning),
});

export const cpu = lines({
  title: 'CPU',
  description: 'CPU time in use: 100 % is one full core.',
  unit: 'percentunit',
  noValue: noExporter,
  queries: [{ expr: queries.cpu, legend: '{{instance}}' }],
});

export const openFiles = lines({
  title: 'Open files and sockets',
  description: 'Open file descriptors of the process. A number that only grows is a leak.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.openFiles, legend: '{{instance}}' }],
});

export const processes = table({
  title: 'Exporters',
  description:
    'The processes that Prometheus scrapes, since when they have been running, and the configuration in force: after a failed reload it is the previous one.',
  noValue: noExporter,
  keys: [
    { title: 'Instance', label: 'instance' },
    { title: 'Version', label: 'version', width: 84 },
    { title: 'Node.js', label: 'nodeversion', width: 90 },
  ],
  columns: [
    { title: 'Running since', expr: queries.processStart, unit: 'dateTimeFromNow', width: 130 },
    {
      title: 'Last reload',
      expr: queries.reloadSuccessful,
      unit: 'none',
      width: 108,
      steps: goodFrom(1),
      texts: { 0: 'failed', 1: 'succeeded' },
    },
    { title: 'Reloaded', expr: queries.lastReload, unit: 'dateTimeFromNow', width: 130 },
  ],
  sort: { by: 'Instance', descending: false },
});

export const leases = table({
  title: 'Replicas',
  description:
    'Which replica polls each workspace, where several share a ledger in PostgreSQL. The others show the same numbers.',
  noValue: 'No replicas found',
  keys: [
    { title: 'Workspace', label: 'workspace', width: 130 },
    { title: 'Instance', label: 'instance' },
  ],
  columns: [{ title: 'Polls it', expr: queries.leases, unit: 'none', width: 88, texts: yesNo }],
  sort: { by: 'Workspace', descending: false },
});
