import type { Logger } from '../../log.ts';
import type { Moment } from './rhythm.ts';

/** Notices that polls have stopped beginning. */
export interface Watchdog {
  /** A poll begins. */
  begun(at: Moment): void;
  /** To be called every few seconds. */
  look(at: Moment, polls: Polls): void;
  /** Intervals are longer or shorter from now on: silence begins anew. */
  changed(at: Moment): void;
  /** What to tell those who ask whether the numbers are fresh; null: polls begin. */
  stall(): string | null;
}

export interface Polls {
  /** Whether there is anything to poll. */
  readonly isAny: boolean;
  /** The workspaces whose polls have not ended. */
  readonly underWay: () => readonly string[];
}

/** Without a poll that begins. */
export const maxIntervals = 5;
/** Between two looks. A process that was stopped, or a machine that slept, has missed no poll meanwhile. */
const maxLookMs = 5_000;

/** @param patienceMs how long so many intervals last from then on */
export function createWatchdog(patienceMs: (from: Moment) => number, start: Moment, log: Logger): Watchdog {
  let last = start;
  let looked = start;
  let silentMs = 0;
  let limitMs: number | null = null;
  let stall: string | null = null;

  function begun(at: Moment): void {
    last = at;
    silentMs = 0;
    limitMs = null;
    if (stall !== null) log.info('polls begin again');
    stall = null;
  }

  return {
    begun,
    look(at, { isAny, underWay }) {
      silentMs += Math.min(at.elapsedMs - looked.elapsedMs, maxLookMs);
      looked = at;
      if (!isAny) return begun(at);
      limitMs ??= patienceMs(last);
      if (silentMs < limitMs || stall !== null) return;
      const workspaces = underWay();
      const seconds = Math.round(silentMs / 1000);
      log.warn({ seconds, workspaces }, 'no poll has begun for five intervals of the schedule');
      const held = workspaces.length === 0 ? '' : `; not yet ended: the polls of ${workspaces.join(', ')}`;
      stall = `no poll has begun for five intervals of poll.schedule (${Math.round(limitMs / 1000)} s)${held}`;
    },
    changed(at) {
      last = at;
      silentMs = 0;
      limitMs = null;
    },
    stall: () => stall,
  };
}
