import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { scrub } from '../../../src/model/known-secrets.ts';
import { Secret } from '../../../src/model/secret.ts';
import { createRoutes, type RouteConfig } from '../../../src/secmaster/http/routes.ts';
import { createCertificates } from '../../support/http/certificates.ts';
import { noRoute } from '../../support/secmaster/routes.ts';

/** A server and a proxy before it, each on loopback; what the proxy was asked for. */
async function setUp(target: Server | null = null) {
  const server = createServer((_, response) => response.end('direct'));
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('by proxy');
  }).on('connect', tunnelTo(target ?? server, asked));
  for (const one of [server, proxy]) await listening(one);
  return { server, proxy, asked };
}

function tunnelTo(target: Server, asked: string[]) {
  return (request: IncomingMessage, socket: Duplex) => {
    asked.push(request.url ?? '');
    const tunnel = connect(portOf(target), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      tunnel.pipe(socket).pipe(tunnel);
    });
  };
}

async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

type Environment = Readonly<Record<string, string>>;

async function ask(origin: string, environment: Environment, config: RouteConfig = noRoute): Promise<string> {
  const routes = createRoutes(environment);
  onTestFinished(() => routes.close());
  const dispatcher = await routes.of(config).dispatcher();
  const { body } = await dispatcher.request({ origin, method: 'GET', path: '/' });
  return body.text();
}

test.each<[string, (proxy: string) => Environment, boolean]>([
  ['without variables', () => ({}), false],
  ['through HTTP_PROXY', (proxy) => ({ HTTP_PROXY: proxy }), true],
  ['through http_proxy, which comes first', (proxy) => ({ http_proxy: proxy, HTTP_PROXY: 'http://127.0.0.1:9' }), true],
  ['past an empty one', () => ({ HTTP_PROXY: '' }), false],
  ['past it for a host of NO_PROXY', (proxy) => ({ HTTP_PROXY: proxy, NO_PROXY: '127.0.0.1' }), false],
  ['past it for a network of NO_PROXY', (proxy) => ({ HTTP_PROXY: proxy, NO_PROXY: '10.0.0.0/8,127.0.0.0/8' }), false],
  ['through it for other networks', (proxy) => ({ HTTP_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }), true],
  ['through it for other hosts', (proxy) => ({ HTTP_PROXY: proxy, NO_PROXY: 'example.com' }), true],
  ['past it for all', (proxy) => ({ HTTP_PROXY: proxy, NO_PROXY: '*' }), false],
])('requests go %s', async (_, environment, isProxied) => {
  const { server, proxy, asked } = await setUp();
  await ask(`http://127.0.0.1:${portOf(server)}`, environment(`http://127.0.0.1:${portOf(proxy)}`));
  expect(asked.length > 0).toBe(isProxied);
});

test('the proxy of the configuration replaces those of the environment, with NO_PROXY', async () => {
  const { server, proxy, asked } = await setUp();
  const config = { ...noRoute, proxyUrl: new Secret(`http://user:SKTEST@127.0.0.1:${portOf(proxy)}`) };
  const environment = { HTTP_PROXY: 'http://127.0.0.1:9', NO_PROXY: '*' };
  expect(await ask(`http://127.0.0.1:${portOf(server)}`, environment, config)).toBe('by proxy');
  expect(asked).toHaveLength(1);
  const route = createRoutes(environment).of(config);
  expect(route.proxyTo('https://secmaster.example.com')).toBe(`127.0.0.1:${portOf(proxy)}`);
});

test('the password of a proxy of the environment is kept from messages, and its host is not', () => {
  const proxy = 'http://user:of-the-environment@proxy.example.com:3128';
  expect(createRoutes({ HTTPS_PROXY: proxy }).of(noRoute).proxyTo('https://example.com')).toBe(
    'proxy.example.com:3128',
  );
  expect(scrub('of-the-environment of proxy.example.com:3128')).toBe('<secret> of proxy.example.com:3128');
});

test('the metadata service is never asked for through a proxy', () => {
  const proxy = 'http://127.0.0.1:3128';
  for (const route of [
    createRoutes({ HTTP_PROXY: proxy, NO_PROXY: 'example.com' }).of(noRoute),
    createRoutes({}).of({ ...noRoute, proxyUrl: new Secret(proxy) }),
  ]) {
    expect(route.proxyTo('http://169.254.169.254')).toBeNull();
    expect(route.proxyTo('http://127.0.0.1')).toBe('127.0.0.1:3128');
  }
});

test('a CA of the configuration is trusted beside the public ones, also behind a proxy', async () => {
  const { proxy, asked, secure, ca } = await setUpTls();
  const origin = `https://127.0.0.1:${portOf(secure)}`;
  const trusting = { ...noRoute, tls: { ca: { pem: ca } } };
  await expect(ask(origin, {})).rejects.toThrow(/certificate/);
  expect(await ask(origin, {}, trusting)).toBe('secure');
  expect(await ask(origin, { HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}` }, trusting)).toBe('secure');
  expect(asked).toEqual([`127.0.0.1:${portOf(secure)}`]);
});

test('a proxy that is asked over TLS may be named by its address', async () => {
  const { secure, ca, pair } = await setUpTls();
  const asked: string[] = [];
  const proxy = createSecureServer(pair).on('connect', tunnelTo(secure, asked));
  await listening(proxy);
  const config = { tls: { ca: { pem: ca } }, proxyUrl: new Secret(`https://127.0.0.1:${portOf(proxy)}`) };
  expect(await ask(`https://127.0.0.1:${portOf(secure)}`, {}, config)).toBe('secure');
  expect(asked).toHaveLength(1);
});

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '[::1]'],
])('a SOCKS proxy is asked without TLS: %s', async (address, host) => {
  const { server } = await setUp();
  const proxy = createSocketServer((socket) => {
    // RFC 1928: no password, then the connection.
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]));
      socket.once('data', () => {
        socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
        const tunnel = connect(portOf(server), '127.0.0.1');
        tunnel.pipe(socket).pipe(tunnel);
      });
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, address, resolve));
  onTestFinished(() => void proxy.close());
  const config = { ...noRoute, proxyUrl: new Secret(`socks5://${host}:${(proxy.address() as AddressInfo).port}`) };
  expect(await ask('http://secmaster.example.com', {}, config)).toBe('direct');
});

/** As `setUp`, with TLS behind the proxy. */
async function setUpTls() {
  const folder = mkdtempSync(join(tmpdir(), 'secmaster-exporter-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const certificates = createCertificates(folder);
  const pair = certificates.make('server');
  const secure = createSecureServer(pair, (_, response) => response.end('secure'));
  await listening(secure);
  return { ...(await setUp(secure)), secure, pair, ca: certificates.ca() };
}
