import { createServer as createHttpServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { contextOf, noWebConfig, type TlsConfig } from '../config/web.ts';
import type { App } from './app.ts';
import { answerUnread } from './client-error.ts';
import { limitConnections } from './connections.ts';
import { createGuard, type Listen } from './guard.ts';
import { methodsByPath } from './methods.ts';
import { limitResponse } from './responses.ts';
import { fixedWeb, type Web } from './web.ts';

export interface Listener {
  /** The port in use, even if 0 was requested. */
  readonly port: number;
  /** Ends running requests at once. */
  close(): Promise<void>;
}

export interface ListenAddress {
  /** null: every interface. */
  readonly host: string | null;
  readonly port: number;
}

/** Listening on the address failed; the message says why. */
export class ListenError extends Error {
  override name = 'ListenError';
}

/** Limits for clients that send slowly or endlessly. A connection is kept for a scrape each minute. */
const bounds = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
} satisfies ServerOptions;
const handshakeTimeout = 5_000;

/** @throws {ListenError} */
export async function listen(
  app: App,
  { host, port }: ListenAddress,
  web: Web = fixedWeb(noWebConfig),
): Promise<Listener> {
  // HTTP/1.0 needs no Host.
  const guard = createGuard(web.current, getRequestListener(app.fetch, { hostname: 'localhost' }));
  const onRequest: Listen = (request, response) => {
    if (!limitResponse(response, connections.punish)) return;
    connections.renew(request.socket);
    guard.listen(request, response);
  };
  const server = createServer(onRequest, web);
  // Otherwise Node.js answers by itself, past all limits. What a header `Expect` asks for may be ignored.
  server.on('checkExpectation', onRequest);
  const connections = limitConnections(server);
  answerUnread(server, methodsByPath(app));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (error: NodeJS.ErrnoException) =>
    reject(listenError(error, { host, port }, '--web.listen-address')),
  );
  server.listen(port, host ?? undefined, resolve);
  await promise;
  // Such as an accept for want of file descriptors: it concerns one client.
  server.on('error', () => {});
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise((done) => server.close(done));
      web.close();
      await guard.close();
      connections.closeAll();
      await closed;
    },
  };
}

function createServer(onRequest: Listen, web: Web): Server {
  const { tls } = web.current();
  return tls === null ? createHttpServer(bounds, onRequest) : createTlsServer(tls, web, onRequest);
}

function createTlsServer(tls: TlsConfig, web: Web, onRequest: Listen): Server {
  const server = createHttpsServer(
    { ...bounds, handshakeTimeout, ...contextOf(tls), requestCert: tls.clientCa !== null },
    onRequest,
  );
  // Whether TLS is spoken and whether clients need a certificate stay as at the start (web-change.ts).
  web.onChange((changed) => {
    if (changed.tls === null) return;
    server.setSecureContext(contextOf(changed.tls));
    // Who is connected has a certificate of the CA before.
    if (changed.tls.clientCa !== web.current().tls?.clientCa) server.closeAllConnections();
  });
  return server;
}

/** @param flag sets the address */
export function listenError(cause: NodeJS.ErrnoException, { host, port }: ListenAddress, flag: string): ListenError {
  const because = {
    EADDRINUSE: `the port is in use; choose another ${flag}`,
    EACCES: 'not allowed for this user; choose a port above 1023',
  }[cause.code ?? ''];
  return new ListenError(`cannot listen on ${host ?? ''}:${port}: ${because ?? cause.message}`, { cause });
}
