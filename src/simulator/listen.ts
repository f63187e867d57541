import { once } from 'node:events';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Connection, halfOf } from './middleware.ts';
import type { Simulator } from './simulator.ts';

export interface Listening {
  /** The origin, without a slash at its end. */
  readonly url: string;
  /** Also ends open connections. */
  close(): Promise<void>;
}

/** Serves a simulator on a socket; port 0 takes a free one. Rejects if the address is not available. */
export async function listen(simulator: Simulator, host: string, port: number): Promise<Listening> {
  const server = createAdaptorServer({
    overrideGlobalObjects: false,
    // Only HTTP/1 is served here, so the bindings are those of node:http.
    fetch: (request, env) => {
      const bindings = env as HttpBindings;
      // The simulator sets the Date header itself.
      bindings.outgoing.sendDate = false;
      return simulator.app.fetch(request, { connection: connectionOf(bindings) });
    },
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

function connectionOf({ incoming, outgoing }: HttpBindings): Connection {
  return {
    reset: () => {
      incoming.socket.resetAndDestroy();
      return RESPONSE_ALREADY_SENT;
    },
    cut: async (response) => {
      const body = await response.arrayBuffer();
      outgoing.writeHead(response.status, {
        ...Object.fromEntries(response.headers),
        'content-length': body.byteLength,
      });
      outgoing.write(halfOf(body), () => incoming.socket.destroy());
      return RESPONSE_ALREADY_SENT;
    },
  };
}
