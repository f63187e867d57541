import type { LedgerError, Store } from './store.ts';

/**
 * Stands in for a ledger that exists but can't be read. Every open and create fails, so polls fail with the reason, `/metrics` is
 * still served, and nothing starts counting from 0.
 */
export function createBrokenStore(error: LedgerError): Store {
  const fail = () => Promise.reject(error);
  return { open: fail, create: fail, replicas: null, close: async () => {} };
}
