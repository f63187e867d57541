/** What more than one dashboard asks about runs, each of a selection of its own. */
import { workflow } from '../../src/metrics/families.ts';
import { current, increase, is, type Label, noneOf, once, oneOf, perHour, rate, series, sum, sumBy } from './promql.ts';

/** The matchers of a selection, such as `{ workspace: chosen('workspace') }`. */
export type Selection = { readonly workspace?: string; readonly playbook?: string; readonly trigger_type?: string };

const ended = ['FINISHED', 'FAILED', 'TERMINATED'];

/** FAILED is counted once for each failed attempt, so attempts are what these count. */
export const failedAttempts = (selection: Selection): string =>
  series(workflow.completed, { ...selection, status: is('FAILED') });
export const endedAttempts = (selection: Selection): string =>
  series(workflow.completed, { ...selection, status: oneOf(...ended) });

/** Whatever SecMaster calls the status of a run that hasn't ended. */
export const open = (selection: Selection): string =>
  once(current(series(workflow.instances, { ...selection, status: noneOf(...ended) })));
export const failedNow = (selection: Selection): string =>
  once(current(series(workflow.instances, { ...selection, status: is('FAILED') })));
export const endedNow = (selection: Selection): string =>
  once(current(series(workflow.instances, { ...selection, status: oneOf(...ended) })));

const grown = (labels: readonly Label[], counter: string, window: string | undefined) =>
  `round(${sumBy(labels, increase(counter, window))})`;

/**
 * Runs that failed for good within the window: failed attempts without those that were retried. Rounded, since
 * increase() extrapolates, and not below 0, where a retry follows a failure of before.
 */
export function failedRuns(labels: readonly Label[], selection: Selection, window?: string): string {
  const attempts = grown(labels, failedAttempts(selection), window);
  const retries = grown(labels, series(workflow.retries, selection), window);
  return `clamp_min(${attempts} - ${retries}, 0)`;
}

export function endedRuns(labels: readonly Label[], selection: Selection, window?: string): string {
  const others = series(workflow.completed, { ...selection, status: oneOf('FINISHED', 'TERMINATED') });
  return `(${grown(labels, others, window)} + ${failedRuns(labels, selection, window)})`;
}

/** Of all together, each playbook's own are added up: a retry of one must not hide a failure of another. */
export function failureRatio(labels: readonly Label[], selection: Selection, window?: string): string {
  const each: readonly Label[] = labels.length === 0 ? ['workspace', 'playbook'] : labels;
  const together = (expression: string) => (labels.length === 0 ? sum(expression) : expression);
  return `${together(failedRuns(each, selection, window))} / ${together(endedRuns(each, selection, window))}`;
}

/** The share of runs around each point that did not fail for good: for graphs, where nothing is rounded. */
export function successRatio(selection: Selection): string {
  const failed = `clamp_min(${sum(rate(failedAttempts(selection)))} - ${sum(rate(series(workflow.retries, selection)))}, 0)`;
  const others = sum(rate(series(workflow.completed, { ...selection, status: oneOf('FINISHED', 'TERMINATED') })));
  return `1 - ${failed} / (${failed} + ${others} > 0)`;
}

export const endsPerHour = (selection: Selection): string =>
  sumBy(['status'], perHour(rate(series(workflow.completed, selection))));
export const startsPerHourByTrigger = (selection: Selection): string =>
  sumBy(['trigger_type'], perHour(rate(series(workflow.started, selection))));
export const startsPerHour = (selection: Selection, offset?: string): string =>
  sum(perHour(rate(series(workflow.started, selection), offset)));
