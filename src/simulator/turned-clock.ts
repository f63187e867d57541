import type { Clock } from '../clock.ts';

/** A clock that stands still until it is turned. */
export interface TurnedClock extends Clock {
  /** Wakes whoever has slept long enough, the shortest sleep first. */
  advance(ms: number): void;
}

export function createTurnedClock(startMs: number): TurnedClock {
  let nowMs = startMs;
  const sleepers = new Set<{ readonly dueMs: number; readonly wake: () => void }>();
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const sleeper = { dueMs: nowMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    advance: (ms) => {
      nowMs += ms;
      const due = [...sleepers].filter(({ dueMs }) => dueMs <= nowMs).sort((a, b) => a.dueMs - b.dueMs);
      for (const sleeper of due) {
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}

export function isTurnedClock(clock: Clock): clock is TurnedClock {
  return 'advance' in clock;
}
