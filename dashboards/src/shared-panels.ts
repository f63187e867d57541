/** Panels that appear on more than one dashboard. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { DashboardLink } from '@grafana/grafana-foundation-sdk/dashboard';
import { badFrom, goodFrom, statusColours, triggerColours } from './colours.ts';
import { runbook } from './links.ts';
import { noExporter, noRuns } from './panel/described.ts';
import { bars } from './panel/graph.ts';
import { percent } from './panel/percent.ts';
import { stat } from './panel/stat.ts';
import { objective, staleAfterSeconds } from './thresholds.ts';

const objectiveRatio = 1 - objective.failureRatio;

export const successRate = (expr: string, note = '') =>
  stat({
    title: `Success rate (objective ${percent(objectiveRatio)})`,
    description:
      `The share of runs ended in the time range that did not fail for good. A failed attempt that was retried is not a failed run. ${note}`.trim(),
    unit: 'percentunit',
    decimals: 1,
    noValue: noRuns,
    expr,
    steps: goodFrom(objectiveRatio),
    links: [runbook('SecMasterPlaybookFailureBudgetBurn')],
  });

export const dataAge = (expr: string, links: readonly Builder<DashboardLink>[] = []) =>
  stat({
    title: 'Age of the data',
    description: `Time since the last successful poll, for the workspace with the oldest data. Data older than ${staleAfterSeconds} s is stale.`,
    unit: 's',
    noValue: noExporter,
    expr,
    steps: badFrom(staleAfterSeconds),
    links: [...links, runbook('SecMasterDataStale')],
  });

export const endsPerHour = (expr: string, minInterval: string) =>
  bars({
    title: 'Ended attempts per hour, by status',
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
