import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { App } from './app.ts';

export interface Listener {
  /** The port in use, also where 0 was asked for. */
  readonly port: number;
  /** Ends at once what is under way. */
  close(): Promise<void>;
}

export interface ListenAddress {
  /** null: every interface. */
  readonly host: string | null;
  readonly port: number;
}

/** The address can't be listened on; the message says why. */
export class ListenError extends Error {
  override name = 'ListenError';
}

/** @throws {ListenError} */
export async function listen(app: App, { host, port }: ListenAddress): Promise<Listener> {
  const server = createAdaptorServer({ fetch: app.fetch });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (error: NodeJS.ErrnoException) =>
    reject(new ListenError(explain(error, host, port), { cause: error })),
  );
  server.listen(port, host ?? undefined, resolve);
  await promise;
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise((done) => server.close(done));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}

function explain({ code, message }: NodeJS.ErrnoException, host: string | null, port: number): string {
  const address = `${host ?? ''}:${port}`;
  if (code === 'EADDRINUSE')
    return `cannot listen on ${address}: another process does; choose another --web.listen-address`;
  if (code === 'EACCES') return `cannot listen on ${address}: not allowed for this user; choose a port above 1023`;
  return `cannot listen on ${address}: ${message}`;
}
