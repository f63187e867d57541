import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RateLimit, WebConfig } from '../config/web.ts';
import { clientOf } from './address.ts';
import { createAuthenticate } from './basic-auth.ts';
import { BusyError, createCompare } from './bcrypt.ts';
import { hasAllowedName } from './client-names.ts';
import { type Allow, createTokenBucket } from './token-bucket.ts';

export type Listen = (request: IncomingMessage, response: ServerResponse) => void;

/** @param headers those that every response has */
type Next = (request: IncomingMessage, response: ServerResponse, headers: Headers) => void;
type Headers = Readonly<Record<string, string>>;

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
export function createGuard(web: () => WebConfig, next: Next): Guard {
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

  let common: { readonly of: Headers; readonly headers: Headers } = { of: {}, headers: securityHeaders };

  /** Put together once for each configuration. */
  function headersOf({ headers }: WebConfig): Headers {
    if (common.of !== headers) common = { of: headers, headers: { ...securityHeaders, ...headers } };
    return common.headers;
  }

  function refuse(response: ServerResponse, status: number, why: string, more: Headers = {}): void {
    const type = { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' };
    response.writeHead(status, { ...headersOf(web()), ...more, ...type }).end(`${why}\n`);
  }

  async function admit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const current = web();
    const { users, tls, rateLimit } = current;
    if (!isWithin(rateLimit))
      return refuse(response, 429, 'too many requests; see rate_limit in the web configuration');
    if (tls?.clientAllowedSans && !hasAllowedName(request.socket, tls.clientAllowedSans))
      return refuse(response, 403, 'client certificate not allowed; see client_allowed_sans in the web configuration');
    const { 'content-length': length = '0', 'transfer-encoding': encoding, authorization } = request.headers;
    if (encoding !== undefined || Number(length) > maxBodyBytes)
      return refuse(response, 413, 'request body not accepted');
    if (users.size === 0 || (await authenticate(authorization, users, clientOf(request.socket.remoteAddress))))
      return next(request, response, headersOf(current));
    return refuse(response, 401, 'Unauthorized', { 'WWW-Authenticate': 'Basic' });
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
