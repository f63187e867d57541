import type { LedgerError, Store } from './store.ts';

/**
 * Stands in for a ledger that is there and can't be read: nothing can be opened or made. So polls fail and say why, `/metrics` goes
 * on, and nothing begins to count anew.
 */
export function createBrokenStore(error: LedgerError): Store {
  const fail = () => Promise.reject(error);
  return { open: fail, create: fail, close: async () => {} };
}
