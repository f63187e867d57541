import type { DatabaseSync } from 'node:sqlite';
import { LedgerError } from '../store.ts';
import { lookMessages } from './errors.ts';
import type { FileWatch } from './file-watch.ts';

/** Keeps polls from reading and writing a file that has been removed, replaced or changed by others while it is open. */
export interface FileGuard {
  /** @throws {LedgerError} unless the file that was opened is at its path, as SQLite left it */
  expectFile(): void;
  /** Outside of transactions. @throws {LedgerError} once, if the log was removed: by then it has been mended */
  expectLog(): void;
  /** After SQLite may have written. */
  written(): void;
}

export function guardFile(db: DatabaseSync, path: string, watch: FileWatch): FileGuard {
  /** Why the file is not touched until a restart. */
  let lost: LedgerError | null = null;

  /** Writes what is in the log to the file, and creates the log again. */
  function renewLog(): void {
    try {
      db.exec('PRAGMA journal_mode = DELETE; PRAGMA journal_mode = WAL');
    } finally {
      watch.accept();
    }
  }

  return {
    expectFile() {
      if (lost !== null) throw lost;
      const look = watch.look();
      switch (look) {
        case 'removed':
        case 'replaced':
          // Then everything is in the file, wherever it is, and nothing takes the log for a part of another one.
          attempt(() => db.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
          throw new LedgerError(lookMessages[look](path));
        case 'cut_short':
        case 'overwritten':
          // SQLite would write the log over whatever the file holds now, when it closes it or opens it again.
          attempt(watch.discardLog);
          lost = new LedgerError(lookMessages[look](path));
          throw lost;
        case 'returned':
          renewLog();
      }
    },
    expectLog() {
      if (watch.look() !== 'log_removed') return;
      renewLog();
      throw new LedgerError(lookMessages.log_removed(path));
    },
    written: watch.accept,
  };
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {}
}
