import { connect } from 'node:net';
import { hashSync } from 'bcryptjs';
import { fetch } from 'undici';
import { describe, expect, test } from 'vitest';
import { fixedWeb } from '../../src/http/web.ts';
import { Secret } from '../../src/model/secret.ts';
import { plain, serveWeb } from './serve-web.ts';

/** A low cost, so that the tests are quick. */
const hash = hashSync('right', 4);

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

describe('basic authentication', () => {
  const users = new Map([['prometheus', new Secret(hash)]]);

  test.each<[string, string | undefined, number]>([
    ['nothing', undefined, 401],
    ['the right password', basic('prometheus', 'right'), 200],
    ['a wrong password', basic('prometheus', 'wrong'), 401],
    ['another user', basic('admin', 'right'), 401],
    ['another scheme', 'Bearer right', 401],
    ['what is no base64', 'Basic ????', 401],
    ['a user without password', `Basic ${Buffer.from('prometheus').toString('base64')}`, 401],
  ])('%s', async (_, authorization, status) => {
    const port = await serveWeb(fixedWeb({ ...plain, users }));
    const headers = authorization === undefined ? {} : { authorization };
    for (const path of ['/metrics', '/', '/-/healthy']) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      expect(response.status).toBe(status);
      expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Basic' : null);
    }
  });

  test('a password that has been found right is not compared again, and one that is changed is', async () => {
    let current = { ...plain, users };
    const port = await serveWeb({ ...fixedWeb(current), current: () => current });
    const ask = async () =>
      (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: basic('prometheus', 'right') } }))
        .status;
    expect([await ask(), await ask()]).toEqual([200, 200]);
    current = { ...plain, users: new Map([['prometheus', new Secret(hashSync('another', 4))]]) };
    expect(await ask()).toBe(401);
  });
});

test('every answer has the security headers, and those of the configuration, also a scrape', async () => {
  const port = await serveWeb(fixedWeb({ ...plain, headers: { 'X-Frame-Options': 'SAMEORIGIN' } }));
  for (const path of ['/metrics', '/nowhere']) {
    const { headers } = await fetch(`http://127.0.0.1:${port}${path}`);
    expect([headers.get('x-content-type-options'), headers.get('x-frame-options')]).toEqual(['nosniff', 'SAMEORIGIN']);
  }
});

test('rate_limit: so many requests at once, then 429 with the reason; another limit begins anew', async () => {
  let current = { ...plain, rateLimit: { intervalMs: 3_600_000, burst: 3 } };
  const port = await serveWeb({ ...fixedWeb(current), current: () => current });
  const ask = () => fetch(`http://127.0.0.1:${port}/metrics`);
  const statuses = async () => [(await ask()).status, (await ask()).status, (await ask()).status, (await ask()).status];
  expect(await statuses()).toEqual([200, 200, 200, 429]);
  expect(await (await ask()).text()).toBe('too many requests; see rate_limit in the web configuration\n');
  current = { ...current };
  expect((await ask()).status).toBe(429);
  current = { ...plain, rateLimit: { intervalMs: 3_600_000, burst: 2 } };
  expect(await statuses()).toEqual([200, 200, 429, 429]);
});

describe('a flood', () => {
  const guessed = new Map([['prometheus', new Secret(hashSync('right', 6))]]);
  const ask = async (port: number, password: string) =>
    (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: basic('prometheus', password) } }))
      .status;
  const guess = (port: number, count: number) => Array.from({ length: count }, (_, n) => ask(port, `guess ${n}`));

  test('of wrong passwords keeps the right user out neither before nor after it is known', async () => {
    const port = await serveWeb(fixedWeb({ ...plain, users: guessed }));
    const guesses = guess(port, 60);
    expect(await ask(port, 'right')).toBe(200);
    expect(new Set(await Promise.all([...guesses, ask(port, 'right'), ...guess(port, 30)]))).toEqual(
      new Set([401, 200]),
    );
  });

  test('of more than that is answered with 503, and known users do not notice', async () => {
    const port = await serveWeb(fixedWeb({ ...plain, users: guessed }));
    expect(await ask(port, 'right')).toBe(200);
    const guesses = guess(port, 200);
    expect(await ask(port, 'right')).toBe(200);
    expect(new Set(await Promise.all(guesses))).toEqual(new Set([401, 503]));
  });

  test.each<[string, string, number]>([
    ['a large body', 'POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n', 413],
    ['a body without end', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n', 413],
    ['large headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('%s is refused at once, and the connection ended', async (_, bytes, status) => {
    const port = await serveWeb(fixedWeb(plain));
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.write(bytes);
    await new Promise((resolve) => socket.on('close', resolve));
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });
});
