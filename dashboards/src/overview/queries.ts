/** Is the SOC's automation working? */
import {
  lastSuccess,
  up,
  workflowDuration,
  workflowInstances,
  workflowInstancesStarted,
  workflowLastCompletion,
  workflowLastStart,
  workflowOldestOpenStart,
  workflowRetries,
} from '../../../src/metrics/families.ts';
import { firingCount } from '../alerts.ts';
import { age, buckets, chosen, increase, is, largest, maxBy, minBy, quantile, series, sum, sumBy } from '../promql.ts';
import * as runs from '../runs.ts';
import { failing, objective, silent, stuckAfterSeconds } from '../thresholds.ts';

const here = { workspace: chosen('workspace') };
const playbooks = ['workspace', 'playbook'] as const;
const timer = { ...here, trigger_type: is('TIMER') };

/** A count of nothing is no sample at all: 0 as long as the exporter is scraped, and nothing once it isn't. */
const orZero = (count: string) => `(${count}) or 0 * count(${series(up, here)})`;

const failedInWindow = sumBy(playbooks, increase(runs.failed(here), failing.window));
const endsInWindow = sumBy(playbooks, increase(runs.ends(here), failing.window));
export const failingPlaybooks = orZero(`count(
  ${failedInWindow} >= ${failing.attempts}
  and ${failedInWindow} / ${endsInWindow} >= ${failing.ratio}
)`);

const oldestOpenStart = minBy(playbooks, series(workflowOldestOpenStart, here));
export const stuckPlaybooks = orZero(`count(${age(oldestOpenStart)} > ${stuckAfterSeconds})`);

const startsInWindow = sumBy(playbooks, increase(series(workflowInstancesStarted, timer), silent.window));
const sinceLastStart = age(maxBy(playbooks, series(workflowLastStart, timer)));
export const silentPlaybooks = orZero(`count(
  ${sinceLastStart} > ${silent.missedStarts} * ${silent.windowSeconds} / (${startsInWindow} > 1)
)`);

export const alerts = orZero(firingCount(['workspace']));

export const successRatio = runs.successRatio(here);
export const budgetLeft = `1 - ${runs.failedShare(here, objective.window)} / ${objective.failureRatio}`;

export const openNow = orZero(sum(runs.open(here)));
export const dataAge = age(`min(${series(lastSuccess, here)})`);

export const endsPerHour = runs.endsPerHour(here);
export const startsPerHour = runs.startsPerHour(here);
export const byStatusNow = largest(10, sumBy(['status'], series(workflowInstances, here)));

/** What the table of playbooks shows. */
export const byPlaybook = {
  failed: sumBy(playbooks, increase(runs.failed(here))),
  failureRatio: `${sumBy(playbooks, increase(runs.failed(here)))} / (${sumBy(playbooks, increase(runs.ends(here)))} > 0)`,
  ends: sumBy(playbooks, increase(runs.ends(here))),
  retries: sumBy(playbooks, increase(series(workflowRetries, here))),
  /** Without those of which nothing ended. */
  p95: `${quantile(0.95, increase(buckets(workflowDuration, here)), playbooks)} >= 0`,
  oldestOpen: age(oldestOpenStart),
  lastSuccess: age(maxBy(playbooks, series(workflowLastCompletion, { ...here, status: is('FINISHED') }))),
};
