import type { Clock } from '../../clock.ts';

/** A server's time, learned from the `Date` headers of its responses; the local clock's before the first one. */
export interface ServerClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** The latest `Date` header; `now` before the first one. */
  dateMs(): number;
  /** @param date the header of a response, with the local times of the request and the response */
  learn(date: string | undefined, sentAtMs: number, receivedAtMs: number): void;
}

/**
 * A `Date` has whole seconds and was written at some time between the request and the response, so it gives a range for the
 * offset, not a value. The offset stays as it is while it lies in that range, and otherwise moves to the nearer end of it.
 * So the time doesn't jitter by a second with each response, is as fine as the local clock if that is right, and goes
 * backwards only by as much as a response proves it to be ahead.
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
