import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebConfig } from '../config/web.ts';
import { clientOf } from './address.ts';
import { createAuthenticate } from './basic-auth.ts';
import { BusyError, createCompare } from './bcrypt.ts';

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

  async function admit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers, users } = web();
    for (const [name, value] of Object.entries({ ...securityHeaders, ...headers })) response.setHeader(name, value);
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
        // The client may have left during the comparison.
        else response.destroy();
      });
    },
  };
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' }).end(`${why}\n`);
}
