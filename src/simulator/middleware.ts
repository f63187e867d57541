import { randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Clock } from '../clock.ts';
import type { BehaviourHandle } from './behaviour-handle.ts';
import { dateHeader } from './clock-header.ts';
import { errorBody, gatewayProblem, type Problem } from './errors.ts';
import type { Fault, Faults } from './faults.ts';
import { overload, pageLatencyMs } from './load.ts';
import type { RequestLog } from './request-log.ts';

/** What a fault does to a real connection; in process there is none. */
export interface Connection {
  reset(): Response;
  /** Sends the head of a response and half of its body, then destroys the connection. */
  cut(response: Response): Promise<Response>;
}

export interface SimulatorEnv {
  readonly Bindings: { readonly connection?: Connection };
  readonly Variables: { requestId: string };
}

/** What a fetch in process throws when a socket would have been reset or cut. */
export class ConnectionLost extends Error {
  readonly code = 'ECONNRESET';
}

/** Runs before each operation: the headers of every response, the request log, the faults, the load. */
export function createMiddleware(
  clock: Clock,
  faults: Faults,
  log: RequestLog,
  behaviourOf: (workspaceId: string | null) => BehaviourHandle,
) {
  return (operation: string): MiddlewareHandler<SimulatorEnv> =>
    async (c, next) => {
      const requestId = randomUUID().replaceAll('-', '');
      c.set('requestId', requestId);
      c.header('X-request-id', requestId);
      const workspaceId = c.req.param('workspaceId') ?? null;
      const atMs = clock.now();
      const url = new URL(c.req.url);
      const handle = behaviourOf(workspaceId);
      const [{ load, time }, memory] = [handle.get(), handle.memory()];
      const { latencyMs, fault } = faults.next(operation, workspaceId);
      const waitMs = latencyMs + pageLatencyMs(load, url.searchParams);
      if (waitMs > 0) await clock.sleep(waitMs, c.req.raw.signal);
      const date = dateHeader(time, memory, clock.now());
      if (date !== null) c.header('Date', date);

      const record = (status: number | null) =>
        log.add({
          atMs,
          operation,
          workspaceId,
          status,
          query: url.search.slice(1),
          fault: fault?.kind ?? null,
        });
      if (fault?.kind === 'reset') {
        record(null);
        return reset(c);
      }
      const isOfProject = c.req.param('projectId') !== undefined;
      const tooMuch = fault === null && isOfProject ? overload(load, memory, atMs) : null;
      if (tooMuch !== null) c.res = throttledAnswer(c, tooMuch.retryAfter);
      else if (fault === null || fault.kind === 'cut') await next();
      else c.res = faultAnswer(c, fault);
      record(c.res.status);
      if (fault?.kind === 'cut') c.res = await cut(c, c.res);
      return c.res;
    };
}

export function answerProblem(c: Context<SimulatorEnv>, problem: Problem): Response {
  // The codes come from our own tables and from rules that allow only 400 to 599.
  return c.json(errorBody(problem, c.var.requestId), problem.status as ContentfulStatusCode);
}

function faultAnswer(c: Context<SimulatorEnv>, fault: Exclude<Fault, { kind: 'cut' | 'reset' }>): Response {
  switch (fault.kind) {
    case 'status':
      if (fault.retryAfter !== undefined) c.header('Retry-After', fault.retryAfter);
      return answerProblem(c, { ...fault, problem: true });
    case 'throttle':
      return throttledAnswer(c, fault.retryAfter ?? null);
    case 'html':
      return c.html('<html><head><title>Bad Gateway</title></head><body>Simulated proxy</body></html>', fault.status);
    case 'garbage':
      return c.json(fault.body);
  }
}

function throttledAnswer(c: Context<SimulatorEnv>, retryAfter: string | null): Response {
  if (retryAfter !== null) c.header('Retry-After', retryAfter);
  return answerProblem(c, throttled);
}

const throttled = gatewayProblem(
  429,
  'APIGW.0308',
  'The throttling threshold has been reached: policy api over ratelimit,limit:200,time:1 second',
);

/** For a request in process, Hono leaves `env` undefined, whatever its type says. */
function connectionOf(c: Context<SimulatorEnv>): Connection | undefined {
  return c.env?.connection;
}

function reset(c: Context<SimulatorEnv>): Response {
  const connection = connectionOf(c);
  if (connection === undefined) throw new ConnectionLost('the simulated connection was reset');
  return connection.reset();
}

async function cut(c: Context<SimulatorEnv>, response: Response): Promise<Response> {
  const connection = connectionOf(c);
  if (connection !== undefined) return connection.cut(response);
  const half = halfOf(await response.arrayBuffer());
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(half),
    pull: (controller) => controller.error(new ConnectionLost('the simulated connection was cut')),
  });
  return new Response(body, response);
}

export function halfOf(body: ArrayBuffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(body, 0, Math.floor(body.byteLength / 2));
}
