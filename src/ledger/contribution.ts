import { isEnded } from '../model/status.ts';

/** The part of an instance that matters for counting. */
export interface Run {
  readonly status: string;
  readonly startTimeMs: number | null;
  readonly endTimeMs: number | null;
  readonly retryCount: number;
}

/** What one instance adds to the counters; a missing status means 0. */
export interface Contribution {
  readonly started: number;
  readonly retries: number;
  /** Ends by status: FAILED once for each failed attempt, every other status once. */
  readonly ends: ByStatus;
  /** The last attempt with a known duration, by status. */
  readonly timed: ByStatus;
}

/** The latest end that a row has shown of an instance. */
export interface LastEnd {
  readonly endTimeMs: number;
  readonly retryCount: number;
  /** Ends until then, this one included. */
  readonly ends: ByStatus;
}

export type ByStatus = ReadonlyMap<string, number>;

export const nothing: Contribution = { started: 0, retries: 0, ends: new Map(), timed: new Map() };

/** When the instance started, as far as SecMaster says. */
export function begunMs(run: Run): number | null {
  return run.startTimeMs ?? (isEnded(run) ? run.endTimeMs : null);
}

/** Seconds from start to end, or null if it hasn't ended or the times are missing or wrong. */
export function durationSeconds(run: Run): number | null {
  if (!isEnded(run) || run.startTimeMs === null || run.endTimeMs === null) return null;
  return run.endTimeMs < run.startTimeMs ? null : (run.endTimeMs - run.startTimeMs) / 1000;
}

/**
 * Everything that an instance counts for in its current state (docs/counting.md#exactly-once). Each retry implies a failed attempt,
 * whether a poll saw it or not.
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

/** Ends closer together are one: replicas may differ by a millisecond, or leave milliseconds out. */
const sameEndMs = 1_000;

export function isSameEnd(oneMs: number, otherMs: number): boolean {
  return Math.abs(oneMs - otherMs) < sameEndMs;
}

/**
 * What an instance counts for, given the latest end seen before. A later end is a further attempt whatever retry_count says: it is
 * reset where an instance is run again under the same id. The older state of a lagging replica shows no later end.
 *
 * @param counted so far
 */
export function contributionAfter(lastEnd: LastEnd | null, counted: Contribution, run: Run): Contribution {
  const now = contribution(run);
  if (lastEnd === null || !isEnded(run) || run.endTimeMs === null) return now;
  if (run.endTimeMs < lastEnd.endTimeMs || isSameEnd(run.endTimeMs, lastEnd.endTimeMs)) return now;
  const { status, retryCount } = run;
  const retries = status === 'FAILED' ? Math.max(1, retryCount - lastEnd.retryCount) : 1;
  // Rows in between, with retries or without an end_time, may have counted it already, and a row may lack its retry_count.
  const attempt = Math.min((lastEnd.ends.get(status) ?? 0) + retries, (counted.ends.get(status) ?? 0) + 1);
  const timed = durationSeconds(run) === null ? [] : [[status, attempt] as const];
  return larger(now, { ...nothing, ends: new Map([[status, attempt]]), timed: new Map(timed) });
}

/** @param now what `contributionAfter` says of the run */
export function lastEndAfter(lastEnd: LastEnd | null, now: Contribution, run: Run): LastEnd | null {
  const { endTimeMs, retryCount } = run;
  if (!isEnded(run) || endTimeMs === null || (lastEnd !== null && endTimeMs <= lastEnd.endTimeMs)) return lastEnd;
  return { endTimeMs, retryCount, ends: combineMaps(lastEnd?.ends ?? new Map(), now.ends, Math.max) };
}

/**
 * The part of a newly met instance that happened before `sinceMs` and so never counts: nothing if it started later; everything but an
 * end at or after `sinceMs` if it started earlier.
 */
export function history(run: Run, sinceMs: number): Contribution {
  const begun = begunMs(run);
  if (begun === null) return isEnded(run) ? contribution(run) : nothing;
  if (begun >= sinceMs) return nothing;
  const endedSince = isEnded(run) && run.endTimeMs !== null && run.endTimeMs >= sinceMs;
  return contribution(endedSince ? { ...run, status: 'RUNNING', endTimeMs: null } : run);
}

/** Growth from `counted` to `now`, never negative: a counter can't fall, whatever SecMaster says. */
export function growth(counted: Contribution, now: Contribution): Contribution {
  return combine(counted, now, (a, b) => Math.max(0, b - a));
}

export function larger(counted: Contribution, now: Contribution): Contribution {
  return combine(counted, now, Math.max);
}

export function isSome({ started, retries, ends, timed }: Contribution): boolean {
  return started > 0 || retries > 0 || ends.size > 0 || timed.size > 0;
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
