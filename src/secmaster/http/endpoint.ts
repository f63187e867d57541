import type { Clock } from '../../clock.ts';
import { createRateLimiter, type RateLimiter, type Sharers } from './rate-limit.ts';
import { createServerClock, type ServerClock } from './server-clock.ts';

/** A host, with what all of its callers share. */
export interface Endpoint {
  readonly origin: string;
  /** As in the `Host` header: with the port unless it is the default one of the scheme. */
  readonly host: string;
  readonly clock: ServerClock;
  readonly rateLimiter: RateLimiter;
}

export function createEndpoint(origin: string, requestsPerSecond: number, clock: Clock, sharers?: Sharers): Endpoint {
  const url = new URL(origin);
  return {
    origin: url.origin,
    host: url.host,
    clock: createServerClock(clock),
    rateLimiter: createRateLimiter(requestsPerSecond, clock, sharers),
  };
}
