import { type Dispatcher, errors, interceptors, type RetryHandler } from 'undici';
import type { Clock } from '../../clock.ts';
import type { Endpoint } from './endpoint.ts';
import type { Turn } from './rate-limit.ts';

/** Which failures undici's retry interceptor retries, and when. */

const maxAttempts = 3;
const baseMs = 500;
/** The gateway's documentation advises 2 to 5 seconds after a 429 (docs/secmaster-api.md#gateways-codes). */
const throttledBaseMs = 2_000;

const retriedStatuses: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
const retriedCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
]);

export interface RetryContext {
  readonly clock: Clock;
  readonly endpoint: Endpoint;
  /** By the rate limit. */
  readonly turn: Turn;
  readonly signal: AbortSignal;
  /** When the request times out, by the clock that nobody sets. */
  readonly deadlineMs: number;
  /** Whether the current attempt has a response, with any status. */
  readonly hasAnswer: () => boolean;
}

/** For one request only: the options remember what was decided for it. */
export function retrying(context: RetryContext): Dispatcher.DispatcherComposeInterceptor {
  return interceptors.retry(retryOptions(context));
}

function retryOptions({ clock, endpoint, turn, signal, deadlineMs, hasAnswer }: RetryContext) {
  let granted: { readonly attempt: number; readonly wait: Promise<void> } | null = null;

  const decide = async (error: Error, attempt: number): Promise<Error | null> => {
    if (hasAnswer() && !(error instanceof errors.RequestRetryError)) {
      // A response was cut off. undici would fetch its rest with a Range, from a list that may have changed in between.
      // The cut doesn't matter if this response is discarded for another attempt anyway.
      if (granted?.attempt !== attempt) return error;
      await granted.wait;
      return null;
    }
    const delayMs = attempt >= maxAttempts ? null : retryDelayMs(error, attempt, endpoint.clock.now());
    // If the wait is longer than the request may take, a timeout would only hide this response.
    if (delayMs === null || clock.elapsedMs() + delayMs >= deadlineMs) return error;
    granted = { attempt, wait: clock.sleep(delayMs, signal).then(() => turn(signal)) };
    await granted.wait;
    return null;
  };

  return {
    // The last response is passed on with its body, which says what is wrong.
    throwOnError: false,
    retry: (error, { state }, done) => void decide(error, state.counter).then(done, () => done(error)),
  } satisfies RetryHandler.RetryOptions;
}

/** null: no retry. `attempt` counts from 1. */
function retryDelayMs(error: Error, attempt: number, serverNowMs: number): number | null {
  if (error instanceof errors.RequestRetryError) {
    if (!retriedStatuses.has(error.statusCode)) return null;
    const base = error.statusCode === 429 ? throttledBaseMs : baseMs;
    return retryAfterMs(error.headers, serverNowMs) ?? jittered(base * 2 ** (attempt - 1));
  }
  const code = 'code' in error ? String(error.code) : '';
  return retriedCodes.has(code) ? jittered(baseMs * 2 ** (attempt - 1)) : null;
}

/** `Retry-After` in seconds or as a date. */
function retryAfterMs(headers: errors.RequestRetryError['headers'], serverNowMs: number): number | null {
  const value = headers['retry-after'];
  if (typeof value !== 'string' || value === '') return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - serverNowMs;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** Between half and all of it, so that clients that failed together don't retry together. */
function jittered(ms: number): number {
  return ms * (0.5 + Math.random() / 2);
}
