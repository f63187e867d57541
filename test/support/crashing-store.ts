import { createSqliteStore } from '../../src/ledger/sqlite/store.ts';
import type { Store } from '../../src/ledger/store.ts';

/** A store in memory whose exporter can be killed at any of its statements. Killed, it does nothing more until another begins. */
export interface CrashingStore {
  readonly store: Store;
  /** The process dies before the statement with this number, counted from now; null: it lives on, and one that is dead begins anew. */
  crashAt(statement: number | null): void;
  hasCrashed(): boolean;
  /** A look at the ledger from outside of the process: it is none of its statements. */
  look<T>(query: (store: Store) => Promise<T>): Promise<T>;
}

class Killed extends Error {
  override name = 'Killed';
}

export function createCrashingStore(path = ':memory:'): CrashingStore {
  let statement: number | null = null;
  let run = 0;
  let hasCrashed = false;
  let isLooking = false;
  const store = createSqliteStore(path, () => {
    if (isLooking) return;
    hasCrashed ||= statement !== null && run++ >= statement;
    if (hasCrashed) throw new Killed('kill -9');
  });
  return {
    store,
    crashAt(next) {
      statement = next;
      run = 0;
      hasCrashed = false;
    },
    hasCrashed: () => hasCrashed,
    look(query) {
      isLooking = true;
      try {
        // The store reads before it gives its promise.
        return query(store);
      } finally {
        isLooking = false;
      }
    },
  };
}
