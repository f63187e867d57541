import type { Clock } from '../clock.ts';

/** A clock that stands still until it is advanced. A sleeper counts elapsed time, so setting the time wakes nobody. */
export interface ManualClock extends Clock {
  /** Advances at once and wakes all sleepers that are due, the shortest sleep first. */
  advance(ms: number): void;
  /** Advances step by step: wakes each sleeper at its time and lets it work before the next one. */
  turn(ms: number): Promise<void>;
  /** Advances from sleeper to sleeper until the promise is settled; for work that waits only for this clock and for files. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Sets the time, as an operator or NTP would. */
  set(ms: number): void;
  /** Remaining sleep of each sleeper, in ascending order. */
  sleeping(): number[];
}

interface Sleeper {
  leftMs: number;
  readonly wake: () => void;
}

export function createManualClock(startMs = Date.parse('2025-07-18T07:11:03.000Z')): ManualClock {
  let nowMs = startMs;
  let elapsedMs = 0;
  const sleepers = new Set<Sleeper>();
  const byLeft = () => [...sleepers].sort((a, b) => a.leftMs - b.leftMs);

  function advance(ms: number): void {
    nowMs += ms;
    elapsedMs += ms;
    for (const sleeper of sleepers) sleeper.leftMs -= ms;
    for (const { wake } of byLeft().filter(({ leftMs }) => leftMs <= 0)) wake();
  }

  async function turn(ms: number): Promise<void> {
    await idle();
    let leftMs = ms;
    for (let [next] = byLeft(); next !== undefined && next.leftMs <= leftMs; [next] = byLeft()) {
      leftMs -= next.leftMs;
      advance(next.leftMs);
      await idle();
    }
    advance(leftMs);
  }

  return {
    now: () => nowMs,
    elapsedMs: () => elapsedMs,
    advance,
    turn,
    async until(promise) {
      let isSettled = false;
      const settle = () => {
        isSettled = true;
      };
      promise.then(settle, settle);
      // Files may be read meanwhile.
      const deadlineMs = performance.now() + 5_000;
      for (await idle(); !isSettled; await idle()) {
        const [leftMs] = byLeft().map((sleeper) => sleeper.leftMs);
        if (leftMs !== undefined) await turn(leftMs);
        else if (performance.now() > deadlineMs) throw new Error('nobody sleeps, and the promise is not settled');
      }
      return promise;
    },
    set: (ms) => {
      nowMs = ms;
    },
    sleeping: () => byLeft().map(({ leftMs }) => leftMs),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const end = (then: () => void) => () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', abort);
          then();
        };
        const sleeper = { leftMs: Math.max(0, ms), wake: end(resolve) };
        const abort = end(() => reject(signal?.reason));
        sleepers.add(sleeper);
        signal?.addEventListener('abort', abort);
      }),
  };
}

export function isManualClock(clock: Clock): clock is ManualClock {
  return 'advance' in clock;
}

/** Runs everything that waits for neither a clock nor a socket. */
async function idle(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
