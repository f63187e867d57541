/** Questions about runs that more than one dashboard asks, each of a selection of series. */
import { workflowInstances, workflowInstancesCompleted } from '../../src/metrics/families.ts';
import { is, noneOf, oneOf, series } from './promql.ts';

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
