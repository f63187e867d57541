import type { Instance } from '../../../src/model/instance.ts';
import type { ReadPage } from '../../../src/poll/session.ts';
import type { Page } from '../../../src/secmaster/api/secmaster.ts';
import { emptyPage } from '../ledger/ledgers.ts';

/** One that has finished within a millisecond. */
export function instanceOf(fields: Partial<Instance> & Pick<Instance, 'id'>): Instance {
  return {
    playbook: null,
    triggerType: '',
    status: 'FINISHED',
    startTimeMs: 0,
    endTimeMs: 1,
    retryCount: 0,
    ...fields,
  };
}

export function pageOf(instances: readonly Instance[], fields: Partial<Page> = {}): Page {
  return { count: null, ids: instances.map(({ id }) => id), instances, filteredOut: [], rejected: [], ...fields };
}

/** A page that has been read, with all of these changed and nothing to commit. */
export function readPageOf(instances: readonly Instance[], fields: Partial<ReadPage> = {}): ReadPage {
  return {
    ...pageOf(instances),
    offset: 0,
    change: emptyPage(0),
    rows: instances.map(() => 'changed'),
    news: [],
    ...fields,
  };
}
