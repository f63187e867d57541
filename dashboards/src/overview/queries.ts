/** Is the SOC's automation working? */
import { exporter, playbook, workflow } from '../../../src/metrics/families.ts';
import { firingCount } from '../alerts.ts';
import {
  age,
  buckets,
  chosen,
  increase,
  is,
  isNot,
  largest,
  maxBy,
  minBy,
  once,
  quantile,
  series,
  sum,
  sumBy,
} from '../promql.ts';
import * as runs from '../runs.ts';
import { failing, objective, stuckAfterSeconds } from '../thresholds.ts';

const here = { workspace: chosen('workspace') };
const playbooks = ['workspace', 'playbook'] as const;

/** A count of nothing is no sample at all: 0 as long as the exporter is scraped, and nothing once it isn't. */
const orZero = (count: string) => `(${count}) or 0 * count(${series(exporter.up, here)})`;

/** Debug runs say nothing about the automation. */
const real = { ...here, trigger_type: isNot('DEBUG') };

export const failingPlaybooks = orZero(`count(
  ${maxBy(playbooks, series(playbook.consecutiveFailures, real))} >= ${failing.inARow}
  or
  ${runs.failedRuns(playbooks, real, failing.window)} >= ${failing.runs}
  and ${runs.failureRatio(playbooks, real, failing.window)} >= ${failing.ratio}
)`);

/** Up to the last success and not up to now: while polls fail nobody knows what goes on. */
const upToLastSuccess = (timestamp: string) =>
  `${maxBy(['workspace'], series(exporter.lastSuccess, here))} - on (workspace) group_right () ${timestamp}`;

const oldestOpenStart = minBy(playbooks, series(workflow.oldestOpenStart, here));
export const stuckPlaybooks = orZero(`count(${upToLastSuccess(oldestOpenStart)} > ${stuckAfterSeconds})`);

const expectedStart = maxBy(playbooks, series(playbook.expectedStart, { ...here, trigger_type: is('TIMER') }));
export const silentPlaybooks = orZero(`count(${upToLastSuccess(expectedStart)} > 0)`);

export const alerts = orZero(firingCount(['workspace']));

export const successRatio = `1 - ${runs.failureRatio([], real)}`;
export const budgetLeft = `1 - (${runs.failureRatio([], real, objective.window)}) / ${objective.failureRatio}`;

export const openNow = orZero(sum(runs.open(here)));
export const dataAge = age(`min(${once(series(exporter.lastSuccess, here))})`);

export const endsPerHour = runs.endsPerHour(here);
export const startsPerHour = runs.startsPerHour(here);
export const byStatusNow = largest(10, sumBy(['status'], once(series(workflow.instances, here))));

/** What the table of playbooks shows. */
export const byPlaybook = {
  failed: runs.failedRuns(playbooks, here),
  failureRatio: `${runs.failedRuns(playbooks, here)} / (${runs.endedRuns(playbooks, here)} > 0)`,
  ends: runs.endedRuns(playbooks, here),
  retries: sumBy(playbooks, increase(series(workflow.retries, here))),
  /** Without those of which nothing ended. */
  p95: `${quantile(0.95, increase(buckets(workflow.duration, here)), playbooks)} >= 0`,
  oldestOpen: age(oldestOpenStart),
  lastSuccess: age(maxBy(playbooks, series(workflow.lastCompletion, { ...here, status: is('FINISHED') }))),
};
