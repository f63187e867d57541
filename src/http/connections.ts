import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { clientOf } from './address.ts';
import { createShares, type Limits } from './shares.ts';

/**
 * Half of all for one client, so that one alone never fills them, and many for those that share the address of a proxy. A connection
 * that never reads costs up to some MiB of the system's buffers.
 */
const connectionLimits: Limits = { total: 512, byClient: 256 };

/** How long a connection stands for sure against others of its client, so that one that comes again and again costs no handshakes. */
const standsMs = 1_000;

/** How long the place of a connection that was ended for what its client did stays taken: it comes again at once. */
const punishedMs = 10_000;

export interface Connections {
  /** Makes the connection of a request the last one of its client to go for others. */
  renew(socket: Socket): void;
  /** Ends the connection of a client that misbehaves. */
  punish(socket: Socket): void;
  /** Also those that are still agreeing on TLS, which the server doesn't know yet. */
  closeAll(): void;
}

interface Connection {
  readonly client: string;
  readonly socket: Socket;
  /** Until when it doesn't go for others of its client. */
  standsUntilMs: number;
}

/**
 * Ends a connection for each that is too many: the one of the busiest client that has asked for nothing for longest. Call it before
 * other listeners of `connection` are added.
 */
export function limitConnections(
  server: Server,
  limits = connectionLimits,
  now = () => performance.now(),
): Connections {
  const shares = createShares<Connection>(limits, ({ standsUntilMs }) => now() >= standsUntilMs);
  // The socket of a request over TLS is another one than that of its connection.
  const byPorts = new Map<string, Connection>();
  const bySocket = new WeakMap<Socket, Connection>();

  function connectionOf(socket: Socket): Connection | undefined {
    const connection = bySocket.get(socket) ?? byPorts.get(portsOf(socket));
    if (connection !== undefined) bySocket.set(socket, connection);
    return connection;
  }

  /** @returns whether there is room for it */
  function admit(socket: Socket): boolean {
    const [client, ports] = [clientOf(socket.remoteAddress), portsOf(socket)];
    const connection = { client, socket, standsUntilMs: now() + standsMs };
    const gone = shares.add(client, connection);
    gone?.socket.destroy();
    if (gone === connection) return false;
    byPorts.set(ports, connection);
    socket.once('close', () => {
      if (byPorts.get(ports) === connection) byPorts.delete(ports);
      const leave = () => shares.remove(client, connection);
      const leftMs = connection.standsUntilMs - now();
      if (leftMs > standsMs) setTimeout(leave, leftMs).unref();
      else leave();
    });
    return true;
  }

  // Ahead of HTTP and TLS, so that a refused connection costs nothing.
  const serve = server.listeners('connection');
  server.removeAllListeners('connection').on('connection', (socket: Socket) => {
    if (admit(socket)) for (const one of serve) one.call(server, socket);
  });

  return {
    renew(socket) {
      const connection = connectionOf(socket);
      if (connection === undefined) return;
      connection.standsUntilMs = now() + standsMs;
      shares.renew(connection.client, connection);
    },
    punish(socket) {
      const connection = connectionOf(socket);
      if (connection !== undefined) connection.standsUntilMs = now() + punishedMs;
      socket.destroy();
    },
    closeAll: () => {
      for (const { socket } of shares.all()) socket.destroy();
    },
  };
}

/** A client may use one of its ports for connections to several of ours. */
function portsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
