import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { abortedError, orAborted } from '../http/abort.ts';
import { type Operation, SecMasterError } from '../http/errors.ts';

/**
 * Holds calls back after their credentials were refused: six refusals in a row lock an access key for five minutes.
 * All users of one access key, or of one IAM user, share a gate.
 */
export interface Gate {
  /** Runs a call, unless the credentials were refused lately: then it fails as `unauthorized` without being run. */
  run<T>(call: GatedCall<T>, signal: AbortSignal): Promise<T>;
}

export interface GatedCall<T> {
  readonly operation: Operation;
  readonly attempt: () => Promise<T>;
  /** Told of a refusal: whether one more try may help at once (with a new token, a corrected clock). */
  readonly secondChance: (refusal: SecMasterError) => boolean;
  /** Of the credentials that would be used now: where others were refused, these need not wait as long. */
  readonly fingerprint: () => string;
}

/** In five minutes: refusals of the same credentials, and times at which others may be tried before the wait is over. */
const mostRefusals = 4;
const mostClosings = 3;
const countedMs = 5 * 60_000;

const firstDelayMs = 60_000;
const maxDelayMs = 15 * 60_000;

export function createGate(clock: Clock, log: Logger): Gate {
  /**
   * The fingerprint of the credentials with which a call has succeeded. With others they go one at a time, so that wrong ones
   * aren't refused once for each caller.
   */
  let proven: string | null = null;
  let trial: Promise<void> | null = null;
  let closed: { readonly untilMs: number; readonly refusal: SecMasterError; readonly fingerprint: string } | null =
    null;
  /** When the latest refusals and closings were. */
  const refusals: number[] = [];
  const closings: number[] = [];
  let closingsInARow = 0;

  function failIfClosed({ operation, fingerprint }: GatedCall<unknown>): void {
    if (closed === null) return;
    const untilMs = fingerprint() === closed.fingerprint ? closed.untilMs : whenFewer(closings, mostClosings);
    if (clock.now() >= untilMs) return;
    const until = new Date(untilMs).toISOString();
    const message = `not tried before ${until}, because the credentials were refused: ${closed.refusal.message}`;
    throw new SecMasterError('unauthorized', operation, message, { code: closed.refusal.code });
  }

  function close(refusal: SecMasterError, fingerprint: string): void {
    closings.push(clock.now());
    closingsInARow += 1;
    const delayMs = Math.min(firstDelayMs * 2 ** (closingsInARow - 1), maxDelayMs);
    const untilMs = Math.max(clock.now() + delayMs, whenFewer(refusals, mostRefusals));
    closed = { untilMs, refusal, fingerprint };
    log.warn({ retryInSeconds: (untilMs - clock.now()) / 1000 }, `credentials refused: ${refusal.message}`);
  }

  async function admit<T>(call: GatedCall<T>, signal: AbortSignal): Promise<T> {
    const { operation, attempt } = call;
    const isProven = () => call.fingerprint() === proven;
    failIfClosed(call);
    while (!isProven() && trial !== null) {
      await orAborted(trial, signal, () => abortedError(operation));
      failIfClosed(call);
    }
    if (isProven()) return await attempt();
    const ended = Promise.withResolvers<void>();
    trial = ended.promise;
    try {
      return await attempt();
    } finally {
      trial = null;
      ended.resolve();
    }
  }

  const run: Gate['run'] = async (call, signal) => {
    let again = false;
    const attempt = async () => {
      const closingsBefore = closings.length;
      const fingerprint = call.fingerprint();
      try {
        const result = await call.attempt();
        // A call that was under way when another closed the gate says nothing about what was found then.
        if (closings.length === closingsBefore) {
          proven = fingerprint;
          closingsInARow = 0;
        }
        return result;
      } catch (error) {
        if (!(error instanceof SecMasterError && error.kind === 'unauthorized')) throw error;
        refusals.push(clock.now());
        if (closings.length === closingsBefore) {
          proven = null;
          // Calls that were under way together are refused together: only what comes after is held to the number.
          const isAffordable = closingsInARow === 0 || clock.now() >= whenFewer(refusals, mostRefusals);
          again = call.secondChance(error) && isAffordable;
          if (again) log.info(`credentials refused, tried once more: ${error.message}`);
          else close(error, call.fingerprint());
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

/** When there will have been fewer than so many in the five minutes before. */
function whenFewer(times: readonly number[], most: number): number {
  const oldest = times.at(-most);
  return oldest === undefined ? 0 : oldest + countedMs;
}
