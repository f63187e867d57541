import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './processes.ts';

/** A wall clock for a process under libfaketime; its monotonic clock is the real one. */
export interface FakedClock {
  readonly environment: Record<string, string>;
  /** Sets the clock, which then runs on. */
  set(atMs: number): void;
  /** Sets it forward, or back. */
  jump(ms: number): void;
  nowMs(): number;
}

export function createFakedClock(startMs = Date.now()): FakedClock {
  const folder = temporaryFolder();
  const file = join(folder, 'clock');
  let offsetMs = 0;

  function write(): void {
    // In one step, so that no half of it is read.
    const seconds = (offsetMs / 1000).toFixed(3);
    writeFileSync(`${file}.new`, `${offsetMs < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${file}.new`, file);
  }

  function set(atMs: number): void {
    offsetMs = atMs - Date.now();
    write();
  }

  set(startMs);
  return {
    environment: {
      LD_PRELOAD: libfaketime(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      // Files keep the times that they have.
      NO_FAKE_STAT: '1',
    },
    set,
    jump(ms) {
      offsetMs += ms;
      write();
    },
    nowMs: () => Date.now() + offsetMs,
  };
}

/** The program knows where its library is. */
function libfaketime(): string {
  return execFileSync('faketime', ['-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).trim();
}
