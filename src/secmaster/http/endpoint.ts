import type { Clock } from '../../clock.ts';
import { createRateLimiter, type RateLimiter } from './rate-limit.ts';
import { createServerClock, type ServerClock } from './server-clock.ts';

/** A host that is asked, with what all of its callers share. */
export interface Endpoint {
  readonly origin: string;
  /** As the `Host` header has it: with the port unless that is the scheme's own. */
  readonly host: string;
  readonly clock: ServerClock;
  readonly rateLimiter: RateLimiter;
}

export function createEndpoint(origin: string, requestsPerSecond: number, clock: Clock): Endpoint {
  const url = new URL(origin);
  return {
    origin: url.origin,
    host: url.host,
    clock: createServerClock(clock),
    rateLimiter: createRateLimiter(requestsPerSecond, clock),
  };
}
