import { type Instance, noDetails } from '../../../src/model/instance.ts';
import type { ReadPage } from '../../../src/poll/session.ts';
import type { Round } from '../../../src/secmaster/api/pager.ts';
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
    details: noDetails,
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
    unknown: new Set(),
    ...fields,
  };
}

/** Where a reading of a list stands. */
export type RoundState = Partial<{
  end: ReturnType<Round<ReadPage>['end']>;
  rows: number;
  isDisordered: boolean;
  hasShrunk: boolean;
}>;

/** A round that asks for nothing and stands where it is told, with these ids met. */
export function roundOf(
  { end = null, rows = 0, isDisordered = false, hasShrunk = false }: RoundState,
  ids: readonly string[] = [],
): Round<ReadPage> {
  return {
    next: async () => null,
    end: () => end,
    met: new Set(ids),
    rows: () => rows,
    isDisordered: () => isDisordered,
    mayHaveSlipped: () => false,
    hasShrunk: () => hasShrunk,
    offset: () => 0,
  };
}
