import type { Clock } from '../../clock.ts';

/** A server's time, learned from the `Date` headers of its answers; the local clock until the first one. */
export interface ServerClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** The latest `Date` as it stands in the header; `now` before the first one. */
  dateMs(): number;
  /** The header of an answer to a request sent at one local time and received at another. */
  learn(date: string | undefined, sentAtMs: number, receivedAtMs: number): void;
}

/**
 * A `Date` is cut to the second, and was written somewhere between sending and receiving: so it gives a range
 * for the offset, not a value. The offset stays where it is while an answer agrees with it, and moves to the near
 * end of the range otherwise. So the time doesn't jitter by a second with each answer, stays as fine as the local clock
 * where that one is right, and goes backwards only by as much as an answer proves it to be ahead.
 */
export function createServerClock(clock: Clock): ServerClock {
  let offsetMs = 0;
  let lastDateMs: number | null = null;
  return {
    now: () => clock.now() + offsetMs,
    dateMs: () => lastDateMs ?? clock.now(),
    learn(date, sentAtMs, receivedAtMs) {
      const dateMs = date === undefined ? Number.NaN : Date.parse(date);
      if (Number.isNaN(dateMs)) return;
      lastDateMs = dateMs;
      const minMs = dateMs - receivedAtMs;
      const maxMs = dateMs + 999 - sentAtMs;
      offsetMs = Math.max(minMs, Math.min(maxMs, offsetMs));
    },
  };
}
