import { LedgerError } from '../store.ts';
import type { Look } from './file-watch.ts';

/** SQLite's result codes that an operator can fix (sqlite.org/rescode.html). */
const remedies: Readonly<Record<number, string>> = {
  1: 'it does not hold what a ledger holds, so it is damaged; restore it from a backup, or move it away to start counting from 0',
  5: 'another process uses it; stop that process, or set another state.path',
  8: 'it is read-only; make the file and its folder writable for this user',
  10: 'reading or writing it failed; check the disk',
  11: 'the file is damaged; restore it from a backup, or move it away to start counting from 0',
  13: 'the disk is full; free some space, then a running exporter continues by itself',
  14: 'it cannot be opened; create its folder and make it writable for this user',
  19: 'it refuses what an exporter writes, so somebody has changed it; restore it from a backup, or move it away to start counting from 0',
  26: 'the file is not a ledger, or it is damaged; restore it from a backup, or set another state.path',
};

/** SQLITE_ERROR, such as a missing table, SQLITE_CORRUPT, SQLITE_CONSTRAINT by somebody's trigger, SQLITE_NOTADB. */
const damaged = [1, 11, 19, 26];

const noFolder =
  'its folder cannot be created; create it and make it writable for this user, or set another state.path';

/** What the operating system, or Node.js, refuses before SQLite sees the file. */
const fileRemedies: Readonly<Record<string, string>> = {
  EACCES: 'this user may not go there; make its folder readable and writable for this user',
  ELOOP: 'its symbolic links lead in a circle; set another state.path',
  ENAMETOOLONG: 'the path is too long; set a shorter state.path',
  ENOSPC: 'the disk is full; free some space',
  ENOTDIR: 'a part of the path is a file instead of a folder; set another state.path',
  EROFS: 'the file system is read-only; set state.path to a folder that is writable',
  ERR_OUT_OF_RANGE: 'it holds a number that is too large; restart the exporter, which looks through the ledger',
  ERR_INVALID_ARG_VALUE: 'the path contains a NUL; set another state.path',
};

/** The error as one that says what to fix. */
export function ledgerError(error: unknown, path: string): LedgerError {
  if (error instanceof LedgerError) return error;
  const { errcode, code, syscall, message } = error as Partial<NodeJS.ErrnoException> & { errcode?: number };
  // The low byte is the primary code of an extended one.
  const primary = (errcode ?? 0) & 0xff;
  const remedy = remedies[primary] ?? fileRemedies[code ?? ''] ?? (syscall === 'mkdir' ? noFolder : 'failed');
  return new LedgerError(`the ledger ${path}: ${remedy} (${message})`, {
    cause: error,
    isDamaged: damaged.includes(primary),
  });
}

const afterwards =
  'stop the exporter, restore the file from a backup or delete it to start counting from 0, and start the exporter';

/** What has happened to an open ledger. */
export const lookMessages: Readonly<Record<Exclude<Look, 'as_left' | 'returned'>, (path: string) => string>> = {
  removed: (path) =>
    `the ledger ${path} was removed, or its folder was renamed, while the exporter was running: move it back, and counting continues; a restart without it starts counting from 0`,
  replaced: (path) =>
    `another file was put in place of the ledger ${path} while the exporter was running: restart the exporter to continue from that file, or move the former one back`,
  cut_short: (path) => `the ledger ${path} was emptied or cut short while the exporter was running: ${afterwards}`,
  overwritten: (path) =>
    `another program has written to the ledger ${path} while the exporter was running: restart the exporter to continue from what the file holds now; if it is damaged then, restore it from a backup while the exporter is stopped`,
  log_removed: (path) =>
    `the file ${path}-wal was removed while the exporter was running: what it held is in ${path} now, so nothing is lost and the next poll continues; leave the file in place`,
};

/** A ledger that exists and can't be used as it is. */
export function damagedLedger(path: string, what: string, cause?: unknown): LedgerError {
  return new LedgerError(
    `the ledger ${path}: ${what}; restore it from a backup, or delete it to start counting from 0`,
    {
      isDamaged: true,
      cause,
    },
  );
}
