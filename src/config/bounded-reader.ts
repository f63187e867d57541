import { constants, type Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import * as disk from 'node:fs/promises';
import { type Clock, systemClock } from '../clock.ts';

/**
 * The one way in which a running exporter reads files. A file may be a pipe, endless, or on a mount that never answers: a read is bounded
 * in bytes and in time, and never blocks the event loop.
 */
export interface FileReader {
  read(path: string, options?: ReadOptions): Promise<FileBytes>;
  /** Whether all reads end within this time; one that doesn't may never end. */
  settles(withinMs: number): Promise<boolean>;
}

export interface ReadOptions {
  /** A pipe can be read only once, so it can only be what is read only once. */
  readonly mayBePipe?: boolean;
}

export type FileBytes = { readonly bytes: Uint8Array } | FileProblem;

/** `problem` doesn't name the file: if somebody has written a secret instead of its path, it must not appear in a log. */
export interface FileProblem {
  readonly problem: string;
  /** Whether there is something at this path. */
  readonly isThere: boolean;
}

export interface Disk {
  stat(path: string): Promise<Stats>;
  open(path: string, flags: number): Promise<FileHandle>;
}

interface Reading {
  readonly outcome: Promise<FileBytes>;
  readonly ended: Promise<void>;
  /** The deadline has passed. */
  late: FileProblem | null;
  isPipe: boolean;
}

/** A bundle of all public CAs has a quarter of this, and so has a configuration of a thousand workspaces. */
export const maxFileBytes = 1_048_576;

export const readDeadlineMs = 5_000;

/** A read of a mount that doesn't answer keeps its thread. libuv has four, which DNS and gzip need too. */
const maxAtOnce = 2;

const chunkBytes = 65_536;
/** How often a pipe without data is looked at. */
const pipeMs = 20;

const unanswered = `was not read within ${readDeadlineMs / 1_000}s; check its disk or network mount`;
const openPipe = `is a pipe that was not written and closed within ${readDeadlineMs / 1_000}s`;
const crowdedOut = 'was not read because other files are not read either; check their disk or network mount';

/** Simultaneous reads of one path are one, also if it never ends. */
export function createFileReader({ stat, open }: Disk, clock: Clock): FileReader {
  const running = new Map<string, Reading>();
  const waiting: (() => void)[] = [];
  let atOnce = 0;
  let lateOnes = 0;

  function begin(path: string, options: ReadOptions): Reading {
    const { promise, resolve } = Promise.withResolvers<FileBytes>();
    const ended = Promise.withResolvers<void>();
    const reading: Reading = { outcome: promise, ended: ended.promise, late: null, isPipe: false };
    running.set(path, reading);
    void run();
    return reading;

    async function run(): Promise<void> {
      // Until a read has ended, or none is likely to.
      while (atOnce >= maxAtOnce && lateOnes < maxAtOnce) await new Promise<void>((go) => waiting.push(go));
      if (atOnce >= maxAtOnce) resolve({ problem: crowdedOut, isThere: true });
      else await start();
      running.delete(path);
      ended.resolve();
    }

    async function start(): Promise<void> {
      atOnce += 1;
      const timer = new AbortController();
      clock.sleep(readDeadlineMs, timer.signal).then(beLate, () => {});
      resolve(await load(path, options, reading));
      timer.abort();
      atOnce -= 1;
      if (reading.late !== null) lateOnes -= 1;
      waiting.shift()?.();
    }

    function beLate(): void {
      lateOnes += 1;
      reading.late = { problem: reading.isPipe ? openPipe : unanswered, isThere: true };
      resolve(reading.late);
      if (lateOnes >= maxAtOnce) for (const go of waiting.splice(0)) go();
    }
  }

  async function load(path: string, { mayBePipe = false }: ReadOptions, reading: Reading): Promise<FileBytes> {
    let isThere = false;
    try {
      // Before it is opened: for some devices that alone has an effect.
      refuseOthers(await stat(path), mayBePipe);
      isThere = true;
      // Otherwise a pipe without a writer could never be opened. It makes no difference to a regular file.
      const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        reading.isPipe = refuseOthers(await file.stat(), mayBePipe).isFIFO();
        return await readAll(file, reading);
      } finally {
        await file.close();
      }
    } catch (error) {
      if (error instanceof NotAFile) return { problem: error.message, isThere: true };
      return { problem: reason(error), isThere };
    }
  }

  async function readAll(file: FileHandle, reading: Reading): Promise<FileBytes> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    // The reported size can be wrong: a file may grow while it is read.
    while (length <= maxFileBytes) {
      if (reading.late !== null) return reading.late;
      const { bytesRead, buffer } = await readSome(file, reading.isPipe);
      // A pipe that nobody has opened for writing yet is at its end, too.
      const isEnd = bytesRead === 0 && (length > 0 || !reading.isPipe);
      if (isEnd) return { bytes: Buffer.concat(chunks) };
      if (bytesRead === null || bytesRead === 0) await clock.sleep(pipeMs);
      else {
        chunks.push(buffer.subarray(0, bytesRead));
        length += bytesRead;
      }
    }
    return { problem: `is larger than ${maxFileBytes} bytes`, isThere: true };
  }

  return {
    read: async (path, options = {}) => {
      const reading = running.get(path) ?? begin(path, options);
      return reading.late ?? (await reading.outcome);
    },
    settles: async (withinMs) => {
      const all = Promise.all([...running.values()].map(({ ended }) => ended));
      const timer = new AbortController();
      const tooLong = clock.sleep(withinMs, timer.signal).then(() => false);
      return await Promise.race([all.then(() => true), tooLong]).finally(() => timer.abort());
    },
  };
}

/** `bytesRead` null: a pipe has no data yet, but somebody may still write. */
async function readSome(file: FileHandle, isPipe: boolean) {
  const buffer = Buffer.alloc(chunkBytes);
  try {
    return await file.read(buffer, 0, chunkBytes, null);
  } catch (error) {
    if (isPipe && codeOf(error) === 'EAGAIN') return { bytesRead: null, buffer };
    throw error;
  }
}

class NotAFile extends Error {}

function refuseOthers(kind: Stats, mayBePipe: boolean): Stats {
  const is = (what: string): never => {
    throw new NotAFile(`is a ${what}, not a file`);
  };
  if (kind.isDirectory()) is('directory');
  if (kind.isFIFO() && !mayBePipe) is('pipe');
  if (kind.isSocket()) is('socket');
  if (kind.isCharacterDevice() || kind.isBlockDevice()) is('device');
  return kind;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

function reason(error: unknown): string {
  const code = codeOf(error);
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'no such file',
    ENOTDIR: 'no such file',
    EACCES: 'cannot be read: permission denied',
    ELOOP: 'cannot be read: its symbolic links lead in a circle',
    EMFILE: 'cannot be read: too many files and connections are open; raise their limit (LimitNOFILE, ulimit -n)',
    ENAMETOOLONG: 'is not the path of a file: it is too long',
    ERR_INVALID_ARG_VALUE: 'is not the path of a file: it contains a NUL character',
  };
  return reasons[code] ?? `cannot be read (${code})`;
}

/** One for the whole process, because libuv's threads are. */
export const files = createFileReader(disk, systemClock);
