import { firingAlertsTable } from '../alerts.ts';
import { badFrom, neutral, past, quantileColours, statusColours, warning } from '../colours.ts';
import { runbook } from '../links.ts';
import { barList } from '../panel/bar-list.ts';
import { noExporter, noRuns } from '../panel/described.ts';
import { bars, lines } from '../panel/graph.ts';
import { heatmap } from '../panel/heatmap.ts';
import { stat } from '../panel/stat.ts';
import * as shared from '../shared-panels.ts';
import { failing, objective, stuckAfterSeconds } from '../thresholds.ts';
import * as queries from './queries.ts';

/** Few runs an hour are normal: a shorter step would show single runs as peaks. */
const minInterval = '10m';
const lookback = "started within the exporter's lookback (24 hours by default)";
const ratioSteps = badFrom(failing.ratio, objective.failureRatio);

export const failureRatioNow = stat({
  title: 'Failure ratio now',
  description: `The share of ended runs ${lookback} whose current status is FAILED. A run that succeeded after a retry is not a failure here.`,
  unit: 'percentunit',
  decimals: 1,
  noValue: noRuns,
  expr: queries.failureRatioNow,
  steps: ratioSteps,
  links: [runbook('SecMasterPlaybookFailing')],
});

export const successRate = shared.successRate(queries.successRatio);

export const sinceLastSuccess = stat({
  title: 'Since last success',
  description: 'Time since the last run with the status FINISHED ended.',
  unit: 's',
  noValue: 'No success known',
  expr: queries.sinceLastSuccess,
});

export const sinceLastStart = stat({
  title: 'Since last start',
  description: 'Time since the last run started.',
  unit: 's',
  noValue: 'No start known',
  expr: queries.sinceLastStart,
  links: [runbook('SecMasterPlaybookSilent')],
});

export const openNow = stat({
  title: 'Open runs',
  description: 'Runs that have started and not ended, however old.',
  unit: 'none',
  noValue: 'No open run',
  expr: queries.openNow,
});

export const oldestOpen = stat({
  title: 'Oldest open run',
  description: `Age of the oldest open run, with any trigger. After ${stuckAfterSeconds / 3600} hours a run counts as stuck.`,
  unit: 's',
  noValue: 'No open run',
  expr: queries.oldestOpen,
  steps: badFrom(stuckAfterSeconds),
  links: [runbook('SecMasterInstanceStuck')],
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
    'Runs that failed for good since the last one that finished: the most of any playbook and trigger that is shown. A run that may still be retried does not count yet.',
  unit: 'none',
  noValue: noRuns,
  expr: queries.failuresInARow,
  steps: badFrom(1),
  links: [runbook('SecMasterPlaybookFailing')],
});

export const failingFor = stat({
  title: 'Failing for',
  description:
    'Time since the first of the failures in a row ended: the longest of any playbook and trigger that is shown.',
  unit: 's',
  noValue: 'Nothing fails',
  expr: queries.failingFor,
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

export const attempts = bars({
  title: 'Attempts per hour: starts and retries',
  description:
    'Each run has one attempt, plus one for each retry. More orange than blue means that runs are retried more than once on average.',
  unit: 'none',
  noValue: noRuns,
  queries: [
    { expr: queries.startsPerHour, legend: 'starts' },
    { expr: queries.retriesPerHour, legend: 'retries' },
  ],
  colours: { starts: neutral, retries: warning },
  minInterval,
});

export const volumeComparedWithLastWeek = lines({
  title: 'Starts per hour, and a week before',
  description:
    'Started runs, compared with the same time a week before. The grey line needs a week of data in Prometheus.',
  unit: 'none',
  noValue: noRuns,
  queries: [
    { expr: queries.startsPerHour, legend: 'now' },
    { expr: queries.startsPerHourLastWeek, legend: 'a week before' },
  ],
  colours: { now: neutral, 'a week before': past },
  minInterval,
});

export const failureRatio = lines({
  title: 'Failure ratio of attempts, and a week before',
  description:
    'The share of attempts ended around each point that failed, retried or not. A gap means that none ended. Dashed: thresholds.',
  unit: 'percentunit',
  noValue: noRuns,
  queries: [
    { expr: queries.failureRatio, legend: 'now' },
    { expr: queries.failureRatioLastWeek, legend: 'a week before' },
  ],
  colours: { now: neutral, 'a week before': past },
  steps: ratioSteps,
  max: 1,
  minInterval,
});

export const failureRatioByTrigger = barList({
  title: 'Failure ratio now, by playbook and trigger',
  description: `The ten highest ratios, of runs ${lookback}. Shows whether only one trigger is affected.`,
  unit: 'percentunit',
  noValue: noRuns,
  query: { expr: queries.failureRatioByTriggerNow, legend: '{{playbook}} · {{trigger_type}}' },
  steps: ratioSteps,
  max: 1,
});

export const durations = heatmap({
  title: 'Run durations',
  description:
    'How many attempts ended in each duration range: lighter means more. A dot is a run; search for its instance id in the console.',
  bucketUnit: 's',
  noValue: noRuns,
  expr: queries.durations,
  exemplars: true,
  minInterval,
});

export const durationQuantiles = lines({
  title: 'Run duration quantiles',
  description:
    'The time within which 50 %, 95 % and 99 % of the attempts ended around each point were done, interpolated between bucket bounds. A dot is a run, with its instance id.',
  unit: 's',
  noValue: noRuns,
  queries: [
    { expr: queries.durationQuantile(0.5), legend: 'p50' },
    { expr: queries.durationQuantile(0.95), legend: 'p95', exemplars: true },
    { expr: queries.durationQuantile(0.99), legend: 'p99' },
  ],
  colours: quantileColours,
  minInterval,
});

export const openByStatus = bars({
  title: 'Open runs, by status',
  description: 'Runs that have started and not ended, however old.',
  unit: 'none',
  noValue: 'No open run in this time',
  queries: [{ expr: queries.openByStatus, legend: '{{status}}' }],
  colours: statusColours,
});

export const oldestOpenByStatus = lines({
  title: 'Age of the oldest open run, by status',
  description:
    'Grows steadily while a run hangs, and falls when it ends. Dashed: the limit for stuck runs. Runs with any trigger.',
  unit: 's',
  noValue: 'No open run in this time',
  queries: [{ expr: queries.oldestOpenByStatus, legend: '{{status}}' }],
  colours: statusColours,
  steps: badFrom(stuckAfterSeconds),
});

export const failingNodes = barList({
  title: 'Failing nodes',
  description:
    'The ten nodes with the most failures in the time range: the steps of the playbook to look at first. Runs with any trigger.',
  unit: 'none',
  noValue: 'No node failed in this time',
  query: { expr: queries.failingNodes, legend: '{{node}}' },
});

export const nodeFailuresPerHour = bars({
  title: 'Node failures per hour',
  description: 'Failures of each node, as a rate per hour. Runs with any trigger.',
  unit: 'none',
  noValue: 'No node failed in this time',
  queries: [{ expr: queries.nodeFailuresPerHour, legend: '{{node}}' }],
  minInterval,
});

export const slowestNodes = barList({
  title: 'Slowest nodes',
  description:
    'The ten nodes that took longest in the time range: the time within which 95 % of them were done, interpolated between bucket bounds. With metrics.nodes: failed only those of failed attempts. Runs with any trigger.',
  unit: 's',
  noValue: 'No topology was read in this time',
  query: { expr: queries.slowestNodes, legend: '{{node}}' },
});

export const firingAlerts = firingAlertsTable(['workspace', 'playbook']);
