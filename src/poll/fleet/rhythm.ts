import type { Schedule } from '../../model/schedule.ts';
import { cronTimes } from './cron-times.ts';

/** When polls begin, whatever the clocks do. */

/** The present by both clocks. */
export interface Moment {
  /** The wall clock: somebody may set it, and it goes on while the machine sleeps. */
  readonly nowMs: number;
  /** A clock that nobody sets. */
  readonly elapsedMs: number;
}

export interface RhythmSettings {
  readonly schedule: Schedule;
  /** Of a cron expression. */
  readonly timezone: string;
}

export interface Due {
  /** By how much the wall clock was set, or the machine slept; null: neither. */
  readonly jumpMs: number | null;
}

export interface Rhythm {
  /**
   * Whether a poll is due, which is said once. To be asked every few seconds, because it tells from the two clocks when the wall clock
   * was set or the machine has slept: then a poll is due at once, and what was missed is not made up for.
   */
  look(at: Moment): Due | null;
  /** Until the next poll is due; not above 0 if it is due now. */
  leftMs(at: Moment): number;
  /** How long this many intervals last from then on. */
  intervalsMs(count: number, from: Moment): number;
  /** The next poll is due as if the last one had begun with these settings. */
  change(settings: RhythmSettings): void;
}

/** The clocks may differ by this much from one look to the next: they are read one after the other, and NTP corrects the wall clock. */
const toleranceMs = 1_000;

/** @param start when the first poll has begun */
export function createRhythm(settings: RhythmSettings, start: Moment): Rhythm {
  let times = timesOf(settings);
  let looked = start;
  let begun = start;
  let dueMs = times.after(times.read(start));

  function jumpUntil(at: Moment): number | null {
    const jumpMs = at.nowMs - looked.nowMs - (at.elapsedMs - looked.elapsedMs);
    looked = at;
    return Math.abs(jumpMs) > toleranceMs ? jumpMs : null;
  }

  return {
    look(at) {
      const jumpMs = jumpUntil(at);
      if (jumpMs === null && times.read(at) < dueMs) return null;
      begun = at;
      dueMs = times.after(times.read(at));
      return { jumpMs };
    },
    leftMs: (at) => dueMs - times.read(at),
    intervalsMs(count, from) {
      const fromMs = times.read(from);
      let untilMs = fromMs;
      for (let i = 0; i < count; i++) untilMs = times.after(untilMs);
      return untilMs - fromMs;
    },
    change(changed) {
      times = timesOf(changed);
      dueMs = times.after(times.read(begun));
    },
  };
}

interface Times {
  /** The clock that tells them. */
  readonly read: (at: Moment) => number;
  readonly after: (ms: number) => number;
}

function timesOf({ schedule, timezone }: RhythmSettings): Times {
  if (schedule.kind === 'every') {
    const { everyMs } = schedule;
    return { read: ({ elapsedMs }) => elapsedMs, after: (ms) => ms + everyMs };
  }
  return { read: ({ nowMs }) => nowMs, after: cronTimes(schedule, timezone) };
}
