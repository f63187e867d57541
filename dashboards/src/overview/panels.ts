import { firingAlertsTable } from '../alerts.ts';
import { badFrom, goodFrom, statusColours } from '../colours.ts';
import { runbook, toExporter, toPlaybook } from '../links.ts';
import { barList } from '../panel/bar-list.ts';
import { noExporter, noRuns } from '../panel/described.ts';
import { percent } from '../panel/percent.ts';
import { stat } from '../panel/stat.ts';
import { table } from '../panel/table.ts';
import * as shared from '../shared-panels.ts';
import { failing, objective, stuckAfterSeconds } from '../thresholds.ts';
import * as queries from './queries.ts';

const noTestRuns = "Test runs (DEBUG) don't count.";

export const failingPlaybooks = stat({
  title: 'Failing playbooks',
  description: `Playbooks with at least ${failing.inARow} failures in a row, or at least ${failing.runs} in the last ${failing.window} that are ${percent(failing.ratio)} or more of the runs that ended. A failure that was retried doesn't count. ${noTestRuns}`,
  unit: 'none',
  noValue: noExporter,
  expr: queries.failingPlaybooks,
  steps: badFrom(1),
  links: [runbook('SecMasterPlaybookFailing')],
});

export const stuckPlaybooks = stat({
  title: 'Stuck playbooks',
  description: `Playbooks with a run that has been open for more than ${stuckAfterSeconds / 3600} hours.`,
  unit: 'none',
  noValue: noExporter,
  expr: queries.stuckPlaybooks,
  steps: badFrom(1),
  links: [runbook('SecMasterInstanceStuck')],
});

export const silentPlaybooks = stat({
  title: 'Silent playbooks',
  description:
    'Timer playbooks whose next start is overdue, by the rhythm that the exporter has learned, as of the last successful poll.',
  unit: 'none',
  noValue: noExporter,
  expr: queries.silentPlaybooks,
  steps: badFrom(1),
  links: [runbook('SecMasterPlaybookSilent')],
});

export const alerts = stat({
  title: 'Alerts',
  description: 'SecMaster alerts firing in Prometheus. Also 0 if the alert rules are not loaded.',
  unit: 'none',
  noValue: noExporter,
  expr: queries.alerts,
  steps: badFrom(1),
});

export const successRate = shared.successRate(queries.successRatio, noTestRuns);

export const budgetLeft = stat({
  title: `Failure budget left, ${objective.window}`,
  description: `How much is left of the failures that the objective of ${percent(1 - objective.failureRatio)} allows in ${objective.window}: 100 % if nothing failed, 0 % if the budget is used up, negative beyond that. ${noTestRuns}`,
  unit: 'percentunit',
  decimals: 0,
  noValue: noRuns,
  expr: queries.budgetLeft,
  steps: goodFrom(0.25, 0),
  links: [runbook('SecMasterPlaybookFailureBudgetBurn')],
});

export const openNow = stat({
  title: 'Open runs',
  description: 'Runs that have started and not ended, however old, as of the last poll.',
  unit: 'none',
  noValue: noExporter,
  expr: queries.openNow,
});

export const dataAge = shared.dataAge(queries.dataAge, [toExporter]);

export const endsPerHour = shared.endsPerHour(queries.endsPerHour, '5m');

export const startsPerHour = shared.startsPerHour(queries.startsPerHour, '5m');

export const byStatusNow = barList({
  title: 'Recent runs, by current status',
  description: "Runs started within the exporter's lookback (24 hours by default), and every open one.",
  unit: 'none',
  noValue: noRuns,
  query: { expr: queries.byStatusNow, legend: '{{status}}' },
  colours: statusColours,
});

export const worstPlaybooks = table({
  title: 'Ten worst playbooks',
  description:
    'The playbooks with the most runs that failed for good in the time range. Prometheus estimates growth between scrapes, so counts are rounded. Click a name to open the playbook.',
  noValue: noRuns,
  keys: [
    { title: 'Playbook', label: 'playbook', link: toPlaybook },
    { title: 'Workspace', label: 'workspace' },
  ],
  columns: [
    { title: 'Failed runs', expr: queries.byPlaybook.failed, unit: 'none', decimals: 0 },
    {
      title: 'Failure ratio',
      expr: queries.byPlaybook.failureRatio,
      unit: 'percentunit',
      decimals: 0,
      steps: badFrom(failing.ratio, objective.failureRatio),
    },
    { title: 'Ended runs', expr: queries.byPlaybook.ends, unit: 'none', decimals: 0 },
    { title: 'Retries', expr: queries.byPlaybook.retries, unit: 'none', decimals: 0 },
    { title: 'p95 duration', expr: queries.byPlaybook.p95, unit: 's' },
    {
      title: 'Oldest open',
      expr: queries.byPlaybook.oldestOpen,
      unit: 's',
      steps: badFrom(stuckAfterSeconds),
    },
    { title: 'Since last success', expr: queries.byPlaybook.lastSuccess, unit: 's' },
  ],
  sort: { by: 'Failed runs', descending: true, first: 10 },
});

export const firingAlerts = firingAlertsTable(['workspace']);
