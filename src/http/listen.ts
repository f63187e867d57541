import { createServer as createHttpServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createNetServer, type Server as NetServer } from 'node:net';
import { contextOf, noWebConfig, type TlsConfig } from '../config/web.ts';
import { createAnswer } from './answer.ts';
import type { App } from './app.ts';
import { answerUnread } from './client-error.ts';
import { limitConnections } from './connections.ts';
import { createGuard, type Listen } from './guard.ts';
import type { ListenAddress } from './listen-address.ts';
import { listenError, openSocketError } from './listen-error.ts';
import { methodsByPath } from './methods.ts';
import { createLimitResponse } from './responses.ts';
import type { AnswerScrape } from './scrape.ts';
import { fixedWeb, type Web } from './web.ts';

export interface Listener {
  /** The first port in use, even if 0 was requested; 0: that of a socket without ports. */
  readonly port: number;
  /** All of them, in the order of the places. */
  readonly ports: readonly number[];
  /** Where it really listens; null: a socket without ports. */
  readonly addresses: readonly (ListenAddress | null)[];
  /** Ends running requests at once. */
  close(): Promise<void>;
}

/** A socket that is already open, such as one from systemd. */
export interface OpenSocket {
  readonly descriptor: number;
}

export type Place = ListenAddress | OpenSocket;

/** Limits for clients that send slowly or endlessly. A connection is kept for a scrape each minute. */
const bounds = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
} satisfies ServerOptions;
const handshakeTimeout = 5_000;

/**
 * Serves at all of these places, with limits that they share.
 *
 * @param answerScrape what is asked before the app
 * @throws {ListenError}
 */
export async function listen(
  app: App,
  places: Place | readonly [Place, ...Place[]],
  web: Web = fixedWeb(noWebConfig),
  answerScrape: AnswerScrape = () => false,
): Promise<Listener> {
  const answer = createAnswer(app);
  const guard = createGuard(web.current, (request, response, headers) => {
    if (answerScrape(request, response, headers)) return;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    answer(request, response);
  });
  const onRequest: Listen = (request, response) => {
    if (!limitResponse(response)) return;
    connections.renew(request.socket);
    guard.listen(request, response);
  };
  const server = createServer(onRequest, web);
  // Otherwise Node.js answers by itself, past all limits. What a header `Expect` asks for may be ignored.
  server.on('checkExpectation', onRequest);
  const connections = limitConnections(server);
  const limitResponse = createLimitResponse(connections.punish);
  answerUnread(server, methodsByPath(app));
  const [first, ...others] = isOne(places) ? [places] : places;
  // All connections are the one server's, whichever socket has accepted them.
  const further = others.map(
    (place) => [place, createNetServer(accepting, (socket) => server.emit('connection', socket))] as const,
  );
  const servers: [NetServer, ...NetServer[]] = [server, ...further.map(([, one]) => one)];
  const close = () => Promise.all(servers.filter(({ listening }) => listening).map(closed));
  try {
    await begin(server, first);
    for (const [i, [place, one]] of further.entries()) await begin(one, place, [first, ...others.slice(0, i)]);
  } catch (error) {
    await close();
    throw error;
  }
  const addresses = servers.map(addressOf);
  const ports = addresses.map((address) => address?.port ?? 0);
  return {
    port: ports[0] ?? 0,
    ports,
    addresses,
    async close() {
      const ended = close();
      web.close();
      await guard.close();
      connections.closeAll();
      await ended;
    },
  };
}

/** As Node.js's servers for HTTP accept connections. */
const accepting = { allowHalfOpen: true, noDelay: true };

function isAddress(place: Place): place is ListenAddress {
  return !('descriptor' in place);
}

function isOne(places: Place | readonly Place[]): places is Place {
  return !Array.isArray(places);
}

/** @param before places at which it listens already */
async function begin(server: NetServer, place: Place, before: readonly Place[] = []): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const refuse = (error: NodeJS.ErrnoException) =>
    reject(
      'descriptor' in place
        ? openSocketError(error, place.descriptor)
        : listenError(error, place, '--web.listen-address', before.filter(isAddress)),
    );
  server.once('error', refuse);
  if ('descriptor' in place) server.listen({ fd: place.descriptor }, resolve);
  else server.listen(place.port, place.host ?? undefined, resolve);
  await promise;
  server.off('error', refuse);
  // Such as an accept for want of file descriptors: it concerns one client.
  server.on('error', () => {});
}

function closed(server: NetServer): Promise<void> {
  return new Promise((done) => void server.close(() => done()));
}

function addressOf(server: NetServer): ListenAddress | null {
  const address = server.address();
  return address === null || typeof address === 'string' ? null : { host: address.address, port: address.port };
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
