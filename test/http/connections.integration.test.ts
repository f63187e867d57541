import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { limitConnections } from '../../src/http/connections.ts';
import { createLimitResponse, maxUnanswered } from '../../src/http/responses.ts';
import { onLinux } from '../support/process/linux.ts';

/** A server with room for three connections, two for a client, on a clock that is turned. */
async function serve(onRequest: RequestListener = (_, response) => response.end('served')) {
  let nowMs = 0;
  const server = createServer((request, response) => {
    connections.renew(request.socket);
    onRequest(request, response);
  });
  const connections = limitConnections(server, { total: 3, byClient: 2 }, () => nowMs);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    connections.closeAll();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, connections, turn: (ms: number) => (nowMs += ms) };
}

async function open(port: number, localAddress: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, localAddress }).on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket.setMaxListeners(0).resume();
}

async function ask(socket: Socket): Promise<string> {
  socket.write('GET / HTTP/1.1\r\nHost: exporter\r\n\r\n');
  const answered = once(socket, 'data').then(([data]) => String(data));
  return Promise.race([answered, once(socket, 'close').then(() => 'closed')]);
}

const closed = (socket: Socket) => once(socket, 'close');

onLinux('a client with too many connections loses its oldest, and a connection that asks is the newest', async () => {
  const { port, turn } = await serve();
  const [first, second] = [await open(port, '127.0.0.2'), await open(port, '127.0.0.2')];
  expect(await ask(first)).toContain('served');
  turn(1_000);
  const third = await open(port, '127.0.0.2');
  await closed(second);
  expect(await ask(first)).toContain('served');
  expect(await ask(third)).toContain('served');
});

onLinux('a new connection is refused where all others of its client are as new', async () => {
  const { port, turn } = await serve();
  const [first, second] = [await open(port, '127.0.0.2'), await open(port, '127.0.0.2')];
  turn(999);
  await closed(await open(port, '127.0.0.2'));
  expect(await ask(first)).toContain('served');
  expect(await ask(second)).toContain('served');
});

onLinux('where all places are taken, a client comes in at the cost of the busiest', async () => {
  const { port } = await serve();
  const first = await open(port, '127.0.0.2');
  await open(port, '127.0.0.2');
  const other = await open(port, '127.0.0.3');
  const newcomer = await open(port, '127.0.0.4');
  await closed(first);
  expect(await ask(other)).toContain('served');
  expect(await ask(newcomer)).toContain('served');
});

onLinux('who is punished has no room for a while, and others have', async () => {
  const { port, connections } = await serve((request, response) => {
    if (request.socket.remoteAddress === '127.0.0.2') connections.punish(request.socket);
    else response.end('served');
  });
  for (const socket of [await open(port, '127.0.0.2'), await open(port, '127.0.0.2')])
    expect(await ask(socket)).toBe('closed');
  await closed(await open(port, '127.0.0.2'));
  expect(await ask(await open(port, '127.0.0.3'))).toContain('served');
});

onLinux('a response that is not read in time ends the connection; one that is not begun yet does not', async () => {
  const ended: string[] = [];
  const begin = Promise.withResolvers<void>();
  const urls = new Map<Socket, string>();
  const limitResponse = createLimitResponse((socket) => {
    ended.push(urls.get(socket) ?? '');
    socket.destroy();
  }, 100);
  const { port } = await serve((request, response) => {
    urls.set(request.socket, request.url ?? '');
    limitResponse(response);
    if (request.url === '/large') response.end(Buffer.alloc(64 * 1024 * 1024));
    else void begin.promise.then(() => response.end('served'));
  });
  const [unread, late] = [await open(port, '127.0.0.2'), await open(port, '127.0.0.3')];
  unread.pause();
  unread.write('GET /large HTTP/1.1\r\nHost: exporter\r\n\r\n');
  const answer = ask(late);
  await expect.poll(() => ended, { timeout: 10_000 }).toEqual(['/large']);
  begin.resolve();
  expect(await answer).toContain('served');
});

onLinux('who asks for much at once without reading is ended, and one after the other may be as many', async () => {
  let answered = 0;
  const limitResponse = createLimitResponse((socket) => socket.destroy());
  const { port } = await serve((_, response) => {
    if (limitResponse(response)) setImmediate(() => response.end(`served ${++answered}`));
  });
  const patient = await open(port, '127.0.0.2');
  for (let n = 0; n < 2 * maxUnanswered; n++) expect(await ask(patient)).toContain('served');
  const greedy = await open(port, '127.0.0.3');
  greedy.write('GET / HTTP/1.1\r\nHost: exporter\r\n\r\n'.repeat(maxUnanswered + 1));
  await closed(greedy);
  const { stackTraceLimit } = Error;
  expect(stackTraceLimit).toBeGreaterThan(0);
});
