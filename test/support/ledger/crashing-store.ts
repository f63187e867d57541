import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import type { Store } from '../../../src/ledger/store.ts';

/** A store in memory that can crash at any of its statements. After a crash, every statement fails until `crashAt` is called again. */
export interface CrashingStore {
  readonly store: Store;
  /** Crashes before the statement with this number, counted from now; null: not at all. Ends an earlier crash. */
  crashAt(statement: number | null): void;
  hasCrashed(): boolean;
  /** Reads the ledger from outside the process: these statements are not counted. */
  look<T>(query: (store: Store) => Promise<T>): Promise<T>;
}

/** As a process that is no more. */
export class Killed extends Error {
  override name = 'Killed';
}

export function createCrashingStore(path = ':memory:'): CrashingStore {
  let statement: number | null = null;
  let run = 0;
  let hasCrashed = false;
  let isLooking = false;
  const onStatement = () => {
    if (isLooking) return;
    hasCrashed ||= statement !== null && run++ >= statement;
    if (hasCrashed) throw new Killed('kill -9');
  };
  const store = createSqliteStore(path, { onStatement });
  return {
    store,
    crashAt(next) {
      statement = next;
      run = 0;
      hasCrashed = false;
    },
    hasCrashed: () => hasCrashed,
    async look(query) {
      isLooking = true;
      try {
        return await query(store);
      } finally {
        isLooking = false;
      }
    },
  };
}
