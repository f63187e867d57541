/** Panels that stand on more than one dashboard, with the same words. */
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
      `Of all runs that ended in the time shown, the share that did not fail for good: a failure that was retried is none. ${note}`.trim(),
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
    description: `Time since the last successful poll of the workspace that has waited longest. From ${staleAfterSeconds} s on the numbers are stale.`,
    unit: 's',
    noValue: noExporter,
    expr,
    steps: badFrom(staleAfterSeconds),
    links: [...links, runbook('SecMasterDataStale')],
  });

export const endsPerHour = (expr: string, minInterval: string) =>
  bars({
    title: 'Ends per hour, by status',
    description: 'How runs ended, as a rate per hour. FAILED counts each failed attempt, also those that were retried.',
    unit: 'none',
    noValue: noRuns,
    queries: [{ expr, legend: '{{status}}' }],
    colours: statusColours,
    minInterval,
  });

export const startsPerHour = (expr: string, minInterval: string) =>
  bars({
    title: 'Starts per hour, by trigger',
    description: 'What set runs off, as a rate per hour: a timer, an event, a person or a test.',
    unit: 'none',
    noValue: noRuns,
    queries: [{ expr, legend: '{{trigger_type}}' }],
    colours: triggerColours,
    minInterval,
  });
