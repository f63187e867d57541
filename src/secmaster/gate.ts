import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { abortedError, orAborted } from './abort.ts';
import { type Operation, SecMasterError } from './errors.ts';

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
}

const firstDelayMs = 60_000;
const maxDelayMs = 15 * 60_000;

export function createGate(clock: Clock, log: Logger): Gate {
  /** Until a call has succeeded they go one at a time, so that wrong credentials aren't refused once for each caller. */
  let proven = false;
  let trial: Promise<void> | null = null;
  let closed: { readonly untilMs: number; readonly refusal: SecMasterError } | null = null;
  let closings = 0;
  let closingsInARow = 0;

  function failIfClosed(operation: Operation): void {
    if (closed === null || clock.now() >= closed.untilMs) return;
    const { untilMs, refusal } = closed;
    const until = new Date(untilMs).toISOString();
    const message = `not tried before ${until}, because the credentials were refused: ${refusal.message}`;
    throw new SecMasterError('unauthorized', operation, message, { code: refusal.code });
  }

  function close(refusal: SecMasterError): void {
    closings += 1;
    closingsInARow += 1;
    const delayMs = Math.min(firstDelayMs * 2 ** (closingsInARow - 1), maxDelayMs);
    closed = { untilMs: clock.now() + delayMs, refusal };
    log.warn({ retryInSeconds: delayMs / 1000 }, `credentials refused: ${refusal.message}`);
  }

  async function admit<T>(operation: Operation, attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
    failIfClosed(operation);
    while (!proven && trial !== null) {
      await orAborted(trial, signal, () => abortedError(operation));
      failIfClosed(operation);
    }
    if (proven) return await attempt();
    const ended = Promise.withResolvers<void>();
    trial = ended.promise;
    try {
      return await attempt();
    } finally {
      trial = null;
      ended.resolve();
    }
  }

  const run: Gate['run'] = async ({ operation, attempt, secondChance }, signal) => {
    let again = false;
    const judged = async () => {
      const closingsBefore = closings;
      try {
        const result = await attempt();
        // A call that was under way when another closed the gate says nothing about what was found then.
        if (closings === closingsBefore) {
          proven = true;
          closingsInARow = 0;
        }
        return result;
      } catch (error) {
        if (error instanceof SecMasterError && error.kind === 'unauthorized' && closings === closingsBefore) {
          proven = false;
          again = secondChance(error);
          if (again) log.info(`credentials refused, tried once more: ${error.message}`);
          else close(error);
        }
        throw error;
      }
    };
    try {
      return await admit(operation, judged, signal);
    } catch (error) {
      if (!again) throw error;
    }
    const noThirdChance = (refusal: SecMasterError) => {
      secondChance(refusal);
      return false;
    };
    return await run({ operation, attempt, secondChance: noThirdChance }, signal);
  };
  return { run };
}
