import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { Agent, fetch } from 'undici';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { loadWebConfig, type WebConfig } from '../../src/config/web.ts';
import { listen } from '../../src/http/listen.ts';
import { fixedWeb, type Web, watchWeb } from '../../src/http/web.ts';
import { Secret } from '../../src/model/secret.ts';
import { appOf } from '../support/app.ts';
import { createCertificates } from '../support/certificates.ts';
import { eventually, temporaryFolder } from '../support/processes.ts';

/** A low cost, so that the tests are quick. */
const hash = hashSync('right', 4);

async function serve(web: Web): Promise<number> {
  const exposition = { scrape: async () => [Buffer.from('the exposition\n')] };
  const { port, close } = await listen(appOf({ exposition }), { host: '127.0.0.1', port: 0 }, web);
  onTestFinished(close);
  return port;
}

const plain: WebConfig = { tls: null, headers: {}, users: new Map(), files: [] };
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
    const port = await serve(fixedWeb({ ...plain, users }));
    const headers = authorization === undefined ? {} : { authorization };
    for (const path of ['/metrics', '/', '/-/healthy']) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      expect(response.status).toBe(status);
      expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Basic' : null);
    }
  });

  test('a password that has been found right is not compared again, and one that is changed is', async () => {
    let current = { ...plain, users };
    const port = await serve({ ...fixedWeb(current), current: () => current });
    const ask = async () =>
      (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: basic('prometheus', 'right') } }))
        .status;
    expect([await ask(), await ask()]).toEqual([200, 200]);
    current = { ...plain, users: new Map([['prometheus', new Secret(hashSync('another', 4))]]) };
    expect(await ask()).toBe(401);
  });
});

test('every answer has the security headers, and those of the configuration, also a scrape', async () => {
  const port = await serve(fixedWeb({ ...plain, headers: { 'X-Frame-Options': 'SAMEORIGIN' } }));
  for (const path of ['/metrics', '/nowhere']) {
    const { headers } = await fetch(`http://127.0.0.1:${port}${path}`);
    expect([headers.get('x-content-type-options'), headers.get('x-frame-options')]).toEqual(['nosniff', 'SAMEORIGIN']);
  }
});

describe('TLS', () => {
  test('is spoken from 1.2 on, with the certificate of the file', async () => {
    const certificates = createCertificates(temporaryFolder());
    const tls = {
      ...certificates.make('server'),
      clientCa: null,
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
    } as const;
    const port = await serve(fixedWeb({ ...plain, tls }));
    const ask = (connect: object) =>
      fetch(`https://127.0.0.1:${port}/metrics`, {
        // The exposition of this test is never compressed.
        headers: { 'accept-encoding': 'identity' },
        dispatcher: new Agent({ connect: { ca: certificates.ca(), ...connect } }),
      });
    expect(await (await ask({})).text()).toBe('the exposition\n');
    await expect(ask({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })).rejects.toThrow();
  });

  test('lets in only who has a certificate of the CA', async () => {
    const folder = temporaryFolder();
    const certificates = createCertificates(folder);
    const ca = certificates.ca();
    const tls = { ...certificates.make('server'), clientCa: ca, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' } as const;
    const port = await serve(fixedWeb({ ...plain, tls }));
    const status = (options: object) =>
      new Promise((resolve) => {
        const asked = request({ host: '127.0.0.1', port, path: '/metrics', ca, ...options }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        asked.on('error', () => resolve('refused')).end();
      });
    expect(await status(certificates.make('client'))).toBe(200);
    expect(await status({})).toBe('refused');
    expect(await status(createCertificates(temporaryFolder()).make('stranger'))).toBe('refused');
  });

  test('takes over a certificate that is exchanged, and keeps the old one where the new one is a bad one', async () => {
    const folder = temporaryFolder();
    const certificates = createCertificates(folder);
    certificates.make('server');
    const file = join(folder, 'web.yml');
    writeFileSync(file, 'tls_server_config: { cert_file: server.crt, key_file: server.key }');
    const loaded = loadWebConfig(file);
    if ('problems' in loaded) throw new Error('no web configuration');
    const onProblems = vi.fn();
    const port = await serve(watchWeb(loaded.web, () => loadWebConfig(file), onProblems));
    const serial = async () => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const asked = request({ host: '127.0.0.1', port, ca: certificates.ca(), agent: false }, (response) => {
        response.resume();
      });
      asked.on('socket', (socket) =>
        socket.on('secureConnect', () =>
          resolve((socket as import('node:tls').TLSSocket).getPeerCertificate().serialNumber),
        ),
      );
      asked.on('error', reject).end();
      return promise;
    };
    const before = await serial();
    certificates.make('server');
    await eventually(async () => ((await serial()) === before ? undefined : true), 'another certificate');
    const after = await serial();
    writeFileSync(file, 'tls_server_config: 7');
    await eventually(() => (onProblems.mock.calls.length > 0 ? true : undefined), 'a bad file');
    expect(await serial()).toBe(after);
  });
});

describe('a flood', () => {
  test('of wrong passwords does not lock out known users; requests beyond the limit get 503', async () => {
    const users = new Map([['prometheus', new Secret(hashSync('right', 10))]]);
    const port = await serve(fixedWeb({ ...plain, users }));
    const ask = async (password: string) =>
      (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: basic('prometheus', password) } }))
        .status;
    expect(await ask('right')).toBe(200);
    const guesses = Array.from({ length: 60 }, (_, n) => ask(`guess ${n}`));
    await guesses[59];
    expect(await ask('right')).toBe(200);
    const statuses = new Set(await Promise.all(guesses));
    expect(statuses).toEqual(new Set([401, 503]));
  });

  test.each<[string, string, number]>([
    ['a large body', 'POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n', 413],
    ['a body without end', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n', 413],
    ['large headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('%s is refused at once, and the connection ended', async (_, bytes, status) => {
    const port = await serve(fixedWeb(plain));
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
