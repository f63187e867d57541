import { type BigIntStats, statSync, truncateSync } from 'node:fs';

/**
 * Looks at the ledger's files from outside, while SQLite has them open. It never opens the ledger itself: closing a second descriptor
 * would give up SQLite's lock on it.
 */
export interface FileWatch {
  look(): Look;
  /** Takes the files as they are: SQLite has just written to them. */
  accept(): void;
  /** Empties the log that SQLite would write over whatever is in the file now. */
  discardLog(): void;
}

export type Look =
  | 'as_left'
  /** Nothing is at the path. */
  | 'removed'
  /** Another file is at the path. */
  | 'replaced'
  /** It was away, and is back at the path. */
  | 'returned'
  /** Someone else has made it smaller, or has written to it. */
  | 'cut_short'
  | 'overwritten'
  /** The file is as it was left; the log beside it is gone. */
  | 'log_removed';

/** @param path of an open ledger */
export function watchFile(path: string): FileWatch {
  const log = `${path}-wal`;
  let ours = stateOf(path);
  let ourLog = stateOf(log);
  let isAway = false;

  return {
    look() {
      const now = stateOf(path);
      if (now === undefined || !isSame(now, ours)) {
        isAway = true;
        return now === undefined ? 'removed' : 'replaced';
      }
      if (ours === undefined || now.size < ours.size) return 'cut_short';
      if (isAway) {
        isAway = false;
        return 'returned';
      }
      if (now.size !== ours.size || now.mtimeNs !== ours.mtimeNs) return 'overwritten';
      return ourLog !== undefined && !isSame(stateOf(log), ourLog) ? 'log_removed' : 'as_left';
    },
    accept() {
      try {
        const now = stateOf(path);
        ourLog = stateOf(log);
        // SQLite never makes the file smaller.
        if (isSame(now, ours) && (now?.size ?? 0n) >= (ours?.size ?? 0n)) ours = now;
      } catch {
        // Its folder can't be looked into: the next look says so.
        isAway = true;
      }
    },
    discardLog() {
      if (isSame(stateOf(log), ourLog)) truncateSync(log);
    },
  };
}

function stateOf(file: string): BigIntStats | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false });
}

function isSame(one: BigIntStats | undefined, other: BigIntStats | undefined): boolean {
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;
}
