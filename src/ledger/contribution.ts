import { isEnded } from '../model/status.ts';

/** The part of an instance that counts. */
export interface Run {
  readonly status: string;
  readonly startTimeMs: number | null;
  readonly endTimeMs: number | null;
  readonly retryCount: number;
}

/** What one instance adds to the counters; a status that is missing stands for 0. */
export interface Contribution {
  readonly started: number;
  readonly retries: number;
  /** Ends by status: FAILED once for each failed attempt, every other status once. */
  readonly ends: ByStatus;
  /** The attempts up to which an end's duration is known, by status. */
  readonly timed: ByStatus;
}

export type ByStatus = ReadonlyMap<string, number>;

export const nothing: Contribution = { started: 0, retries: 0, ends: new Map(), timed: new Map() };

/** When the instance began, as far as SecMaster says. */
export function begunMs(run: Run): number | null {
  return run.startTimeMs ?? (isEnded(run) ? run.endTimeMs : null);
}

/** Seconds from start to end, or null where it hasn't ended or SecMaster's times don't say. */
export function durationSeconds(run: Run): number | null {
  if (!isEnded(run) || run.startTimeMs === null || run.endTimeMs === null) return null;
  return run.endTimeMs < run.startTimeMs ? null : (run.endTimeMs - run.startTimeMs) / 1000;
}

/**
 * All that an instance counts for, by what SecMaster says of it now (docs/counting.md#exactly-once): each retry implies
 * a failed attempt, whether anybody saw it or not.
 */
export function contribution(run: Run): Contribution {
  const ended = isEnded(run);
  const attempt = run.status === 'FAILED' ? run.retryCount + 1 : 1;
  const ends = new Map<string, number>();
  if (run.retryCount > 0) ends.set('FAILED', run.retryCount);
  if (ended) ends.set(run.status, attempt);
  return {
    started: begunMs(run) === null ? 0 : 1,
    retries: run.retryCount,
    ends,
    timed: new Map(durationSeconds(run) === null ? [] : [[run.status, attempt]]),
  };
}

/**
 * What of an instance met for the first time happened before `sinceMs` and so never counts: nothing of one that
 * began later; of one that began earlier, all but an end at or after `sinceMs`.
 */
export function history(run: Run, sinceMs: number): Contribution {
  const begun = begunMs(run);
  if (begun === null) return isEnded(run) ? contribution(run) : nothing;
  if (begun >= sinceMs) return nothing;
  const endedSince = isEnded(run) && run.endTimeMs !== null && run.endTimeMs >= sinceMs;
  return contribution(endedSince ? { ...run, status: 'RUNNING', endTimeMs: null } : run);
}

/** Growth of `b` over `a`, never negative: a counter can't fall whatever SecMaster says. */
export function growth(counted: Contribution, now: Contribution): Contribution {
  return combine(counted, now, (a, b) => Math.max(0, b - a));
}

export function larger(counted: Contribution, now: Contribution): Contribution {
  return combine(counted, now, Math.max);
}

function combine(a: Contribution, b: Contribution, f: (a: number, b: number) => number): Contribution {
  return {
    started: f(a.started, b.started),
    retries: f(a.retries, b.retries),
    ends: combineMaps(a.ends, b.ends, f),
    timed: combineMaps(a.timed, b.timed, f),
  };
}

function combineMaps(a: ByStatus, b: ByStatus, f: (a: number, b: number) => number): ByStatus {
  const result = new Map<string, number>();
  for (const status of [...a.keys(), ...b.keys()]) {
    const value = f(a.get(status) ?? 0, b.get(status) ?? 0);
    if (value > 0) result.set(status, value);
  }
  return result;
}
