import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { abortedError, orAborted } from '../http/abort.ts';
import { type Operation, SecMasterError } from '../http/errors.ts';

/** A token, or temporary keys, as they were obtained. */
export interface Obtained<T> {
  readonly value: T;
  /** Both in SecMaster's time. */
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
}

/** Keeps a token or temporary keys, shares them among all callers and renews them before they expire. */
export interface TokenCache<T> {
  /** Fails with the error of obtaining it. */
  get(nowMs: number, signal: AbortSignal): Promise<T>;
  /** A call with it has succeeded. */
  accept(isThis: (value: T) => boolean): void;
  /** It was refused: the next `get` obtains a new one. @returns whether the new one may be accepted */
  drop(isThis: (value: T) => boolean): boolean;
  expiresAtMs(): number | null;
}

export interface TokenCacheOptions<T> {
  /** What the log calls it. */
  readonly name: string;
  /** The first of the calls that obtain it. */
  readonly operation: Operation;
  readonly obtain: (nowMs: number) => Promise<Obtained<T>>;
  /** Of what it is obtained with: a failure with other credentials says nothing about these. */
  readonly fingerprint?: () => string;
  /** A refused renewal doesn't affect the one in use, which stays in use while it is valid. */
  readonly outlivesRefusal?: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** After a renewal that failed while the old one is still valid, or that returned nothing newer. */
const renewalRetryMs = 60_000;
/** The same after a renewal that was refused. */
const refusedRetryMs = 5 * 60_000;
/** For this long, all callers get the same error, so that hundreds of them don't ask one after the other. */
const failureHoldMs = 5_000;
/**
 * If it is refused this soon after it was obtained, a new one would be no better, unless it was accepted before: then it has been revoked.
 * Revoked ones are replaced no more often than this either.
 */
const freshMs = 60_000;

export function createTokenCache<T>({
  name,
  operation,
  obtain,
  fingerprint = () => '',
  outlivesRefusal = false,
  clock,
  log,
}: TokenCacheOptions<T>): TokenCache<T> {
  let cached: (Obtained<T> & { readonly obtainedAtMs: number; readonly isAccepted: boolean }) | null = null;
  /** When a refused one was last replaced. */
  let replacedAtMs = Number.NEGATIVE_INFINITY;
  let pending: Promise<T> | null = null;
  let failure: { readonly error: unknown; readonly untilMs: number; readonly fingerprint: string } | null = null;

  async function renew(nowMs: number): Promise<T> {
    const old = cached;
    const obtainedWith = fingerprint();
    try {
      const obtained = await obtain(nowMs);
      const renewAtMs = Math.max(
        obtained.renewAtMs,
        nowMs + Math.min(renewalRetryMs, (obtained.expiresAtMs - nowMs) / 2),
      );
      cached = { ...obtained, renewAtMs, obtainedAtMs: clock.elapsedMs(), isAccepted: false };
      log.debug({ credentials: name, expiresAt: new Date(cached.expiresAtMs).toISOString() }, 'credentials obtained');
    } catch (error) {
      const isRefused = error instanceof SecMasterError && error.kind === 'unauthorized';
      if ((isRefused && !outlivesRefusal) || old === null || nowMs >= old.expiresAtMs) {
        failure = { error, untilMs: clock.elapsedMs() + failureHoldMs, fingerprint: obtainedWith };
        throw error;
      }
      const message = error instanceof Error ? error.message : String(error);
      log.warn({ credentials: name, error: message }, 'credentials not renewed yet; the old ones are still valid');
      cached = { ...old, renewAtMs: nowMs + (isRefused ? refusedRetryMs : renewalRetryMs) };
    } finally {
      pending = null;
    }
    return cached.value;
  }

  return {
    async get(nowMs, signal) {
      if (cached !== null && nowMs < cached.renewAtMs) return cached.value;
      const isHeld = failure !== null && clock.elapsedMs() < failure.untilMs && failure.fingerprint === fingerprint();
      if (pending === null && isHeld) throw failure?.error;
      // All callers share it, so none of them may abort it.
      pending ??= renew(nowMs);
      return await orAborted(pending, signal, () => abortedError(operation));
    },
    accept(isThis) {
      if (cached !== null && !cached.isAccepted && isThis(cached.value)) cached = { ...cached, isAccepted: true };
    },
    drop(isThis) {
      if (cached === null || !isThis(cached.value)) return true;
      const isFresh = clock.elapsedMs() - cached.obtainedAtMs < freshMs;
      const isRevoked = cached.isAccepted && clock.elapsedMs() - replacedAtMs >= freshMs;
      cached = null;
      if (isFresh && !isRevoked) return false;
      replacedAtMs = clock.elapsedMs();
      return true;
    },
    expiresAtMs: () => cached?.expiresAtMs ?? null,
  };
}
