/** Why is this playbook failing? */
import { playbook, workflow } from '../../../src/metrics/families.ts';
import {
  age,
  buckets,
  chosen,
  current,
  increase,
  is,
  largest,
  maxBy,
  minBy,
  noneOf,
  once,
  perHour,
  quantile,
  rate,
  series,
  sum,
  sumBy,
} from '../promql.ts';
import * as runs from '../runs.ts';
import { states, whileFresh } from '../state.ts';
import { failing } from '../thresholds.ts';

/** Not every family tells what triggered a run. */
const anyTrigger = { workspace: chosen('workspace'), playbook: chosen('playbook') };
const here = { ...anyTrigger, trigger_type: chosen('trigger_type') };
const lastWeek = ' offset 1w';

const started = series(workflow.started, here);
const retried = series(workflow.retries, here);
const oldestOpenStart = current(series(workflow.oldestOpenStart, anyTrigger));

export const state = `max(
${states(anyTrigger)}
)`;
const fresh = (expression: string) => whileFresh(expression, anyTrigger);
export const failedLastHour = fresh(runs.failureRatio([], here, failing.window));
/** A gauge of a status that no run has is absent. */
export const failedLookback = fresh(
  `(${sum(runs.failedNow(here))} or 0 * ${sum(runs.endedNow(here))}) / ${sum(runs.endedNow(here))}`,
);
export const successRatio = fresh(`1 - ${runs.failureRatio([], here)}`);
/** In milliseconds, as Grafana takes a date. */
const date = (seconds: string) => `1000 * ${seconds}`;
export const lastSuccess = date(`max(${series(workflow.lastCompletion, { ...here, status: is('FINISHED') })})`);
export const lastStart = date(`max(${series(workflow.lastStart, here)})`);
/** A gauge of a status that no run has is absent. */
export const openNow = `${sum(runs.open(here))} or 0 * count(${series(workflow.lastStart, here)})`;
/** 0 where none is open. */
export const oldestOpen = fresh(`${age(`min(${oldestOpenStart})`)} or 0 * count(${series(workflow.lastStart, here)})`);
export const recentRetries = sum(once(series(workflow.recentRetries, here)));
/** 1 where nothing is ever retried. */
export const attemptsPerRun = `1 + ${sum(increase(retried))} / ${sum(increase(started))}`;

export const failuresInARow = fresh(`max(${current(series(playbook.consecutiveFailures, here))})`);
export const failingSince = date(`min(${current(series(playbook.failingSince, here))})`);
export const nextStart = date(`min(${current(series(playbook.expectedStart, here))})`);

export const endsPerHour = runs.endsPerHour(here);
export const startsPerHourByTrigger = runs.startsPerHourByTrigger(here);
export const startsPerHour = runs.startsPerHour(here);
export const startsPerHourLastWeek = runs.startsPerHour(here, lastWeek);
export const retriesPerHour = sum(perHour(rate(retried)));

export const failureRatio = `${sum(rate(runs.failedAttempts(here)))} / ${sum(rate(runs.endedAttempts(here)))}`;
export const failureRatioLastWeek = `${sum(rate(runs.failedAttempts(here), lastWeek))} / ${sum(rate(runs.endedAttempts(here), lastWeek))}`;
export const failureRatioByTriggerNow = largest(
  10,
  maxBy(['workspace', 'playbook', 'trigger_type'], current(series(workflow.failureRatio, here))),
);

const durationBuckets = buckets(workflow.duration, here);
export const durations = sumBy(['le'], increase(durationBuckets, '$__rate_interval'));
export const durationQuantile = (q: number): string => quantile(q, rate(durationBuckets));

export const openByStatus = sumBy(
  ['status'],
  once(current(series(workflow.instances, { ...here, status: noneOf('FINISHED', 'FAILED', 'TERMINATED') }))),
);
export const oldestOpenByStatus = age(minBy(['status'], oldestOpenStart));

const failuresOfNodes = series(workflow.nodeFailures, anyTrigger);
export const failingNodes = largest(10, `${sumBy(['node'], increase(failuresOfNodes))} > 0`);
export const nodeFailures = `round(${sumBy(['node'], increase(failuresOfNodes, '$__rate_interval'))}) > 0`;
/** Without those of which nothing ended. */
export const slowestNodes = largest(
  10,
  `${quantile(0.95, increase(buckets(workflow.nodeDuration, anyTrigger)), ['node'])} >= 0`,
);
