import { once } from 'node:events';
import { connect } from 'node:net';
import { Agent, fetch } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { listen, type Place } from '../../src/http/listen.ts';
import { fixedWeb } from '../../src/http/web.ts';
import { appOf } from '../support/http/app.ts';
import { createCertificates } from '../support/http/certificates.ts';
import { temporaryFolder } from '../support/process/processes.ts';
import { plain } from './serve-web.ts';

const free: Place = { host: '127.0.0.1', port: 0 };
const app = () => appOf({ exposition: { scrape: async () => [Buffer.from('the exposition\n')] } });
// The exposition of this test is never compressed.
const headers = { 'accept-encoding': 'identity' };
const metricsOf = async (port = 0, host = '127.0.0.1') =>
  (await fetch(`http://${host}:${port}/metrics`, { headers })).text();

async function serve(places: readonly [Place, ...Place[]]) {
  const listener = await listen(app(), places);
  onTestFinished(listener.close);
  return listener;
}

test('serves at several addresses', async () => {
  const { port, ports, addresses } = await serve([free, free, { host: '::1', port: 0 }]);
  expect(addresses).toEqual(ports.map((port, i) => ({ host: i === 2 ? '::1' : '127.0.0.1', port })));
  expect([ports.length, new Set(ports).size, ports[0]]).toEqual([3, 3, port]);
  const hosts = ['127.0.0.1', '127.0.0.1', '[::1]'];
  for (const [i, host] of hosts.entries()) expect(await metricsOf(ports[i], host)).toBe('the exposition\n');
});

test('speaks TLS at each of them', async () => {
  const certificates = createCertificates(temporaryFolder());
  const none = { clientCa: null, clientAllowedSans: null };
  const tls = { ...certificates.make('server'), ...none, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' } as const;
  const { ports, close } = await listen(app(), [free, free], fixedWeb({ ...plain, tls }));
  onTestFinished(close);
  const dispatcher = new Agent({ connect: { ca: certificates.ca() } });
  for (const port of ports) {
    const answer = await fetch(`https://127.0.0.1:${port}/metrics`, { dispatcher, headers });
    expect(await answer.text()).toBe('the exposition\n');
  }
});

test('ends the connections of all of them when it closes', async () => {
  const { ports, close } = await listen(app(), [free, free]);
  const sockets = ports.map((port) => connect(port, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const ended = Promise.all(
    sockets.map((socket) =>
      once(
        socket.on('error', () => {}),
        'close',
      ),
    ),
  );
  await close();
  await ended;
  for (const port of ports) await expect(metricsOf(port)).rejects.toThrow();
});

test('one address that is taken is named, and nothing is served at the others', async () => {
  const taken = await serve([free]);
  const before = await listen(app(), free);
  await before.close();
  const places = [
    { host: '127.0.0.1', port: before.port },
    { host: '127.0.0.1', port: taken.port },
  ] as const;
  await expect(listen(app(), places)).rejects.toThrow(
    `cannot listen on 127.0.0.1:${taken.port}: the port is in use; choose another --web.listen-address`,
  );
  await expect(metricsOf(before.port)).rejects.toThrow();
});

test('an address that is given twice is named', async () => {
  const before = await listen(app(), free);
  await before.close();
  const place = { host: '127.0.0.1', port: before.port };
  await expect(listen(app(), [free, place, place])).rejects.toThrow(
    `cannot listen on 127.0.0.1:${place.port}: --web.listen-address 127.0.0.1:${place.port} has the port already; leave one of them out`,
  );
});

test('an address that this machine does not have is named', async () => {
  await expect(listen(app(), [free, { host: '192.0.2.1', port: 19210 }])).rejects.toThrow(
    'cannot listen on 192.0.2.1:19210: this machine does not have the address; choose another --web.listen-address, such as :19210 for all addresses',
  );
});

test('a descriptor that is no socket is named', async () => {
  await expect(listen(app(), { descriptor: 9_999 })).rejects.toThrow(
    'cannot listen on file descriptor 9999 from systemd: it is no socket that takes connections; use ListenStream= in the .socket unit',
  );
});
