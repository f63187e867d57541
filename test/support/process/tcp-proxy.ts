import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { freePort } from './processes.ts';

/** A wire between a process and a server on loopback, which a test can break in every way that a network can. */
export interface TcpProxy {
  readonly port: number;
  /** Everything passes again. Connections on which bytes were lost are cut: no network delivers the rest of a stream. */
  mend(): Promise<void>;
  /** Cuts every connection; new ones pass. */
  cut(): void;
  /** Nobody listens any more, and every connection is cut. */
  refuse(): Promise<void>;
  /** Connections are accepted, and nothing passes in either direction. */
  blackhole(): void;
  /** Nothing that the server says arrives, though it hears everything. */
  swallowAnswers(): void;
  /** Every piece arrives so much later. */
  delay(ms: number): void;
  /** Each connection is cut once so many more bytes have passed, in both directions together. */
  cutAfter(bytes: number): void;
}

interface Wire {
  readonly ends: readonly [client: Socket, server: Socket];
  passed: number;
  hasLost: boolean;
}

interface Manner {
  readonly delayMs: number;
  readonly passesUp: boolean;
  readonly passesDown: boolean;
  readonly maxBytes: number;
}

const open: Manner = { delayMs: 0, passesUp: true, passesDown: true, maxBytes: Number.POSITIVE_INFINITY };

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const wires = new Set<Wire>();
  const timers = new Set<NodeJS.Timeout>();
  let manner = open;
  let server: Server | null = null;
  const port = await freePort();

  function end(wire: Wire): void {
    wires.delete(wire);
    for (const socket of wire.ends) socket.destroy();
  }

  function pass(wire: Wire, data: Buffer, to: Socket, passes: boolean): void {
    if (!passes) {
      wire.hasLost = true;
      return;
    }
    const left = manner.maxBytes - wire.passed;
    wire.passed += data.length;
    const send = () => {
      if (data.length < left) to.write(data);
      else to.end(data.subarray(0, Math.max(0, left)), () => end(wire));
    };
    if (manner.delayMs === 0) {
      send();
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      send();
    }, manner.delayMs);
    timers.add(timer);
  }

  function accept(client: Socket): void {
    const upstream = connect(targetPort, '127.0.0.1');
    const wire: Wire = { ends: [client, upstream], passed: 0, hasLost: false };
    wires.add(wire);
    client.on('data', (data: Buffer) => pass(wire, data, upstream, manner.passesUp));
    upstream.on('data', (data: Buffer) => pass(wire, data, client, manner.passesDown));
    for (const socket of wire.ends) {
      socket.setNoDelay(true).on('error', () => end(wire));
      // A blackhole hides the end of a connection too.
      socket.on('close', () => {
        if (manner.passesDown) setTimeout(() => end(wire), manner.delayMs).unref();
        else wire.hasLost = true;
      });
    }
  }

  async function listen(): Promise<void> {
    if (server !== null) return;
    server = createServer(accept).listen(port, '127.0.0.1');
    await once(server, 'listening');
  }

  const cut = () => wires.forEach(end);
  onTestFinished(() => {
    server?.close();
    cut();
    timers.forEach(clearTimeout);
  });
  await listen();
  return {
    port,
    cut,
    async mend() {
      manner = open;
      for (const wire of wires) if (wire.hasLost) end(wire);
      await listen();
    },
    async refuse() {
      const closing = server;
      server = null;
      if (closing === null) return;
      const closed = once(closing, 'close');
      closing.close();
      cut();
      await closed;
    },
    blackhole() {
      manner = { ...open, passesUp: false, passesDown: false };
    },
    swallowAnswers() {
      manner = { ...open, passesDown: false };
    },
    delay(ms) {
      manner = { ...open, delayMs: ms };
    },
    cutAfter(bytes) {
      manner = { ...open, maxBytes: bytes };
      for (const wire of wires) wire.passed = 0;
    },
  };
}
