import { bad, badFrom, codeColours, goodFrom, neutral, warning, warningFrom } from '../colours.ts';
import { runbook } from '../links.ts';
import { noExporter } from '../panel/described.ts';
import { bars, lines } from '../panel/graph.ts';
import { stat } from '../panel/stat.ts';
import { table } from '../panel/table.ts';
import * as shared from '../shared-panels.ts';
import {
  auditMismatches,
  credentialsSeconds,
  eventLoopLagSeconds,
  staleAfterSeconds,
  throttledRatio as throttled,
} from '../thresholds.ts';
import * as queries from './queries.ts';

const noCredentialsExpire = 'None expire';
/** Estimated counts are a little off the whole numbers. */
const mismatchSteps = badFrom(auditMismatches.critical - 0.5, auditMismatches.warning - 0.5);
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
  title: 'Workspaces whose poll failed',
  description: 'Workspaces whose last poll failed. Their numbers are from the last successful poll.',
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
    'Workspaces whose lookback has not been read completely: their gauges are too low. Normal for a while after the first start.',
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
  noValue: noCredentialsExpire,
  expr: queries.credentialsLeft,
  steps: credentialsSteps,
  links: [runbook('SecMasterCredentialsExpiring')],
});

export const workspaces = table({
  title: 'Workspaces',
  description:
    'Whether the numbers of each workspace can be trusted, oldest data first. Mismatches and rejected rows are counted over the time range.',
  noValue: noExporter,
  keys: [{ title: 'Workspace', label: 'workspace' }],
  columns: [
    { title: 'Last poll succeeded', expr: queries.byWorkspace.up, unit: 'none', steps: goodFrom(1), texts: yesNo },
    {
      title: 'Age of the data',
      expr: queries.byWorkspace.dataAge,
      unit: 's',
      steps: badFrom(staleAfterSeconds),
    },
    { title: 'Poll duration', expr: queries.byWorkspace.pollDuration, unit: 's', decimals: 2 },
    {
      title: 'Window complete',
      expr: queries.byWorkspace.windowComplete,
      unit: 'none',
      steps: goodFrom(1),
      texts: yesNo,
    },
    {
      title: 'Audit mismatches',
      expr: queries.byWorkspace.mismatches,
      unit: 'none',
      decimals: 0,
      steps: mismatchSteps,
    },
    { title: 'Rejected rows', expr: queries.byWorkspace.rejectedRows, unit: 'none', decimals: 0, steps: badFrom(0.5) },
    { title: 'Open', expr: queries.byWorkspace.openInstances, unit: 'none' },
    { title: 'Ended', expr: queries.byWorkspace.endedInstances, unit: 'none' },
    { title: 'Age of the ledger', expr: queries.byWorkspace.ledgerAge, unit: 's' },
    { title: 'Enabled playbooks', expr: queries.byWorkspace.enabledPlaybooks, unit: 'none' },
    {
      title: 'Playbooks grouped as other',
      expr: queries.byWorkspace.playbooksLimited,
      unit: 'none',
      steps: warningFrom(1),
    },
    {
      title: 'Credentials expire in',
      expr: queries.byWorkspace.credentialsLeft,
      unit: 's',
      steps: credentialsSteps,
    },
  ],
  sort: { by: 'Age of the data', descending: true },
});

export const dataAgeOverTime = lines({
  title: 'Age of the data, by workspace',
  description: 'Time since the last successful poll. A sawtooth as high as the poll interval is normal. Dashed: stale.',
  unit: 's',
  noValue: noExporter,
  queries: [{ expr: queries.byWorkspace.dataAge, legend: '{{workspace}}' }],
  steps: badFrom(staleAfterSeconds),
});

export const pollAge = lines({
  title: 'Time since the last poll, by workspace',
  description:
    'Time since the last poll, successful or not. If this stays low while the age of the data grows, polls fail. If both grow, there are no polls.',
  unit: 's',
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
  description: 'Why polls failed. The log says what to fix.',
  unit: 'none',
  noValue: 'No poll failed',
  queries: [{ expr: queries.pollFailuresPerHour, legend: '{{workspace}}: {{reason}}' }],
});

export const requests = bars({
  title: 'API requests per hour, by code',
  description: 'Every request to SecMaster and IAM, including retries, by HTTP status or kind of error.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.requestsPerHour, legend: '{{code}}' }],
  colours: codeColours,
});

export const requestsByOperation = lines({
  title: 'API requests per hour, by operation',
  description: 'Requests by API operation, such as the list of runs or a token.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.requestsPerHourByOperation, legend: '{{operation}}' }],
});

export const requestDuration = lines({
  title: 'API request duration, p95',
  description: 'The time within which 95 % of the requests around each point got a response, by operation.',
  unit: 's',
  noValue: noExporter,
  queries: [{ expr: queries.requestDuration, legend: '{{operation}}' }],
});

export const throttledRequests = bars({
  title: 'Throttled requests per hour',
  description: 'Requests that were answered with 429. Lower poll.rate_limit, or poll less often.',
  unit: 'none',
  noValue: 'Never throttled',
  queries: [{ expr: queries.throttledPerHour, legend: '{{operation}}' }],
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
  colours: { audits: neutral, mismatches: warning },
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
  colours: { open: warning, ended: neutral },
});

export const rejectedRowsPerHour = bars({
  title: 'Rejected rows per hour, by reason',
  description: 'Rows from SecMaster that the exporter could not understand and skipped.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.rejectedRowsPerHour, legend: '{{reason}}' }],
});

export const topologiesPerHour = bars({
  title: 'Topologies per hour',
  description:
    'Ended attempts by what became of their topology: read, skipped (retried meanwhile, or too many to be read), or failed. The durations and failures of nodes leave out what was not read.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.topologiesPerHour, legend: '{{result}}' }],
  colours: { read: neutral, skipped: warning, failed: bad },
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
    { title: 'Workspace', label: 'workspace' },
    { title: 'Assumption', label: 'assumption' },
  ],
  columns: [{ title: 'Holds', expr: queries.assumptions, unit: 'none', steps: goodFrom(1), texts: yesNo }],
  sort: { by: 'Holds', descending: false },
});

export const credentialsLeftOverTime = lines({
  title: 'Time until credentials expire',
  description: 'A sawtooth means that credentials are renewed. A line that falls to 0 means that renewal fails.',
  unit: 's',
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
  description: 'Resident memory of the process, and the part that the JavaScript heap uses.',
  unit: 'bytes',
  noValue: noExporter,
  queries: [
    { expr: queries.residentMemory, legend: '{{instance}} resident' },
    { expr: queries.heap, legend: '{{instance}} heap' },
  ],
});

export const eventLoop = lines({
  title: 'Event loop lag',
  description: 'Delay of the event loop: mean and 99th percentile. Dashed: scrapes and polls become slow.',
  unit: 's',
  noValue: noExporter,
  queries: [
    { expr: queries.lagMean, legend: '{{instance}} mean' },
    { expr: queries.lagP99, legend: '{{instance}} p99' },
  ],
  steps: badFrom(eventLoopLagSeconds.critical, eventLoopLagSeconds.warning),
});

export const cpu = lines({
  title: 'CPU',
  description: 'CPU cores in use: 1 is one full core.',
  unit: 'none',
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
  description: 'The processes that Prometheus scrapes, and how long they have been running.',
  noValue: noExporter,
  keys: [
    { title: 'Instance', label: 'instance' },
    { title: 'Version', label: 'version' },
    { title: 'Node.js', label: 'nodeversion' },
  ],
  columns: [{ title: 'Running for', expr: queries.processAge, unit: 's' }],
  sort: { by: 'Instance', descending: false },
});

export const leases = table({
  title: 'Replicas',
  description:
    'Which replica polls each workspace, where several share a ledger in PostgreSQL. The others show the same numbers.',
  noValue: 'No replicas',
  keys: [
    { title: 'Workspace', label: 'workspace' },
    { title: 'Instance', label: 'instance' },
  ],
  columns: [{ title: 'Polls it', expr: queries.leases, unit: 'none', texts: { 1: 'yes' } }],
  sort: { by: 'Workspace', descending: false },
});

export const reload = stat({
  title: 'Configuration in force',
  description:
    'Whether the last reload of the configuration succeeded. After a failed one, the previous configuration stays in force.',
  unit: 'none',
  noValue: noExporter,
  expr: queries.reloadSuccessful,
  steps: goodFrom(1),
  texts: { 0: 'last reload failed', 1: 'last reload succeeded' },
});

export const sinceReload = stat({
  title: 'Age of the configuration',
  description: 'Time since the configuration in force was loaded.',
  unit: 's',
  noValue: noExporter,
  expr: queries.sinceReload,
});
