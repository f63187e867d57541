import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createDispatcher } from '../../src/commands/dispatcher.ts';

/** A server and a proxy before it, each on loopback; what the proxy was asked for. */
async function setUp() {
  const server = createServer((_, response) => response.end('direct'));
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('by proxy');
  }).on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const target = connect(portOf(server), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
  });
  for (const one of [server, proxy]) {
    one.listen(0, '127.0.0.1');
    await once(one, 'listening');
    onTestFinished(() => {
      one.closeAllConnections();
      one.close();
    });
  }
  return { server, proxy, asked };
}

function portOf(server: ReturnType<typeof createServer>): number {
  return (server.address() as AddressInfo).port;
}

async function ask(origin: string): Promise<void> {
  const dispatcher = createDispatcher(process.env);
  onTestFinished(() => dispatcher.destroy());
  const { body } = await dispatcher.request({ origin, method: 'GET', path: '/' });
  await body.text();
}

const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

test.each<[string, (proxy: string) => Record<string, string>, string, boolean]>([
  ['without variables', () => ({}), '127.0.0.1', false],
  ['through HTTP_PROXY', (proxy) => ({ HTTP_PROXY: proxy }), '127.0.0.1', true],
  ['past it for a host of NO_PROXY', (proxy) => ({ HTTP_PROXY: proxy, NO_PROXY: '127.0.0.1' }), '127.0.0.1', false],
  ['through it for other hosts', (proxy) => ({ HTTP_PROXY: proxy, NO_PROXY: 'example.com' }), '127.0.0.1', true],
  ['past it for all', (proxy) => ({ HTTP_PROXY: proxy, NO_PROXY: '*' }), '127.0.0.1', false],
])('requests go %s', async (_, variables, host, isProxied) => {
  const { server, proxy, asked } = await setUp();
  for (const name of proxyVariables) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(variables(`http://127.0.0.1:${portOf(proxy)}`))) vi.stubEnv(name, value);
  await ask(`http://${host}:${portOf(server)}`);
  expect(asked.length > 0).toBe(isProxied);
});

test('the metadata service is never asked for through a proxy', async () => {
  const { proxy, asked } = await setUp();
  for (const name of proxyVariables) vi.stubEnv(name, undefined);
  vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${portOf(proxy)}`);
  vi.stubEnv('NO_PROXY', 'example.com');
  const dispatcher = createDispatcher(process.env);
  onTestFinished(() => dispatcher.destroy());
  // Nobody need answer: what matters is who isn't asked.
  const signal = AbortSignal.timeout(300);
  await dispatcher
    .request({ origin: 'http://169.254.169.254', method: 'GET', path: '/', signal })
    .then(({ body }) => body.dump())
    .catch(() => {});
  expect(asked).toEqual([]);
});
