import {
  chmodSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LedgerError } from '../store.ts';
import { damagedLedger } from './errors.ts';

/**
 * Makes sure that there is a ledger to open. One that is missing is written under another name first, by `write`, so that a crash at
 * any instant leaves a whole one or none: an empty file is damage.
 *
 * @param path absolute
 */
export function provideFile(path: string, write: (draft: string) => void): void {
  makeFolder(dirname(path));
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) createFile(path, write);
  else if (found.isDirectory())
    throw new LedgerError(`the ledger ${path} is a folder; set state.path to a file, such as ${path}/secmaster.db`);
  else if (!found.isFile()) throw new LedgerError(`the ledger ${path} is not a regular file; set another state.path`);
  else if (found.size === 0) throw damagedLedger(path, 'the file is empty (0 bytes), so what it held is lost');
}

function createFile(path: string, write: (draft: string) => void): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new LedgerError(
      `the ledger ${path} is a symbolic link to a file that is missing; put it back, or remove the link`,
    );
  // SQLite would take what is left of a ledger that is gone for a part of the new one.
  for (const end of ['-wal', '-shm', '-journal']) rmSync(path + end, { force: true });
  const draft = `${path}.${process.pid}.new`;
  for (const end of ['', '-journal']) rmSync(draft + end, { force: true });
  makePrivate(draft);
  write(draft);
  publish(draft, path);
  rmSync(draft, { force: true });
  syncFolder(dirname(path));
}

/** @throws {LedgerError} unless there is a file to read */
export function expectFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) === undefined)
    throw new LedgerError(`there is no ledger ${path}; check the path`);
}

/** @throws {LedgerError} if there is anything at the path */
export function expectNothing(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined)
    throw new LedgerError(
      `there is already a file at ${path}; ledgers are only copied to a new one, so choose another path`,
    );
}

/** A file that gets its name once it is complete; until then, and after a crash, there is nothing with that name. */
export interface DraftFile {
  readonly path: string;
  /** @throws {LedgerError} if there is something at the final path by now */
  publish(): void;
  remove(): void;
}

export function draftFile(path: string): DraftFile {
  const file = resolve(path);
  makeFolder(dirname(file));
  const draft = `${file}.${process.pid}.copy`;
  const remove = () => {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(draft + end, { force: true });
  };
  remove();
  return {
    path: draft,
    publish() {
      expectNothing(path);
      // As where a ledger is created.
      for (const end of ['-wal', '-shm', '-journal']) rmSync(file + end, { force: true });
      if (!publish(draft, file)) expectNothing(path);
      syncFolder(dirname(file));
    },
    remove,
  };
}

/** An empty file for this user only, whatever the umask. SQLite gives the files beside it the same mode. */
function makePrivate(file: string): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    fchmodSync(descriptor, 0o600);
  } finally {
    closeSync(descriptor);
  }
}

/** Never replaces a ledger that another process has created meanwhile. @returns whether the draft is at the path now */
function publish(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // Not every file system has links.
    renameSync(draft, path);
  }
  return true;
}

/** Some file systems can't, and need not. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } catch {
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Creates a folder with those above it, for this user only. Node's own recursive mkdir never ends where a folder is neither there nor
 * can be created, as below /proc.
 */
function makeFolder(folder: string): void {
  const missing: string[] = [];
  let at = resolve(folder);
  while (statSync(at, { throwIfNoEntry: false }) === undefined && dirname(at) !== at) {
    missing.push(at);
    at = dirname(at);
  }
  for (const one of missing.reverse()) {
    try {
      mkdirSync(one, { mode: 0o700 });
      chmodSync(one, 0o700);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
