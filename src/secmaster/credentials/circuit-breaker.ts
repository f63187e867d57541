import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { abortedError, orAborted } from '../http/abort.ts';
import { type Operation, SecMasterError } from '../http/errors.ts';

/**
 * Holds calls back after their credentials were refused, because six refusals in a row lock an access key for five minutes.
 * All callers with one access key, or one IAM user, share a circuit breaker.
 */
export interface CircuitBreaker {
  /** Runs a call. While the circuit is open because the credentials were refused, fails as `unauthorized` without running it. */
  run<T>(call: ProtectedCall<T>, signal: AbortSignal): Promise<T>;
}

export interface ProtectedCall<T> {
  readonly operation: Operation;
  readonly attempt: () => Promise<T>;
  /** Called after a refusal: whether another attempt may help at once (with a new token, a corrected clock). */
  readonly secondChance: (refusal: SecMasterError) => boolean;
  /** Called before it is decided what the credentials may do: they may have changed. */
  readonly refresh: () => Promise<void>;
  /** Of the credentials that would be used now, as of the last `refresh`: if others were refused, these needn't wait as long. */
  readonly fingerprint: () => string;
}

/** Per five minutes: refusals of the same credentials, and openings after which other credentials may be tried before the wait is over. */
const maxRefusals = 4;
const maxOpenings = 3;
const countedMs = 5 * 60_000;

const firstDelayMs = 60_000;
const maxDelayMs = 15 * 60_000;

/** Why the circuit is open, and how long. */
interface Opening {
  readonly untilMs: number;
  /** When nothing had elapsed yet, by the wall clock of then; a message with another time at each poll would be news. */
  readonly startedAtMs: number;
  readonly refusal: SecMasterError;
  readonly fingerprint: string;
}

/** It starts half-open: until a call has succeeded, calls go one at a time, so that wrong credentials aren't refused once per caller. */
export function createCircuitBreaker(clock: Clock, log: Logger): CircuitBreaker {
  /** Closed for the credentials of this fingerprint: a call has succeeded with them. Half-open for all others. */
  let proven: string | null = null;
  /** The one call that a half-open circuit lets through. */
  let probe: Promise<void> | null = null;
  let open: Opening | null = null;
  /** Times of the latest ones, by the clock that nobody sets. */
  const refusals: number[] = [];
  const openings: number[] = [];
  let openingsInARow = 0;

  function failIfOpen({ operation, fingerprint }: ProtectedCall<unknown>): void {
    if (open === null) return;
    const untilMs = fingerprint() === open.fingerprint ? open.untilMs : whenFewer(openings, maxOpenings);
    if (clock.elapsedMs() >= untilMs) return;
    const until = new Date(untilMs + open.startedAtMs).toISOString();
    const message = `waiting until ${until} because the credentials were refused: ${open.refusal.message}`;
    throw new SecMasterError('unauthorized', operation, message, { code: open.refusal.code });
  }

  function trip(refusal: SecMasterError, fingerprint: string): void {
    const elapsedMs = clock.elapsedMs();
    openings.push(elapsedMs);
    openingsInARow += 1;
    const delayMs = Math.min(firstDelayMs * 2 ** (openingsInARow - 1), maxDelayMs);
    const untilMs = Math.max(elapsedMs + delayMs, whenFewer(refusals, maxRefusals));
    open = { untilMs, startedAtMs: clock.now() - elapsedMs, refusal, fingerprint };
    log.warn({ error: refusal.message, retryInSeconds: (untilMs - elapsedMs) / 1000 }, 'credentials refused');
  }

  async function admit<T>(call: ProtectedCall<T>, signal: AbortSignal): Promise<T> {
    const { operation, attempt } = call;
    const isClosed = () => call.fingerprint() === proven;
    const refresh = () => orAborted(call.refresh(), signal, () => abortedError(operation));
    await refresh();
    failIfOpen(call);
    while (!isClosed() && probe !== null) {
      await orAborted(probe, signal, () => abortedError(operation));
      await refresh();
      failIfOpen(call);
    }
    if (isClosed()) return await attempt();
    const ended = Promise.withResolvers<void>();
    probe = ended.promise;
    try {
      return await attempt();
    } finally {
      probe = null;
      ended.resolve();
    }
  }

  const run: CircuitBreaker['run'] = async (call, signal) => {
    let again = false;
    const attempt = async () => {
      const openingsBefore = openings.length;
      const fingerprint = call.fingerprint();
      try {
        const result = await call.attempt();
        // If another call opened the circuit meanwhile, this success says nothing about that refusal.
        if (openings.length === openingsBefore) {
          proven = fingerprint;
          openingsInARow = 0;
        }
        return result;
      } catch (error) {
        if (!(error instanceof SecMasterError && error.kind === 'unauthorized')) throw error;
        // It fails if nothing could be read; what has just been refused was.
        await orAborted(call.refresh(), signal, () => abortedError(call.operation)).catch(() => {});
        refusals.push(clock.elapsedMs());
        if (openings.length === openingsBefore) {
          proven = null;
          // Calls that ran at the same time are refused together: only later ones are limited.
          const isAffordable = openingsInARow === 0 || clock.elapsedMs() >= whenFewer(refusals, maxRefusals);
          again = call.secondChance(error) && isAffordable;
          if (again) log.info({ error: error.message }, 'credentials refused; trying once more');
          else trip(error, call.fingerprint());
        }
        throw error;
      }
    };
    try {
      return await admit({ ...call, attempt }, signal);
    } catch (error) {
      if (!again) throw error;
    }
    const noThirdChance = (refusal: SecMasterError) => {
      call.secondChance(refusal);
      return false;
    };
    return await run({ ...call, secondChance: noThirdChance }, signal);
  };
  return { run };
}

/** When there will have been fewer than `max` in the five minutes before. */
function whenFewer(times: readonly number[], max: number): number {
  const oldest = times.at(-max);
  return oldest === undefined ? Number.NEGATIVE_INFINITY : oldest + countedMs;
}
