import type { LedgerError, Store } from './store.ts';

/**
 * Stands in for a ledger that is there and can't be read: every call fails with what is wrong with it. So polls fail and say
 * why, `/metrics` goes on, and nothing begins to count anew.
 */
export function createBrokenStore(error: LedgerError): Store {
  const fail = () => Promise.reject(error);
  return {
    find: fail,
    create: fail,
    known: fail,
    labels: fail,
    counted: fail,
    openUnseen: fail,
    doubtful: fail,
    unreadFailures: fail,
    latestFailures: fail,
    stuckOrRetrying: fail,
    nodes: fail,
    hidden: fail,
    countEnded: fail,
    quietestMinute: fail,
    forget: fail,
    sweep: fail,
    commit: fail,
    snapshot: fail,
    close: async () => {},
  };
}
