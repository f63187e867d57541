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
const lookback = "begun within the exporter's lookback (24 hours unless configured otherwise)";
const ratioSteps = badFrom(failing.ratio, objective.failureRatio);

export const failureRatioNow = stat({
  title: 'Failure ratio now',
  description: `Of the runs ${lookback} that have ended, the share whose status is FAILED now. A run that succeeded when it was retried is no failure here.`,
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
  description: 'Time since a run last ended as FINISHED.',
  unit: 's',
  noValue: 'No success known',
  expr: queries.sinceLastSuccess,
});

export const sinceLastStart = stat({
  title: 'Since last start',
  description: 'Time since a run last began.',
  unit: 's',
  noValue: 'No start known',
  expr: queries.sinceLastStart,
  links: [runbook('SecMasterPlaybookSilent')],
});

export const openNow = stat({
  title: 'Open runs',
  description: 'Runs that have begun and not ended, however old.',
  unit: 'none',
  noValue: 'No open run',
  expr: queries.openNow,
});

export const oldestOpen = stat({
  title: 'Oldest open run',
  description: `Age of the oldest run that has not ended, whatever triggered it. From ${stuckAfterSeconds / 3600} hours on it counts as stuck.`,
  unit: 's',
  noValue: 'No open run',
  expr: queries.oldestOpen,
  steps: badFrom(stuckAfterSeconds),
  links: [runbook('SecMasterInstanceStuck')],
});

export const recentRetries = stat({
  title: 'Recent retries',
  description: `Retries of the runs ${lookback}, and of every open one.`,
  unit: 'none',
  noValue: noExporter,
  expr: queries.recentRetries,
  links: [runbook('SecMasterRetryStorm')],
});

export const attemptsPerRun = stat({
  title: 'Attempts per run',
  description: 'How often a run that began in the time shown was tried, on the average: 1 is never retried.',
  unit: 'none',
  decimals: 2,
  noValue: noRuns,
  expr: queries.attemptsPerRun,
});

export const endsPerHour = shared.endsPerHour(queries.endsPerHour, minInterval);

export const startsPerHour = shared.startsPerHour(queries.startsPerHourByTrigger, minInterval);

export const attempts = bars({
  title: 'Attempts per hour: starts and retries',
  description:
    'Each run is tried once and again for each retry. More orange than blue: runs are retried more than once.',
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
    'The volume beside that of the same time a week before. The grey line begins once Prometheus has a week of data.',
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
    'Of all attempts that ended around each point, the share that failed, retried or not; a gap where none ended. Dashed: from where on it is bad.',
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
  description: `The highest ten, of the runs ${lookback}. Tells whether only one trigger is affected.`,
  unit: 'percentunit',
  noValue: noRuns,
  query: { expr: queries.failureRatioByTriggerNow, legend: '{{playbook}} · {{trigger_type}}' },
  steps: ratioSteps,
  max: 1,
});

export const durations = heatmap({
  title: 'Durations of runs',
  description:
    'How many runs ended in each range of durations: the lighter the more. A dot is a run, with its instance id to search for in the console.',
  bucketUnit: 's',
  noValue: noRuns,
  expr: queries.durations,
  exemplars: true,
  minInterval,
});

export const durationQuantiles = lines({
  title: 'Quantiles of durations',
  description:
    'Of the runs that ended around each point, the time within which half of them, 95 % and 99 % ended, estimated between the limits of buckets. A dot is a run, with its instance id.',
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
  description: 'Runs that have begun and not ended, however old.',
  unit: 'none',
  noValue: 'No open run in this time',
  queries: [{ expr: queries.openByStatus, legend: '{{status}}' }],
  colours: statusColours,
});

export const oldestOpenByStatus = lines({
  title: 'Age of the oldest open run, by status',
  description:
    'Climbs by the clock while one run hangs, and falls when it ends. Dashed: from where on it counts as stuck. Whatever triggered it.',
  unit: 's',
  noValue: 'No open run in this time',
  queries: [{ expr: queries.oldestOpenByStatus, legend: '{{status}}' }],
  colours: statusColours,
  steps: badFrom(stuckAfterSeconds),
});

export const failingNodes = barList({
  title: 'Failing nodes',
  description:
    'The ten nodes that failed most in the time shown: the step of the playbook to look at first. Whatever triggered the run.',
  unit: 'none',
  noValue: 'No node failed in this time',
  query: { expr: queries.failingNodes, legend: '{{node}}' },
});

export const nodeFailuresPerHour = bars({
  title: 'Node failures per hour',
  description: 'When which node failed, as a rate per hour. Whatever triggered the run.',
  unit: 'none',
  noValue: 'No node failed in this time',
  queries: [{ expr: queries.nodeFailuresPerHour, legend: '{{node}}' }],
  minInterval,
});

export const firingAlerts = firingAlertsTable(['workspace', 'playbook']);
