import type { Dispatcher } from 'undici';
import type { Clock } from '../../clock.ts';
import { unreadFile } from '../../model/unread-file.ts';
import { abortedError, orAborted } from './abort.ts';
import { type HttpRequest, type JsonAnswer, readAnswer } from './answer.ts';
import type { Answer } from './answer-error.ts';
import { createDeadline } from './deadline.ts';
import { type Operation, SecMasterError } from './errors.ts';
import { networkError } from './network-error.ts';
import type { Route } from './routes.ts';
import { encodePath, encodeQuery } from './sign.ts';
import { watchAttempts } from './watch-attempts.ts';

/** Sends requests and returns JSON, with rate limit, retries and timeout, but without authorization. */

/** Every failure is a `SecMasterError`. */
export type Send = (request: HttpRequest, signal: AbortSignal) => Promise<JsonAnswer>;

/** Called for each attempt of each request. `code`: the HTTP status, or the kind of error if there was no response. */
export type Observe = (operation: Operation, code: string, seconds: number) => void;

export interface HttpOptions {
  readonly route: Route;
  readonly clock: Clock;
  /** For one request with its retries, without the wait for the rate limit before the first attempt. */
  readonly timeoutMs: number;
  readonly observe: Observe;
  readonly userAgent: string;
}

export function createSend({ route, clock, timeoutMs, observe, userAgent }: HttpOptions): Send {
  return async (request, callerSignal) => {
    const { operation, endpoint } = request;
    const turn = request.isSpare ? endpoint.rateLimiter.spare : endpoint.rateLimiter.usual;
    await turn(callerSignal).catch(() => {
      throw abortedError(operation);
    });
    using deadline = createDeadline(timeoutMs, callerSignal, clock);
    const { signal } = deadline;
    const noAnswer = (error: unknown) => {
      if (callerSignal.aborted) return abortedError(operation);
      const proxy = route.proxyTo(endpoint.origin);
      if (deadline.hasPassed()) return timeoutError(request, timeoutMs, proxy);
      return networkError(operation, endpoint.host, error, proxy);
    };

    let hasAnswer = false;
    const watcher = () => {
      const sentAtMs = clock.now();
      const beganMs = clock.elapsedMs();
      let code: string | null = null;
      hasAnswer = false;
      return {
        onAnswer(httpStatus: number, { date }: Answer['headers']) {
          code = String(httpStatus);
          hasAnswer = true;
          endpoint.clock.learn(typeof date === 'string' ? date : undefined, sentAtMs, clock.now());
        },
        onEnd: (error: Error | null) =>
          observe(operation, code ?? noAnswer(error).kind, (clock.elapsedMs() - beganMs) / 1000),
      };
    };
    const respond = async () => {
      const read = Promise.all([route.dispatcher(), import('./retry.ts')]);
      const [dispatcher, { retrying }] = await read.catch(() => {
        throw new SecMasterError('network', operation, unreadFile);
      });
      // The last interceptor is the outermost.
      const http = dispatcher.compose(
        watchAttempts(watcher),
        retrying({ clock, endpoint, turn, signal, deadlineMs: deadline.atMs, hasAnswer: () => hasAnswer }),
      );
      return http.request({ ...dispatchOptions(request, userAgent), signal });
    };

    // undici itself notices an abort only once it has a connection.
    const response = await orAborted(respond(), signal, () => noAnswer(null)).catch((error) => {
      throw error instanceof SecMasterError ? error : noAnswer(error);
    });
    const { statusCode: httpStatus, headers, body } = response;
    return await readAnswer(request, { httpStatus, headers, body }).catch((error) => {
      // An aborted body looks cut off too.
      throw signal.aborted && error instanceof SecMasterError && error.kind === 'body_cut' ? noAnswer(null) : error;
    });
  };
}

/** The path as it is sent, with its query. */
export function target({ path, query }: Pick<HttpRequest, 'path' | 'query'>): string {
  const encoded = encodeQuery(query);
  return encoded === '' ? encodePath(path) : `${encodePath(path)}?${encoded}`;
}

function dispatchOptions(request: HttpRequest, userAgent: string): Dispatcher.RequestOptions {
  return {
    origin: request.endpoint.origin,
    method: request.method,
    path: target(request),
    headers: { ...request.headers, 'user-agent': userAgent },
    body: request.body === '' ? null : request.body,
    // The deadline covers both.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

function timeoutError({ operation, endpoint }: HttpRequest, timeoutMs: number, proxy: string | null): SecMasterError {
  const through = proxy === null ? '' : ` through the proxy ${proxy}`;
  const message = `no complete response from ${endpoint.host}${through} within ${timeoutMs / 1000}s: check network and proxy, or raise poll.timeout`;
  return new SecMasterError('timeout', operation, message);
}
