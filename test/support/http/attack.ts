import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { onTestFinished } from 'vitest';

/** What each of many hostile connections does. They never read, and come back when they are closed. */
export interface Attack {
  /** Sent at once. */
  readonly bytes?: string;
  /** Sent every second afterwards. */
  readonly trickle?: string;
  /** Over TLS: nothing is agreed on. */
  readonly isHandshakeLeftOpen?: boolean;
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const get = (more = '') => `GET /metrics HTTP/1.1\r\nHost: exporter\r\n${more}\r\n`;
const guess = () => get(`Authorization: ${basic('prometheus', String(Math.random()))}\r\n`);

export const attacks = {
  'connections that never read': () => ({ bytes: get('Accept-Encoding: identity\r\n').repeat(6) }),
  'pipelined requests without end': () => ({ bytes: get().repeat(40), trickle: get().repeat(40) }),
  'half-open headers': () => ({ bytes: 'GET /metrics HTTP/1.1\r\nHost: exporter\r\n', trickle: 'X: y\r\n' }),
  'slow bodies': () => ({
    bytes: 'POST /-/reload HTTP/1.1\r\nHost: exporter\r\nContent-Length: 1000\r\n\r\n',
    trickle: 'x',
  }),
  'silent connections': () => ({}),
  'idle connections': () => ({ bytes: 'HEAD /-/healthy HTTP/1.1\r\nHost: exporter\r\n\r\n' }),
  'handshakes that never finish': () => ({ bytes: '\x16\x03\x01', isHandshakeLeftOpen: true }),
  'wrong passwords': () => ({ bytes: guess(), trickle: guess() }),
} satisfies Readonly<Record<string, () => Attack>>;

export interface Crowd {
  readonly port: number;
  readonly isTls: boolean;
  readonly from: string;
  readonly count: number;
}

/** Opens the connections and keeps them up. @returns what ends them */
export async function attack(make: () => Attack, { port, isTls, from, count }: Crowd): Promise<() => void> {
  const sockets = new Set<Socket>();
  let isOver = false;

  const open = () => {
    const { bytes, trickle, isHandshakeLeftOpen = false } = make();
    const to = { host: '127.0.0.1', port, localAddress: from };
    const plain = connect(to);
    const socket = isTls && !isHandshakeLeftOpen ? connectTls({ socket: plain, rejectUnauthorized: false }) : plain;
    const opened = new Promise<void>((resolve) => plain.once('connect', resolve).once('close', resolve));
    sockets.add(plain);
    if (bytes !== undefined) socket.write(bytes, 'latin1');
    const timer = trickle === undefined ? undefined : setInterval(() => socket.write(trickle), 1_000);
    for (const one of [plain, socket]) one.on('error', () => {});
    plain.once('close', () => {
      clearInterval(timer);
      sockets.delete(plain);
      if (!isOver) setTimeout(open, 500);
    });
    return opened;
  };

  await Promise.all(Array.from({ length: count }, open));
  const end = () => {
    isOver = true;
    for (const socket of sockets) socket.destroy();
  };

  onTestFinished(end);
  return end;
}
