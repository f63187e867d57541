import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { describe, expect, test, vi } from 'vitest';
import { loadWebConfig } from '../../src/config/web.ts';
import { everySecond, fixedWeb, watchWeb } from '../../src/http/web.ts';
import { createCertificates } from '../support/http/certificates.ts';
import { eventually, temporaryFolder } from '../support/process/processes.ts';
import { plain, serveWeb } from './serve-web.ts';

describe('TLS', () => {
  test('is spoken from 1.2 on, with the certificate of the file', async () => {
    const certificates = createCertificates(temporaryFolder());
    const tls = {
      ...certificates.make('server'),
      clientCa: null,
      clientAllowedSans: null,
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
    } as const;
    const port = await serveWeb(fixedWeb({ ...plain, tls }));
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
    const tls = {
      ...certificates.make('server'),
      clientCa: ca,
      clientAllowedSans: null,
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
    } as const;
    const port = await serveWeb(fixedWeb({ ...plain, tls }));
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
    const loaded = await loadWebConfig(file);
    if ('problems' in loaded) throw new Error('no web configuration');
    const onProblems = vi.fn();
    const port = await serveWeb(
      watchWeb(loaded, {
        load: () => loadWebConfig(file),
        repeat: everySecond,
        onLoaded: () => {},
        onProblems,
        onBug: onProblems,
      }),
    );
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
