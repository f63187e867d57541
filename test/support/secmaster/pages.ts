import type { Instance } from '../../../src/model/instance.ts';
import type { ReadPage } from '../../../src/poll/session.ts';
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

/** A page that has been read, with all of these changed and nothing to commit. */
export function readPageOf(instances: readonly Instance[], fields: Partial<ReadPage> = {}): ReadPage {
  return {
    count: null,
    ids: instances.map(({ id }) => id),
    offset: 0,
    instances,
    filteredOut: [],
    rejected: [],
    change: emptyPage(0),
    rows: instances.map(() => 'changed'),
    news: [],
    ...fields,
  };
}
