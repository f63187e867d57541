import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RateLimit, WebConfig } from '../config/web.ts';
import { clientOf } from './address.ts';
import { createAuthenticate } from './basic-auth.ts';
import { BusyError, createCompare } from './bcrypt.ts';
import { hasAllowedName } from './client-names.ts';
import { type Allow, createTokenBucket } from './token-bucket.ts';

export type Listen = (request: IncomingMessage, response: ServerResponse) => void;

/** No request to the exporter needs a body. */
const maxBodyBytes = 1_024;

const securityHeaders = {
  // What is served is live, and may be confidential.
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
};

export interface Guard {
  readonly listen: Listen;
  close(): Promise<void>;
}

/** Guards all paths: authentication, request size, and the headers of every response. */
export function createGuard(web: () => WebConfig, next: Listen): Guard {
  const { compare, close } = createCompare();
  const authenticate = createAuthenticate(compare);
  let bucket: { readonly limit: string; readonly allow: Allow } | null = null;

  /** A reload that leaves the limit as it is must not fill the bucket. */
  function isWithin(rateLimit: RateLimit | null): boolean {
    if (rateLimit === null) return true;
    const limit = JSON.stringify(rateLimit);
    if (bucket?.limit !== limit) bucket = { limit, allow: createTokenBucket(rateLimit, () => performance.now()) };
    return bucket.allow();
  }

  async function admit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers, users, tls, rateLimit } = web();
    for (const [name, value] of Object.entries({ ...securityHeaders, ...headers })) response.setHeader(name, value);
    if (!isWithin(rateLimit))
      return refuse(response, 429, 'too many requests; see rate_limit in the web configuration');
    if (tls?.clientAllowedSans && !hasAllowedName(request.socket, tls.clientAllowedSans))
      return refuse(response, 403, 'client certificate not allowed; see client_allowed_sans in the web configuration');
    const { 'content-length': length = '0', 'transfer-encoding': encoding, authorization } = request.headers;
    if (encoding !== undefined || Number(length) > maxBodyBytes)
      return refuse(response, 413, 'request body not accepted');
    if (users.size === 0 || (await authenticate(authorization, users, clientOf(request.socket.remoteAddress))))
      return next(request, response);
    response.setHeader('WWW-Authenticate', 'Basic');
    return refuse(response, 401, 'Unauthorized');
  }

  return {
    close,
    listen: (request, response) => {
      admit(request, response).catch((error: unknown) => {
        if (error instanceof BusyError) refuse(response, 503, 'too many logins at once; try again');
        else if (response.headersSent) response.destroy();
        else refuse(response, 500, 'the login could not be checked; the exporter may be short of memory or threads');
      });
    },
  };
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' }).end(`${why}\n`);
}
