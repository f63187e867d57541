import { type Dispatcher, interceptors } from 'undici';
import type { Clock } from '../../clock.ts';
import { abortedError, orAborted } from './abort.ts';
import { type Answer, type Asked, notJsonError, statusError } from './answer-error.ts';
import { readBody } from './body.ts';
import { createDeadline } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import { type Operation, SecMasterError } from './errors.ts';
import { networkError } from './network-error.ts';
import { retryOptions } from './retry.ts';
import { encodePath, encodeQuery, type Signable } from './sign.ts';
import { watchAttempts } from './watch-attempts.ts';

/** Requests out, JSON in: rate limit, retries, timeout and body limit are here; authorization is not. */

export interface HttpRequest extends Signable, Asked {
  readonly endpoint: Endpoint;
  /** Whether plain text is asked for; JSON otherwise. */
  readonly isText?: boolean;
}

export interface JsonAnswer extends Answer {
  /** null where text was asked for. */
  readonly json: unknown;
}

/** Fails with a `SecMasterError` and nothing else. */
export type Send = (request: HttpRequest, signal: AbortSignal) => Promise<JsonAnswer>;

/** Told of each try of each request. `code`: the HTTP status, or the kind of the error where no answer came. */
export type Observe = (operation: Operation, code: string, seconds: number) => void;

export interface HttpOptions {
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  /** For one request with all of its tries; the wait for the rate limit before the first one is not part of it. */
  readonly timeoutMs: number;
  readonly observe: Observe;
  readonly userAgent: string;
}

const maxBodyBytes = 16 * 1024 * 1024;
/** Of an answer whose status says that it failed. */
const maxErrorBytes = 64 * 1024;

export function createSend({ dispatcher, clock, timeoutMs, observe, userAgent }: HttpOptions): Send {
  return async (request, callerSignal) => {
    const { operation, endpoint } = request;
    await endpoint.rateLimiter(callerSignal).catch(() => {
      throw abortedError(operation);
    });
    using deadline = createDeadline(timeoutMs, callerSignal, clock);
    const { signal } = deadline;
    const noAnswer = (error: unknown) => {
      if (callerSignal.aborted) return abortedError(operation);
      return deadline.hasPassed() ? timeoutError(request, timeoutMs) : networkError(operation, endpoint.host, error);
    };

    let hasAnswer = false;
    const watcher = () => {
      const sentAtMs = clock.now();
      let code: string | null = null;
      hasAnswer = false;
      return {
        onAnswer(httpStatus: number, { date }: Answer['headers']) {
          code = String(httpStatus);
          hasAnswer = true;
          if (typeof date === 'string') endpoint.clock.learn(date, sentAtMs, clock.now());
        },
        onEnd: (error: Error | null) =>
          observe(operation, code ?? noAnswer(error).kind, Math.max(0, clock.now() - sentAtMs) / 1000),
      };
    };
    // The last interceptor is the outermost.
    const http = dispatcher.compose(
      watchAttempts(watcher),
      interceptors.retry(
        retryOptions({ clock, endpoint, signal, deadlineMs: deadline.atMs, hasAnswer: () => hasAnswer }),
      ),
    );

    // undici itself would notice an abort only once it has a connection.
    const response = await orAborted(http.request({ ...dispatchOptions(request, userAgent), signal }), signal, () =>
      noAnswer(null),
    ).catch((error) => {
      throw error instanceof SecMasterError ? error : noAnswer(error);
    });
    const isOk = isSuccess(response.statusCode);
    const { text, end } = await readBody(response.body, isOk ? maxBodyBytes : maxErrorBytes);
    const answer = { httpStatus: response.statusCode, headers: response.headers, text };
    if (!isOk) throw statusError(request, answer);
    if (end === 'cut' && signal.aborted) throw noAnswer(null);
    if (end !== 'whole') throw bodyError(request, answer, end);
    return { ...answer, json: request.isText ? null : parseJson(request, answer) };
  };
}

function dispatchOptions(request: HttpRequest, userAgent: string): Dispatcher.RequestOptions {
  const path = encodePath(request.path);
  const query = encodeQuery(request.query);
  return {
    origin: request.endpoint.origin,
    method: request.method,
    path: query === '' ? path : `${path}?${query}`,
    headers: { ...request.headers, 'user-agent': userAgent },
    body: request.body === '' ? null : request.body,
    // The deadline covers both.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

function isSuccess(httpStatus: number): boolean {
  return httpStatus >= 200 && httpStatus < 300;
}

function parseJson(request: HttpRequest, answer: Answer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    throw notJsonError(request, answer);
  }
}

function timeoutError({ operation, endpoint }: HttpRequest, timeoutMs: number): SecMasterError {
  const message = `no whole answer from ${endpoint.host} within ${timeoutMs / 1000}s: check the network and proxy on the way, or raise poll.timeout`;
  return new SecMasterError('timeout', operation, message);
}

function bodyError(
  { operation, endpoint }: HttpRequest,
  { httpStatus }: Answer,
  end: 'too_large' | 'cut',
): SecMasterError {
  const fault = end === 'cut' ? 'breaks off' : `is larger than ${maxBodyBytes / 1024 / 1024} MiB`;
  const message = `the body of the answer from ${endpoint.host} ${fault}: check the network and proxy on the way`;
  return new SecMasterError(end === 'cut' ? 'body_cut' : 'body_too_large', operation, message, { httpStatus });
}
