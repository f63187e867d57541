/** Is the SOC's automation working? */
import { exporter, workflow } from '../../../src/metrics/families.ts';
import {
  age,
  chosen,
  chosenOrNone,
  current,
  increase,
  is,
  isNot,
  maxBy,
  minBy,
  once,
  selector,
  series,
  sum,
  sumBy,
} from '../promql.ts';
import * as runs from '../runs.ts';
import * as state from '../state.ts';
import { objective } from '../thresholds.ts';

const here = { workspace: chosen('workspace') };
const playbooks = ['workspace', 'playbook'] as const;

const counted = (which: string) => state.countedWhileFresh(which, here);

/** Debug runs say nothing about the automation. */
const real = { ...here, trigger_type: isNot('DEBUG') };

export const verdict = state.verdict(here, { workspace: chosenOrNone('workspace') });
export const failingPlaybooks = counted(state.failingPlaybooks(here));
export const silentPlaybooks = counted(state.silentPlaybooks(here));
export const stuckPlaybooks = counted(state.stuckPlaybooks(here));
export const slowPlaybooks = counted(state.slowPlaybooks(here));

export const successRatio = state.whileFresh(`1 - ${runs.failureRatio([], real)}`, here);
export const successOverTime = runs.successRatio(real);

/** Runs of the last week, as the rules record them. */
const week = (which: 'failed' | 'ended') =>
  sum(selector(`workspace:secmaster_workflow_${which}_runs:increase${objective.window}`, here));
export const budgetOverTime = `1 - ${week('failed')} / (${week('ended')} > 0) / ${objective.failureRatio}`;
export const budgetLeft = state.whileFresh(budgetOverTime, here);

export const dataAge = age(`min(${once(series(exporter.lastSuccess, here))})`);

const finished = series(workflow.completed, { ...real, status: is('FINISHED') });
/** In hours. A number of minutes that is set twice counts once. */
export const workSaved = `sum(
  round(${sumBy(playbooks, increase(finished))})
  * on (workspace, playbook) max by (workspace, playbook) (secmaster:playbook_manual_work:minutes)
) / 60`;

export const startsNow = runs.startsPerHour(here);
export const startsLastWeek = runs.startsPerHour(here, ' offset 1w');
export const endsPerHour = runs.endsPerHour(here);
export const startsPerHour = runs.startsPerHourByTrigger(here);
export const byStatusNow = sumBy(['status'], once(current(series(workflow.instances, here))));

/** What the table of playbooks shows. */
export const byPlaybook = {
  state: state.states(here),
  failed: runs.failedRuns(playbooks, here),
  ends: runs.endedRuns(playbooks, here),
  oldestOpen: age(minBy(playbooks, series(workflow.oldestOpenStart, here))),
  /** In milliseconds, as Grafana takes a date. */
  lastSuccess: `1000 * ${maxBy(playbooks, series(workflow.lastCompletion, { ...here, status: is('FINISHED') }))}`,
};
