import { badFrom, codeColours, goodFrom, neutral, warning, warningFrom } from '../colours.ts';
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
  description: 'Whether Prometheus reaches every exporter that it has reached within a day.',
  unit: 'none',
  noValue: 'No exporter seen within a day',
  expr: queries.scraped,
  steps: goodFrom(1),
  texts: { 0: 'no', 1: 'yes' },
  links: [runbook('SecMasterExporterDown')],
});

export const failingWorkspaces = stat({
  title: 'Workspaces whose poll failed',
  description: 'Workspaces of which the last poll failed: their numbers are those of the poll before.',
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
    'Workspaces of which not every run of the lookback has been read yet: their gauges are too low. Normal for a while after the first start.',
  unit: 'none',
  noValue: noExporter,
  expr: queries.incompleteWindows,
  steps: badFrom(1),
  links: [runbook('SecMasterWindowIncomplete')],
});

export const mismatches = stat({
  title: 'Audit mismatches',
  description: "How often the ledger differed from SecMaster's own count, twice in a row, in the time shown.",
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
    'Rows of SecMaster that could not be understood and were left out, in the time shown. The log tells their ids.',
  unit: 'none',
  decimals: 0,
  noValue: noExporter,
  expr: queries.rejectedRows,
  steps: badFrom(0.5),
});

export const throttledRatio = stat({
  title: 'Throttled requests',
  description: 'Of all requests to SecMaster and IAM in the time shown, the share that was answered with 429.',
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
    'Time until the first credentials expire that do expire. They are renewed before: it should jump up again by itself.',
  unit: 's',
  noValue: noCredentialsExpire,
  expr: queries.credentialsLeft,
  steps: credentialsSteps,
  links: [runbook('SecMasterCredentialsExpiring')],
});

export const workspaces = table({
  title: 'Workspaces',
  description:
    'Whether the numbers of each workspace can be trusted, the oldest first. Counts of events are those of the time shown.',
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
    { title: 'Poll took', expr: queries.byWorkspace.pollDuration, unit: 's', decimals: 2 },
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
    {
      title: 'Playbooks called other',
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
  description: 'Time since the last successful poll. Saw teeth as high as the poll interval are normal; dashed: stale.',
  unit: 's',
  noValue: noExporter,
  queries: [{ expr: queries.byWorkspace.dataAge, legend: '{{workspace}}' }],
  steps: badFrom(staleAfterSeconds),
});

export const pollAge = lines({
  title: 'Time since the last poll, by workspace',
  description:
    'Whether it succeeded or not. Where this stays low and the age of the data climbs, polls fail; where both climb, none takes place.',
  unit: 's',
  noValue: noExporter,
  queries: [{ expr: queries.pollAgeByWorkspace, legend: '{{workspace}}' }],
});

export const pollDuration = lines({
  title: 'Duration of polls',
  description: 'What the last poll took. Long ones: history is being read, or SecMaster is slow.',
  unit: 's',
  noValue: noExporter,
  queries: [{ expr: queries.byWorkspace.pollDuration, legend: '{{workspace}}' }],
});

export const pollsPerHour = lines({
  title: 'Polls per hour',
  description: 'Polls that ended, of all workspaces chosen. 120 an hour and workspace with the default schedule.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.pollsPerHour, legend: 'polls' }],
  colours: { polls: neutral },
});

export const pollFailures = bars({
  title: 'Failed polls per hour, by reason',
  description: 'What made polls fail. The log has the message that says what to mend.',
  unit: 'none',
  noValue: 'No poll failed',
  queries: [{ expr: queries.pollFailuresPerHour, legend: '{{workspace}}: {{reason}}' }],
});

export const requests = bars({
  title: 'API requests per hour, by code',
  description: 'Every call to SecMaster and IAM, each try counted, by HTTP status or what went wrong.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.requestsPerHour, legend: '{{code}}' }],
  colours: codeColours,
});

export const requestsByOperation = lines({
  title: 'API requests per hour, by operation',
  description: 'What the requests asked for: the list of runs, their counts, tokens.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.requestsPerHourByOperation, legend: '{{operation}}' }],
});

export const requestDuration = lines({
  title: 'Duration of API requests, p95',
  description: 'The time within which 95 % of the requests around each point were answered, by operation.',
  unit: 's',
  noValue: noExporter,
  queries: [{ expr: queries.requestDuration, legend: '{{operation}}' }],
});

export const throttledRequests = bars({
  title: 'Throttled requests per hour',
  description: 'Requests that were answered with 429: lower poll.rate_limit, or poll less often.',
  unit: 'none',
  noValue: 'Never throttled',
  queries: [{ expr: queries.throttledPerHour, legend: '{{operation}}' }],
});

export const auditsPerHour = lines({
  title: 'Audits and mismatches per hour',
  description: "How often the ledger was held against one of SecMaster's own counts, and how often it differed.",
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
  description: 'At 1 while every run of the lookback has been read from SecMaster, at 0 while it has not.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.byWorkspace.windowComplete, legend: '{{workspace}}' }],
  max: 1,
});

export const ledgerSize = lines({
  title: 'Runs in the ledger',
  description:
    'Runs that the exporter remembers. Ended ones go when they are older than state.retention; open ones that grow without end hang.',
  unit: 'short',
  noValue: noExporter,
  queries: [{ expr: queries.ledgerByState, legend: '{{state}}' }],
  colours: { open: warning, ended: neutral },
});

export const rejectedRowsPerHour = bars({
  title: 'Rejected rows per hour, by reason',
  description: 'Rows of SecMaster that could not be understood and were left out.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.rejectedRowsPerHour, legend: '{{reason}}' }],
});

export const limitedPlaybooks = lines({
  title: 'Playbooks called other',
  description: 'Playbooks beyond metrics.max_playbooks, which share the label value other and can not be told apart.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.byWorkspace.playbooksLimited, legend: '{{workspace}}' }],
});

export const credentialsLeftOverTime = lines({
  title: 'Time until credentials expire',
  description: 'Saw teeth: they are renewed. A line that runs down to 0 means that renewal fails.',
  unit: 's',
  noValue: noCredentialsExpire,
  queries: [{ expr: queries.byWorkspace.credentialsLeft, legend: '{{workspace}}' }],
  steps: credentialsSteps,
});

export const samples = lines({
  title: 'Series of a scrape',
  description: 'Samples that the last scrape brought. It grows with playbooks, triggers and statuses.',
  unit: 'short',
  noValue: noExporter,
  queries: [{ expr: queries.samples, legend: '{{instance}}' }],
});

export const scrapeDuration = lines({
  title: 'Duration of scrapes',
  description: 'What Prometheus waited for /metrics. No call to SecMaster is part of it.',
  unit: 's',
  noValue: noExporter,
  queries: [{ expr: queries.scrapeDuration, legend: '{{instance}}' }],
});

export const memory = lines({
  title: 'Memory',
  description: "The process's resident memory, and the JavaScript heap in use within it.",
  unit: 'bytes',
  noValue: noExporter,
  queries: [
    { expr: queries.residentMemory, legend: '{{instance}} resident' },
    { expr: queries.heap, legend: '{{instance}} heap' },
  ],
});

export const eventLoop = lines({
  title: 'Event loop lag',
  description:
    'How late the process gets to its work: mean and 99th percentile. Dashed: scrapes and polls begin to suffer.',
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
  description: 'Processors in use: 1 is one whole core.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.cpu, legend: '{{instance}}' }],
});

export const openFiles = lines({
  title: 'Open files and sockets',
  description: 'File descriptors of the process. A number that only climbs is a leak.',
  unit: 'none',
  noValue: noExporter,
  queries: [{ expr: queries.openFiles, legend: '{{instance}}' }],
});

export const processes = table({
  title: 'Exporters',
  description: 'The processes that Prometheus scrapes, and since when they run.',
  noValue: noExporter,
  keys: [
    { title: 'Instance', label: 'instance' },
    { title: 'Version', label: 'version' },
    { title: 'Node.js', label: 'nodeversion' },
  ],
  columns: [{ title: 'Running for', expr: queries.processAge, unit: 's' }],
  sort: { by: 'Instance', descending: false },
});

export const reload = stat({
  title: 'Configuration in force',
  description:
    'Whether the last reload of the configuration was good. After a bad one the configuration before it stays in force.',
  unit: 'none',
  noValue: noExporter,
  expr: queries.reloadSuccessful,
  steps: goodFrom(1),
  texts: { 0: 'last reload failed', 1: 'as in the file' },
});

export const sinceReload = stat({
  title: 'Since it was read',
  description: 'Time since the configuration in force was read.',
  unit: 's',
  noValue: noExporter,
  expr: queries.sinceReload,
});
