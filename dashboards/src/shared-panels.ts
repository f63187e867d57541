/** Panels that appear on more than one dashboard. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { DashboardLink } from '@grafana/grafana-foundation-sdk/dashboard';
import { badFrom, goodFrom, neutral, past, statusColours, triggerColours } from './colours.ts';
import { runbook } from './links.ts';
import { noExporter, noRuns, notKnown } from './panel/described.ts';
import { bars, lines } from './panel/graph.ts';
import { percent } from './panel/percent.ts';
import { stat } from './panel/stat.ts';
import { objective, staleAfterSeconds } from './thresholds.ts';

const objectiveRatio = 1 - objective.failureRatio;

export const successRate = (expr: string, note = '') =>
  stat({
    title: 'Success rate',
    description:
      `The share of runs ended in the time range that did not fail for good; the objective is ${percent(objectiveRatio)}. A failed attempt that was retried is not a failed run. Grey while the data are old. ${note}`.trim(),
    unit: 'percentunit',
    decimals: 1,
    noValue: notKnown,
    expr,
    steps: goodFrom(objectiveRatio),
    links: [runbook('SecMasterPlaybookFailureBudgetBurn')],
  });

export const successOverTime = (expr: string, note = '') =>
  lines({
    title: 'Success rate over time',
    description:
      `The share of runs ended around each point that did not fail for good. A gap means that none ended. Dashed: the objective of ${percent(objectiveRatio)}. ${note}`.trim(),
    unit: 'percentunit',
    noValue: noRuns,
    queries: [{ expr, legend: 'success rate' }],
    colours: { 'success rate': neutral },
    steps: goodFrom(objectiveRatio),
    max: 1,
    minInterval: '1h',
  });

export const dataAge = (expr: string, links: readonly Builder<DashboardLink>[] = []) =>
  stat({
    title: 'Data age',
    description: `Time since the last successful poll, for the workspace with the oldest data. Data older than ${staleAfterSeconds} s is stale.`,
    unit: 's',
    decimals: 0,
    noValue: noExporter,
    expr,
    steps: badFrom(staleAfterSeconds),
    links: [...links, runbook('SecMasterDataStale')],
  });

export const endsPerHour = (expr: string, minInterval: string) =>
  bars({
    title: 'Ended attempts per hour',
    description:
      'How attempts ended, as a rate per hour. FAILED counts every failed attempt, including those that were retried.',
    unit: 'none',
    noValue: noRuns,
    queries: [{ expr, legend: '{{status}}' }],
    colours: statusColours,
    minInterval,
  });

export const startsPerHour = (expr: string, minInterval: string) =>
  bars({
    title: 'Starts per hour, by trigger',
    description: 'What triggered runs, as a rate per hour: a timer, an event, a person or a test.',
    unit: 'none',
    noValue: noRuns,
    queries: [{ expr, legend: '{{trigger_type}}' }],
    colours: triggerColours,
    minInterval,
  });

export const startsComparedWithLastWeek = (now: string, lastWeek: string, minInterval: string) =>
  lines({
    title: 'Starts, and a week before',
    description:
      'Started runs per hour, compared with the same time a week before. The grey line needs a week of data in Prometheus.',
    unit: 'none',
    noValue: noRuns,
    queries: [
      // First, so that it lies below.
      { expr: lastWeek, legend: 'a week before' },
      { expr: now, legend: 'now' },
    ],
    colours: { now: neutral, 'a week before': past },
    minInterval,
  });
