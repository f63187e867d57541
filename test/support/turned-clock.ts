import { setImmediate as tick } from 'node:timers/promises';
import type { Clock } from '../../src/clock.ts';

export interface TurnedClock extends Clock {
  /** Goes on by so much, waking each sleeper at its time and letting it work before the next. */
  turn(ms: number): Promise<void>;
  /** Sets the time without waking anyone, as an operator or NTP would. */
  set(ms: number): void;
  /** Turns from sleeper to sleeper until the promise is settled; for work that waits for nothing but this clock. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** How long the present sleepers still sleep, in ascending order. */
  sleeping(): number[];
}

/** A clock that stands still until it is turned. */
export function createTurnedClock(start = '2025-07-18T07:11:03.000Z'): TurnedClock {
  let nowMs = Date.parse(start);
  const sleepers = new Map<object, { leftMs: number; wake: () => void }>();

  const next = () => [...sleepers.values()].sort((a, b) => a.leftMs - b.leftMs)[0];
  const pass = (ms: number) => {
    nowMs += ms;
    for (const sleeper of sleepers.values()) sleeper.leftMs -= ms;
  };
  async function turn(ms: number): Promise<void> {
    await settle();
    let leftMs = ms;
    for (let sleeper = next(); sleeper !== undefined && sleeper.leftMs <= leftMs; sleeper = next()) {
      leftMs -= Math.max(0, sleeper.leftMs);
      pass(Math.max(0, sleeper.leftMs));
      sleeper.wake();
      await settle();
    }
    pass(leftMs);
  }

  return {
    now: () => nowMs,
    set: (ms) => {
      nowMs = ms;
    },
    turn,
    async until(promise) {
      let settled = false;
      const end = () => {
        settled = true;
      };
      promise.then(end, end);
      for (await settle(); !settled; await settle()) {
        const sleeper = next();
        if (sleeper === undefined) throw new Error('nobody sleeps, and the promise is not settled');
        await turn(Math.max(0, sleeper.leftMs));
      }
      return promise;
    },
    sleeping: () => [...sleepers.values()].map(({ leftMs }) => leftMs).sort((a, b) => a - b),
    sleep(ms, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const key = {};
      const onAbort = () => {
        sleepers.delete(key);
        reject(signal?.reason);
      };
      sleepers.set(key, {
        leftMs: ms,
        wake: () => {
          sleepers.delete(key);
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      });
      if (signal?.aborted) onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      return promise;
    },
  };
}

/** Lets everything run that waits for neither a clock nor a socket. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await tick();
}
