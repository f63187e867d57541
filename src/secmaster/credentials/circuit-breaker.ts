import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { abortedError, orAborted } from '../http/abort.ts';
import { type Operation, SecMasterError } from '../http/errors.ts';
import { isProven, openFor, proved, refused } from './circuit.ts';
import { createOwnCircuit, type End, type KnownCircuit } from './known-circuit.ts';

/**
 * Holds calls back after their credentials were refused, because six refusals in a row lock an access key for five minutes.
 * All callers with one access key, or one IAM user, share a circuit breaker, and so do replicas.
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

type Outcome<T> = { readonly result: T } | { readonly refusal: SecMasterError; readonly again: boolean };

/** It starts half-open: until a call has succeeded, calls go one at a time, so that wrong credentials aren't refused once per caller. */
export function createCircuitBreaker(
  clock: Clock,
  log: Logger,
  known: KnownCircuit = createOwnCircuit(),
): CircuitBreaker {
  /** Until the one call that a half-open circuit lets through has ended. */
  let probe: Promise<void> | null = null;

  const markOf = ({ fingerprint }: ProtectedCall<unknown>) => known.mark(fingerprint());
  const isClosed = (call: ProtectedCall<unknown>) => isProven(known.current(), markOf(call));
  const openingFor = (call: ProtectedCall<unknown>) => openFor(known.current(), markOf(call), clock.elapsedMs());

  function failIfOpen(call: ProtectedCall<unknown>): void {
    const open = openingFor(call);
    if (open === null) return;
    const until = new Date(open.untilMs + open.startedAtMs).toISOString();
    const message = `waiting until ${until} because the credentials were refused: ${open.message}`;
    throw new SecMasterError('unauthorized', call.operation, message, { code: open.code });
  }

  /** Resolves when the call may run; null if so may all others. */
  async function admit(call: ProtectedCall<unknown>, signal: AbortSignal): Promise<End | null> {
    const abortable = <R>(promise: Promise<R>) => orAborted(promise, signal, () => abortedError(call.operation));
    for (;;) {
      await abortable(call.refresh());
      if (isClosed(call)) return null;
      failIfOpen(call);
      if (probe === null) break;
      await abortable(probe);
    }
    const ended = Promise.withResolvers<void>();
    probe = ended.promise;
    const turn = known.turn(() => isClosed(call) || openingFor(call) !== null, signal);
    const end = () =>
      void turn
        .then((endTurn) => endTurn())
        .catch(() => {})
        .finally(() => {
          probe = null;
          ended.resolve();
        });
    try {
      await abortable(turn);
      if (!isClosed(call)) {
        failIfOpen(call);
        return end;
      }
    } catch (error) {
      end();
      throw error;
    }
    end();
    return null;
  }

  async function attempt<T>(call: ProtectedCall<T>, isFirst: boolean, signal: AbortSignal): Promise<Outcome<T>> {
    const openedBefore = known.current().opened;
    const usedFingerprint = markOf(call);
    try {
      const result = await call.attempt();
      const proof = { fingerprint: usedFingerprint, atMs: clock.elapsedMs(), openedBefore };
      if (!isProven(known.current(), usedFingerprint)) void known.update((circuit) => proved(circuit, proof));
      return { result };
    } catch (refusal) {
      if (!(refusal instanceof SecMasterError && refusal.kind === 'unauthorized')) throw refusal;
      const abortable = <R>(promise: Promise<R>) => orAborted(promise, signal, () => refusal);
      // It fails if nothing could be read; what has just been refused was.
      await abortable(call.refresh()).catch(() => {});
      const isNews = known.current().opened === openedBefore;
      const mayHelp = isNews && call.secondChance(refusal) && isFirst;
      const { message, code } = refusal;
      const atMs = clock.elapsedMs();
      const startedAtMs = clock.now() - atMs;
      const details = { message, code, atMs, startedAtMs, usedFingerprint, fingerprint: markOf(call) };
      const told = known.update((circuit) => refused(circuit, { ...details, openedBefore, mayHelp }));
      logRefusal(refusal, isNews, openedBefore);
      await abortable(told);
      return { refusal, again: mayHelp && known.current().opened === openedBefore };
    }
  }

  function logRefusal({ message: error }: SecMasterError, isNews: boolean, openedBefore: number): void {
    const { open, opened } = known.current();
    if (!isNews) return;
    if (opened === openedBefore) log.info({ error }, 'credentials refused; trying once more');
    else if (open !== null)
      log.warn({ error, retryInSeconds: (open.untilMs - clock.elapsedMs()) / 1000 }, 'credentials refused');
  }

  return {
    async run(call, signal) {
      let end = await admit(call, signal);
      try {
        const first = await attempt(call, true, signal);
        if ('result' in first) return first.result;
        if (!first.again) throw first.refusal;
        // Whoever tries alone goes on to do so: the next one's first attempt may be refused for the same passing reason.
        if (end === null) end = await admit(call, signal);
        else failIfOpen(call);
        const second = await attempt(call, false, signal);
        if ('result' in second) return second.result;
        throw second.refusal;
      } finally {
        end?.();
      }
    },
  };
}
