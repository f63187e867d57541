import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebConfig } from '../config/web.ts';
import { createBasicAuth } from './basic-auth.ts';

export type Listen = (request: IncomingMessage, response: ServerResponse) => void;

/** Nothing that is sent to the exporter has a body that is read. */
const mostBodyBytes = 1_024;

const securityHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
};

/** Stands before all that is served: who may come in, how large a request may be, and the headers of every answer. */
export function guard(web: () => WebConfig, next: Listen): Listen {
  const auth = createBasicAuth();

  async function admit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers, users } = web();
    for (const [name, value] of Object.entries({ ...securityHeaders, ...headers })) response.setHeader(name, value);
    const { 'content-length': length = '0', 'transfer-encoding': encoding, authorization } = request.headers;
    if (encoding !== undefined || Number(length) > mostBodyBytes) return refuse(response, 413, 'no body is read here');
    if (await auth.isAllowed(authorization, users)) return next(request, response);
    response.setHeader('WWW-Authenticate', 'Basic');
    return refuse(response, 401, 'Unauthorized');
  }

  return (request, response) => {
    // The reader may have left while the password was looked at.
    admit(request, response).catch(() => response.destroy());
  };
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' }).end(`${why}\n`);
}
