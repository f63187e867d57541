import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fixedWeb } from '../../src/http/web.ts';
import { plain, serveWeb } from './serve-web.ts';

/** @returns the whole answer to these bytes */
async function send(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(bytes, 'latin1');
  return Buffer.concat(await socket.toArray()).toString('latin1');
}

const rest = 'Host: exporter\r\nConnection: close\r\n\r\n';
const status = (answer: string) => Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1]);

describe('a request that is not as usual', () => {
  test.each<[string, string, number]>([
    ['HTTP/1.0 without Host', 'GET /metrics HTTP/1.0\r\n\r\n', 200],
    ['HTTP/1.1 without Host', 'GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['an absurd Host', 'GET /metrics HTTP/1.1\r\nHost: a b[\r\nConnection: close\r\n\r\n', 400],
    ['an IPv6 address as Host', 'GET /metrics HTTP/1.1\r\nHost: [::1]:19210\r\nConnection: close\r\n\r\n', 200],
    ['an unknown expectation', `GET /metrics HTTP/1.1\r\nExpect: jump\r\n${rest}`, 200],
    ['the form that proxies get', `GET http://exporter/metrics HTTP/1.1\r\n${rest}`, 200],
    ['an absurd form for proxies', `GET http://[/metrics HTTP/1.1\r\n${rest}`, 400],
    ['two slashes', `GET // HTTP/1.1\r\n${rest}`, 404],
    ['a NUL in the path', `GET /%00 HTTP/1.1\r\n${rest}`, 404],
    ['a broken escape', `GET /%zz HTTP/1.1\r\n${rest}`, 404],
    ['dots in the path', `GET /metrics/../x HTTP/1.1\r\n${rest}`, 404],
    ['an encoded slash', `GET /-%2freload HTTP/1.1\r\n${rest}`, 404],
    ['a backslash', `GET /\\x HTTP/1.1\r\n${rest}`, 400],
    ['no path at all', `GET x HTTP/1.1\r\n${rest}`, 400],
    ['a name that every object has', `GET /constructor HTTP/1.1\r\n${rest}`, 404],
    ['64 KiB of path', `GET /${'a'.repeat(65_536)} HTTP/1.1\r\n${rest}`, 414],
    ['what is no HTTP', '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n', 400],
  ])('%s', async (_, bytes, expected) => {
    const answer = await send(await serveWeb(fixedWeb(plain)), bytes);
    expect(status(answer)).toBe(expected);
    expect(answer).not.toMatch(/\n {4}at |node_modules/);
  });
});

describe('a method that is not allowed', () => {
  test.each<[string, string, number, string | undefined]>([
    ['known to HTTP', `TRACE /metrics HTTP/1.1\r\n${rest}`, 405, 'GET, HEAD'],
    ['for proxies', `CONNECT example.com:443 HTTP/1.1\r\n${rest}`, 405, 'GET, HEAD'],
    ['unknown', `FETCH /metrics?x HTTP/1.1\r\n${rest}`, 405, 'GET, HEAD'],
    ['in small letters', `get /metrics HTTP/1.1\r\n${rest}`, 405, 'GET, HEAD'],
    ['unknown, of a path that takes others', `FETCH /-/reload HTTP/1.1\r\n${rest}`, 405, 'PUT, POST'],
    ['unknown, of an unknown path', `FETCH /nowhere HTTP/1.1\r\n${rest}`, 404, undefined],
  ])('%s', async (_, bytes, expected, allowed) => {
    const answer = await send(await serveWeb(fixedWeb(plain)), bytes);
    expect([status(answer), /^allow: (.*)\r$/im.exec(answer)?.[1]]).toEqual([expected, allowed]);
  });
});

test('a connection that is reset before its answer concerns nobody else', async () => {
  const port = await serveWeb(fixedWeb(plain));
  for (const request of ['CONNECT a:1', 'FETCH /', 'GET /metrics', 'PUT /-/reload']) {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`${request} HTTP/1.1\r\nHost: exporter\r\n\r\n`);
    socket.resetAndDestroy();
  }
  // What nobody catches would end this process.
  expect(status(await send(port, `GET /metrics HTTP/1.1\r\n${rest}`))).toBe(200);
});

test('nothing is stored on the way, whatever the answer', async () => {
  const port = await serveWeb(fixedWeb(plain));
  for (const request of ['GET /metrics', 'GET /nowhere', 'POST /metrics', 'HEAD /', 'FETCH /', 'CONNECT a:1'])
    expect(await send(port, `${request} HTTP/1.1\r\n${rest}`)).toMatch(/^cache-control: no-store\r$/im);
});

test('the body of a request is not waited for', async () => {
  const port = await serveWeb(fixedWeb(plain));
  const answer = await send(port, `POST /-/reload HTTP/1.1\r\nContent-Length: 1000\r\n${rest}`);
  expect(status(answer)).toBe(200);
});
