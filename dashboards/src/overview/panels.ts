import { firingAlertsTable } from '../alerts.ts';
import { badFrom, goodFrom, neutral, warningFrom } from '../colours.ts';
import { runbook, toExporter, toFailedRuns, toOpenRuns, toPlaybook } from '../links.ts';
import { noRuns, notKnown } from '../panel/described.ts';
import { lines } from '../panel/graph.ts';
import { percent } from '../panel/percent.ts';
import { ranking } from '../panel/ranking.ts';
import { stat } from '../panel/stat.ts';
import { table } from '../panel/table.ts';
import { chosenOrNone } from '../promql.ts';
import * as shared from '../shared-panels.ts';
import { stateSteps, stateTexts, verdictTexts } from '../state.ts';
import { failing, objective, staleAfterSeconds, stuckAfterSeconds } from '../thresholds.ts';
import * as queries from './queries.ts';

const noTestRuns = "Test runs (DEBUG) don't count.";
const greyWhenOld = 'Workspaces whose data are old are left out; grey if there are no others.';
const greyWhenAnyIsOld = 'Grey while the data of a workspace are old.';
/** Half an hour is wide enough for a bar where a day is shown. */
const minInterval = '30m';

export const verdict = stat({
  title: 'Is it working?',
  description: `Working, degraded, or unknown, and the worst reason: playbooks that fail, timers that are silent, another alert that pages, runs that are stuck, playbooks that are slow, or another alert. Unknown: the last successful poll of a workspace is more than ${staleAfterSeconds} s ago, and nothing that pages is known of the others.`,
  unit: 'none',
  noValue: 'Unknown: no exporter is scraped',
  expr: queries.verdict,
  steps: stateSteps,
  texts: verdictTexts,
  links: [toExporter],
});

export const failingPlaybooks = stat({
  title: 'Failing',
  description: `Playbooks with at least ${failing.inARow} failures in a row, or at least ${failing.runs} in the last ${failing.window} that are ${percent(failing.ratio)} or more of the runs that ended. A failure that was retried doesn't count. ${noTestRuns} ${greyWhenOld}`,
  unit: 'none',
  noValue: notKnown,
  expr: queries.failingPlaybooks,
  steps: badFrom(1),
  links: [toFailedRuns, runbook('SecMasterPlaybookFailing')],
});

export const silentPlaybooks = stat({
  title: 'Silent',
  description: `Timer playbooks whose next start is overdue, by the rhythm that the exporter has learned, as of the last successful poll. ${greyWhenOld}`,
  unit: 'none',
  noValue: notKnown,
  expr: queries.silentPlaybooks,
  steps: badFrom(1),
  links: [runbook('SecMasterPlaybookSilent')],
});

export const stuckPlaybooks = stat({
  title: 'Stuck',
  description: `Playbooks with a run that has been open for more than ${stuckAfterSeconds / 3600} hours. ${greyWhenOld}`,
  unit: 'none',
  noValue: notKnown,
  expr: queries.stuckPlaybooks,
  steps: warningFrom(1),
  links: [toOpenRuns, runbook('SecMasterInstanceStuck')],
});

export const slowPlaybooks = stat({
  title: 'Slow',
  description: `Playbooks for which SecMasterPlaybookSlow fires: runs take much longer than in the two weeks before. Needs the alert rules. ${greyWhenOld}`,
  unit: 'none',
  noValue: notKnown,
  expr: queries.slowPlaybooks,
  steps: warningFrom(1),
  links: [runbook('SecMasterPlaybookSlow')],
});

export const playbooks = table({
  title: 'Playbooks, worst first',
  description:
    'How each playbook is doing now: failing, silent, paged for another reason, unknown since its data are old, stuck, slow, a ticket for another reason, or working. At most 50. Failed and ended runs are of the time range. Prometheus estimates growth between scrapes, so counts are rounded. Click a name to open the playbook.',
  noValue: noRuns,
  keys: [
    { title: 'Playbook', label: 'playbook', link: toPlaybook },
    { title: 'Workspace', label: 'workspace', width: 150 },
  ],
  columns: [
    {
      title: 'State',
      expr: queries.byPlaybook.state,
      unit: 'none',
      width: 84,
      isCentred: true,
      steps: stateSteps,
      texts: stateTexts,
    },
    { title: 'Failed', expr: queries.byPlaybook.failed, unit: 'none', decimals: 0, width: 76 },
    { title: 'Ended', expr: queries.byPlaybook.ends, unit: 'none', decimals: 0, width: 76 },
    { title: 'Oldest open', expr: queries.byPlaybook.oldestOpen, unit: 's', decimals: 1, width: 112 },
    { title: 'Last success', expr: queries.byPlaybook.lastSuccess, unit: 'dateTimeFromNow', width: 130 },
  ],
  order: ['State', 'Playbook', 'Workspace', 'Failed', 'Ended', 'Oldest open', 'Last success'],
  sort: { by: 'State', descending: true, first: 50 },
});

export const firingAlerts = firingAlertsTable({ workspace: chosenOrNone('workspace') }, ['workspace', 'playbook']);

export const successRate = shared.successRate(queries.successRatio, noTestRuns);

export const budgetLeft = stat({
  title: 'Budget left',
  description: `How much is left of the failures that the objective of ${percent(1 - objective.failureRatio)} allows within a week: 100 % if nothing failed, 0 % if the budget is used up, negative beyond that. Needs the recording rules. ${noTestRuns} ${greyWhenAnyIsOld}`,
  unit: 'percentunit',
  decimals: 0,
  noValue: notKnown,
  expr: queries.budgetLeft,
  steps: goodFrom(0.25, 0),
  links: [runbook('SecMasterPlaybookFailureBudgetBurn')],
});

export const dataAge = shared.dataAge(queries.dataAge, [toExporter]);

export const workSaved = stat({
  title: 'Work saved',
  description:
    'Hours of work by hand that finished runs of the time range have saved: their number times secmaster:playbook_manual_work:minutes, which you set for each playbook as you set a threshold.',
  unit: 'suffix: h',
  decimals: 0,
  noValue: 'No minutes by hand are set',
  expr: queries.workSaved,
});

export const successOverTime = shared.successOverTime(queries.successOverTime, noTestRuns);

export const budgetOverTime = lines({
  title: 'Failure budget left over time',
  description: `What was left of the failures that the objective allows within the week before each point. Needs the recording rules. ${noTestRuns}`,
  unit: 'percentunit',
  noValue: noRuns,
  queries: [{ expr: queries.budgetOverTime, legend: 'budget left' }],
  colours: { 'budget left': neutral },
  steps: goodFrom(0.25, 0),
  min: -0.5,
  max: 1,
});

export const startsComparedWithLastWeek = shared.startsComparedWithLastWeek(
  queries.startsNow,
  queries.startsLastWeek,
  minInterval,
);

export const endsPerHour = shared.endsPerHour(queries.endsPerHour, minInterval);

export const startsPerHour = shared.startsPerHour(queries.startsPerHour, minInterval);

export const byStatusNow = ranking({
  title: 'Recent runs, by current status',
  description: "Runs started within the exporter's lookback (24 hours by default), and every open one.",
  noValue: noRuns,
  keys: [{ title: 'Status', label: 'status', width: 130 }],
  column: { title: 'Runs', expr: queries.byStatusNow, unit: 'none', decimals: 0 },
});
