import type { Clock } from '../../clock.ts';

/** A caller's signal that a timeout aborts too. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** By the clock that nobody sets. */
  readonly atMs: number;
  readonly hasPassed: () => boolean;
}

export function createDeadline(timeoutMs: number, callerSignal: AbortSignal, clock: Clock): Deadline {
  const timeout = new AbortController();
  const disposed = new AbortController();
  clock.sleep(timeoutMs, disposed.signal).then(
    () => timeout.abort(),
    () => {},
  );
  return {
    signal: AbortSignal.any([callerSignal, timeout.signal]),
    atMs: clock.elapsedMs() + timeoutMs,
    hasPassed: () => timeout.signal.aborted,
    [Symbol.dispose]: () => disposed.abort(),
  };
}
