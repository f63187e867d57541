/** Is the SOC's automation working? */
import {
  lastSuccess,
  up,
  workflowDuration,
  workflowInstances,
  workflowInstancesCompleted,
  workflowInstancesStarted,
  workflowLastCompletion,
  workflowLastStart,
  workflowOldestOpenStart,
  workflowRetries,
} from '../../../src/metrics/families.ts';
import { firingCount } from '../alerts.ts';
import {
  age,
  buckets,
  chosen,
  increase,
  is,
  largest,
  maxBy,
  minBy,
  perHour,
  quantile,
  rate,
  series,
  sum,
  sumBy,
} from '../promql.ts';
import { ends, failed, open } from '../runs.ts';
import { failing, objective, silent, stuckAfterSeconds } from '../thresholds.ts';

const here = { workspace: chosen('workspace') };
const playbooks = ['workspace', 'playbook'] as const;
const timer = { ...here, trigger_type: is('TIMER') };

/** A count of nothing is no sample at all: 0 as long as the exporter is scraped, and nothing once it isn't. */
const orZero = (count: string) => `(${count}) or 0 * count(${series(up, here)})`;

const failedInWindow = sumBy(playbooks, increase(failed(here), failing.window));
const endsInWindow = sumBy(playbooks, increase(ends(here), failing.window));
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

const failedShare = (window: string) => `${sum(increase(failed(here), window))} / ${sum(increase(ends(here), window))}`;
export const successRatio = `1 - ${failedShare('$__range')}`;
export const budgetLeft = `1 - ${failedShare(objective.window)} / ${objective.failureRatio}`;

export const openNow = orZero(sum(open(here)));
export const dataAge = age(`min(${series(lastSuccess, here)})`);

export const endsPerHour = sumBy(['status'], perHour(rate(series(workflowInstancesCompleted, here))));
export const startsPerHour = sumBy(['trigger_type'], perHour(rate(series(workflowInstancesStarted, here))));
export const byStatusNow = largest(10, sumBy(['status'], series(workflowInstances, here)));

/** What the table of playbooks shows. */
export const byPlaybook = {
  failed: sumBy(playbooks, increase(failed(here))),
  failureRatio: `${sumBy(playbooks, increase(failed(here)))} / (${sumBy(playbooks, increase(ends(here)))} > 0)`,
  ends: sumBy(playbooks, increase(ends(here))),
  retries: sumBy(playbooks, increase(series(workflowRetries, here))),
  /** Without those of which nothing ended. */
  p95: `${quantile(0.95, increase(buckets(workflowDuration, here)), playbooks)} >= 0`,
  oldestOpen: age(oldestOpenStart),
  lastSuccess: age(maxBy(playbooks, series(workflowLastCompletion, { ...here, status: is('FINISHED') }))),
};
