import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { Secret } from '../../../src/model/secret.ts';
import { createEndpoint } from '../../../src/secmaster/http/endpoint.ts';
import { createRoutes } from '../../../src/secmaster/http/routes.ts';
import { createSend } from '../../../src/secmaster/http/send.ts';

/** Real proxies that do not let a request through, and what the user is told. */

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answering = (status: number) => () =>
  listening(
    createServer((_, response) => response.writeHead(status).end('<html>SKTEST</html>')).on('connect', (_, socket) =>
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`),
    ),
  );
const hangingUp = () => listening(createSocketServer((socket) => socket.destroy()));
/** RFC 1928: the method it chooses, and what it answers next. */
const socks = (method: number, answer: readonly number[]) => () =>
  listening(
    createSocketServer((socket) => {
      const answers = [[5, method], answer];
      socket.on('data', () => socket.write(Buffer.from(answers.shift() ?? [])));
    }),
  );
const reply = (code: number) => [5, code, 0, 1, 0, 0, 0, 0, 0, 0];
const gone = async () => '127.0.0.1:1';

async function errorThrough(proxy: string, scheme: string, origin: string) {
  const routes = createRoutes({});
  onTestFinished(() => routes.close());
  const proxyUrl = new Secret(`${scheme}://user:SKTEST@${proxy}`);
  const route = routes.of({ tls: { ca: null }, proxyUrl });
  // Retries come at once.
  const sleep = (ms: number, signal: AbortSignal) => systemClock.sleep(ms < 10_000 ? 1 : ms, signal);
  const clock = { ...systemClock, sleep };
  const send = createSend({ route, clock, timeoutMs: 20_000, userAgent: 'test', observe: () => {} });
  const endpoint = createEndpoint(origin, 100, systemClock);
  const request = { operation: 'list_instances', endpoint, method: 'GET', path: '/', query: [], headers: {}, body: '' };
  return send({ ...request, secrets: [] }, new AbortController().signal).then(
    () => expect.unreachable('it should have failed'),
    (error) => error,
  );
}

const https = 'https://secmaster.example.com';
const http = 'http://127.0.0.1:1';
const password = 'check the user and password of proxy_url, HTTPS_PROXY or HTTP_PROXY';
const unable = 'the proxy could not connect; check that it works and that it reaches the host';
const forbidden = 'the proxy refused to connect; allow the host there';
const settings = 'check proxy_url, HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and whether the proxy works';

test.each<[string, () => Promise<string>, string, string, string]>([
  ['wants another password', answering(407), 'http', https, ` (407): ${password}`],
  ['wants another password, without TLS', answering(407), 'http', http, ` (407): ${password}`],
  ['forbids the host', answering(403), 'http', https, ` (403): ${forbidden}`],
  ['reaches nothing', answering(502), 'http', https, ` (502): ${unable}`],
  ['is not there', gone, 'http', https, ` (ECONNREFUSED): ${settings}`],
  ['is not there, without TLS', gone, 'http', http, ` (ECONNREFUSED): ${settings}`],
  ['is not there, with SOCKS', gone, 'socks5', https, ` (ECONNREFUSED): ${settings}`],
  ['takes no such user', socks(2, [1, 1]), 'socks5', https, ` (UND_ERR_SOCKS5_AUTH_FAILED): ${password}`],
  ['forbids the host', socks(0, reply(2)), 'socks5', https, ` (UND_ERR_SOCKS5_REPLY_2): ${forbidden}`],
  ['reaches nothing', socks(0, reply(4)), 'socks5', https, ` (UND_ERR_SOCKS5_REPLY_4): ${unable}`],
  ['hangs up', hangingUp, 'http', https, ` (UND_ERR_PRX_CONN): ${settings}`],
])('a proxy that %s is named, not the endpoint', async (_, start, scheme, origin, problem) => {
  const proxy = await start();
  const error = await errorThrough(proxy, scheme, origin);
  expect(error).toMatchObject({ kind: 'network', name: 'SecMasterError' });
  const { host } = new URL(origin);
  expect(error.message).toBe(`list_instances: no response from ${host} through the proxy ${proxy}${problem}`);
});
