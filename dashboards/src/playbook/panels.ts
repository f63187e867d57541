import { firingAlertsTable } from '../alerts.ts';
import {
  bad,
  badFrom,
  inOrder,
  neutral,
  past,
  quantileColours,
  statusColours,
  warning,
  warningFrom,
} from '../colours.ts';
import { runbook, toFailedRuns, toOpenRuns } from '../links.ts';
import { noExporter, noRuns, notKnown } from '../panel/described.ts';
import { areas, bars, lines } from '../panel/graph.ts';
import { heatmap } from '../panel/heatmap.ts';
import { history } from '../panel/history.ts';
import { ranking } from '../panel/ranking.ts';
import { stat } from '../panel/stat.ts';
import { chosenOrNone, is } from '../promql.ts';
import * as shared from '../shared-panels.ts';
import { stateSteps, stateTexts } from '../state.ts';
import { failing, objective, staleAfterSeconds, stuckAfterSeconds } from '../thresholds.ts';
import * as queries from './queries.ts';

/** Few runs an hour are normal: a shorter step would show single runs as peaks, and bars that nobody sees. */
const minInterval = '30m';
const lookback = "started within the exporter's lookback (24 hours by default)";
const ratioSteps = badFrom(failing.ratio, objective.failureRatio);

export const state = stat({
  title: 'State',
  description: `How the chosen playbooks are doing, with any trigger, the worst of them: failing, silent, paged for another reason, stuck, slow, a ticket for another reason, or working. Unknown: the last successful poll is more than ${staleAfterSeconds} s ago.`,
  unit: 'none',
  noValue: notKnown,
  expr: queries.state,
  steps: stateSteps,
  texts: stateTexts,
});

export const failedLastHour = stat({
  title: 'Failed, last hour',
  description:
    'The share of runs that ended within the last hour and failed for good. A run that succeeded after a retry is not a failure here. Grey while the data are old.',
  unit: 'percentunit',
  decimals: 0,
  noValue: notKnown,
  notANumber: 'None ended',
  expr: queries.failedLastHour,
  steps: ratioSteps,
  links: [toFailedRuns, runbook('SecMasterPlaybookFailing')],
});

export const failedLookback = stat({
  title: 'Failed, lookback',
  description: `The share of ended runs ${lookback} whose current status is FAILED. Grey while the data are old.`,
  unit: 'percentunit',
  decimals: 1,
  noValue: notKnown,
  notANumber: 'None ended',
  expr: queries.failedLookback,
  steps: ratioSteps,
  links: [toFailedRuns],
});

export const successRate = shared.successRate(queries.successRatio);

export const lastSuccess = stat({
  title: 'Last success',
  description: 'When the last run with the status FINISHED ended.',
  unit: 'dateTimeFromNow',
  noValue: 'No success known',
  expr: queries.lastSuccess,
});

export const lastStart = stat({
  title: 'Last start',
  description: 'When the last run started.',
  unit: 'dateTimeFromNow',
  noValue: 'No start known',
  expr: queries.lastStart,
  links: [runbook('SecMasterPlaybookSilent')],
});

export const openNow = stat({
  title: 'Open runs',
  description: 'Runs that have started and not ended, however old.',
  unit: 'none',
  noValue: notKnown,
  expr: queries.openNow,
});

export const oldestOpen = stat({
  title: 'Oldest open',
  description: `Age of the oldest open run, with any trigger. After ${stuckAfterSeconds / 3600} hours a run counts as stuck. Grey while the data are old.`,
  unit: 's',
  decimals: 1,
  noValue: notKnown,
  expr: queries.oldestOpen,
  steps: warningFrom(stuckAfterSeconds),
  texts: { 0: 'None open' },
  links: [toOpenRuns, runbook('SecMasterInstanceStuck')],
});

export const recentRetries = stat({
  title: 'Recent retries',
  description: `Retries of runs ${lookback}, and of every open run.`,
  unit: 'none',
  noValue: noExporter,
  expr: queries.recentRetries,
  links: [runbook('SecMasterRetryStorm')],
});

export const attemptsPerRun = stat({
  title: 'Attempts per run',
  description: 'Average number of attempts of a run started in the time range. 1 means that no run was retried.',
  unit: 'none',
  decimals: 2,
  noValue: noRuns,
  expr: queries.attemptsPerRun,
});

export const failuresInARow = stat({
  title: 'Failures in a row',
  description:
    'Runs that failed for good since the last one that finished: the most of any playbook and trigger that is shown. A run that may still be retried does not count yet. Grey while the data are old.',
  unit: 'none',
  noValue: notKnown,
  expr: queries.failuresInARow,
  steps: badFrom(failing.inARow, 1),
  links: [toFailedRuns, runbook('SecMasterPlaybookFailing')],
});

export const failingFor = stat({
  title: 'Failing since',
  description: 'When the first of the failures in a row ended: the earliest of any playbook and trigger that is shown.',
  unit: 'dateTimeFromNow',
  noValue: '–',
  expr: queries.failingSince,
  links: [runbook('SecMasterPlaybookFailing')],
});

export const nextStart = stat({
  title: 'Next start due',
  description:
    "By when the next run is due, learned from the playbook's own starts: the earliest of any playbook and trigger that is shown. In the past: a run is overdue.",
  unit: 'dateTimeFromNow',
  noValue: 'No rhythm known',
  expr: queries.nextStart,
  links: [runbook('SecMasterPlaybookSilent')],
});

export const endsPerHour = shared.endsPerHour(queries.endsPerHour, minInterval);

export const startsPerHour = shared.startsPerHour(queries.startsPerHourByTrigger, minInterval);

export const startsComparedWithLastWeek = shared.startsComparedWithLastWeek(
  queries.startsPerHour,
  queries.startsPerHourLastWeek,
  minInterval,
);

export const attempts = bars({
  title: 'Starts and retries per hour',
  description:
    'Each run has one attempt, plus one for each retry. More orange than blue means that runs are retried more than once on average.',
  unit: 'none',
  noValue: noRuns,
  queries: [
    { expr: queries.startsPerHour, legend: 'starts' },
    { expr: queries.retriesPerHour, legend: 'retries' },
  ],
  colours: { starts: neutral, ...inOrder('retries') },
  minInterval,
});

export const failureRatio = lines({
  title: 'Failed attempts, and a week before',
  description:
    'The share of attempts ended around each point that failed, retried or not. A gap means that none ended. Dashed: thresholds.',
  unit: 'percentunit',
  noValue: noRuns,
  queries: [
    // First, so that it lies below.
    { expr: queries.failureRatioLastWeek, legend: 'a week before' },
    { expr: queries.failureRatio, legend: 'now' },
  ],
  colours: { now: neutral, 'a week before': past },
  steps: ratioSteps,
  max: 1,
  minInterval: '10m',
});

export const nodesOverTime = history({
  title: 'Node failures over time',
  description:
    'Which node failed when, and how often in each step, of half an hour where a day is shown: amber from 1, dark orange from 5. No cell: it did not fail. Runs with any trigger.',
  unit: 'none',
  noValue: 'No failure of a node found',
  query: { expr: queries.nodeFailures, legend: '{{node}}' },
  steps: [
    { value: null, color: warning },
    { value: 5, color: bad },
  ],
  minInterval,
  links: [toFailedRuns],
});

export const failingNodes = ranking({
  title: 'Failing nodes',
  description:
    'The ten nodes with the most failures in the time range: the steps of the playbook to look at first. Runs with any trigger.',
  noValue: 'No failure of a node found',
  keys: [{ title: 'Node', label: 'node' }],
  column: { title: 'Failures', expr: queries.failingNodes, unit: 'none', decimals: 0 },
});

export const failureRatioByTrigger = ranking({
  title: 'Failed, by playbook and trigger',
  description: `The ten highest shares of failed runs ${lookback}. Shows whether only one trigger is affected.`,
  noValue: noRuns,
  keys: [
    { title: 'Playbook', label: 'playbook' },
    { title: 'Workspace', label: 'workspace', width: 130 },
    { title: 'Trigger', label: 'trigger_type', width: 90 },
  ],
  column: { title: 'Failed', expr: queries.failureRatioByTriggerNow, unit: 'percentunit', decimals: 0, max: 1 },
});

export const durations = heatmap({
  title: 'Run durations',
  description: 'How many attempts ended in each duration range, in the colours of the scale below it.',
  bucketUnit: 's',
  noValue: noRuns,
  expr: queries.durations,
  minInterval,
});

export const durationQuantiles = lines({
  title: 'Duration quantiles',
  description:
    'The time within which 50 %, 95 % and 99 % of the attempts ended around each point were done, interpolated between bucket bounds. A dot is a run, with its instance id.',
  unit: 'dthms',
  noValue: noRuns,
  queries: [
    { expr: queries.durationQuantile(0.5), legend: 'p50' },
    { expr: queries.durationQuantile(0.95), legend: 'p95', exemplars: true },
    { expr: queries.durationQuantile(0.99), legend: 'p99' },
  ],
  colours: quantileColours,
  minInterval,
});

export const openByStatus = areas({
  title: 'Open runs, by status',
  description: 'Runs that have started and not ended, however old.',
  unit: 'none',
  noValue: 'No open run found',
  queries: [{ expr: queries.openByStatus, legend: '{{status}}' }],
  colours: statusColours,
});

export const oldestOpenByStatus = lines({
  title: 'Age of the oldest open run, by status',
  description:
    'Grows steadily while a run hangs, and falls when it ends. Dashed: the limit for stuck runs. Runs with any trigger.',
  unit: 'dthms',
  noValue: 'No open run found',
  queries: [{ expr: queries.oldestOpenByStatus, legend: '{{status}}' }],
  colours: statusColours,
  steps: badFrom(stuckAfterSeconds),
});

export const slowestNodes = ranking({
  title: 'Slowest nodes',
  description:
    'The ten nodes that took longest in the time range: the time within which 95 % of them were done, interpolated between bucket bounds. With metrics.nodes: failed only those of failed attempts. Runs with any trigger.',
  noValue: 'No topology found',
  keys: [{ title: 'Node', label: 'node' }],
  column: { title: 'p95', expr: queries.slowestNodes, unit: 's', decimals: 1 },
});

export const firingAlerts = firingAlertsTable(
  { area: is('playbook'), workspace: chosenOrNone('workspace'), playbook: chosenOrNone('playbook') },
  ['workspace', 'playbook'],
);
