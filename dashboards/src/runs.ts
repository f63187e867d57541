/** What more than one dashboard asks about runs, each of a selection of its own. */
import { workflowInstances, workflowInstancesCompleted, workflowInstancesStarted } from '../../src/metrics/families.ts';
import { increase, is, noneOf, oneOf, perHour, rate, series, sum, sumBy } from './promql.ts';

/** The matchers of a selection, such as `{ workspace: chosen('workspace') }`. */
export type Selection = { readonly workspace?: string; readonly playbook?: string; readonly trigger_type?: string };

const ended = ['FINISHED', 'FAILED', 'TERMINATED'];

/** FAILED is counted once for each failed attempt. */
export const failed = (selection: Selection): string =>
  series(workflowInstancesCompleted, { ...selection, status: is('FAILED') });
export const ends = (selection: Selection): string =>
  series(workflowInstancesCompleted, { ...selection, status: oneOf(...ended) });
/** Whatever SecMaster calls the status of a run that hasn't ended. */
export const open = (selection: Selection): string =>
  series(workflowInstances, { ...selection, status: noneOf(...ended) });

export const failedNow = (selection: Selection): string =>
  series(workflowInstances, { ...selection, status: is('FAILED') });
export const endedNow = (selection: Selection): string =>
  series(workflowInstances, { ...selection, status: oneOf(...ended) });

export const failedShare = (selection: Selection, window?: string): string =>
  `${sum(increase(failed(selection), window))} / ${sum(increase(ends(selection), window))}`;
export const successRatio = (selection: Selection): string => `1 - ${failedShare(selection)}`;

export const endsPerHour = (selection: Selection): string =>
  sumBy(['status'], perHour(rate(series(workflowInstancesCompleted, selection))));
export const startsPerHour = (selection: Selection): string =>
  sumBy(['trigger_type'], perHour(rate(series(workflowInstancesStarted, selection))));
