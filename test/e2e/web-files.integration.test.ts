import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { hashSync } from 'bcryptjs';
import { describe, expect, test } from 'vitest';
import { inForm } from '../support/form.ts';
import {
  fixedCa,
  fixedClient,
  fixedServer,
  renewedServer,
  strangerCa,
  strangerClient,
} from '../support/http/test-certificates.ts';
import { eventually, portOf, type Running, startExporter, temporaryFolder } from '../support/process/processes.ts';

/** The files of the web configuration change while an exporter serves. */

const hash = hashSync('right', 4);
const basic = (user: string) => ({ authorization: `Basic ${Buffer.from(`${user}:right`).toString('base64')}` });

async function serveWeb(folder: string, text: string) {
  const file = join(folder, 'web.yml');
  writeFileSync(file, text);
  const running = startExporter([
    'demo',
    '--log.level=info',
    '--web.listen-address=127.0.0.1:0',
    `--web.config.file=${file}`,
  ]);
  const port = await portOf(running);
  /** The status and the name of the certificate; what went wrong if there is none. */
  const ask = (options: object = {}) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const asked = request({ host: '127.0.0.1', port, path: '/-/healthy', ca: fixedCa, agent: false, ...options });
    asked.on('response', (response) => {
      response.resume();
      const { CN } = (response.socket as TLSSocket).getPeerCertificate().subject;
      response.on('end', () => resolve(`${response.statusCode} ${CN}`));
    });
    asked.on('error', () => resolve('refused')).end();
    return promise;
  };
  return { file, running, port, ask };
}

const count = (running: Running, text: string) => running.stderr().split(text).length - 1;

async function told(running: Running, text: string, times = 1): Promise<void> {
  await eventually(() => (count(running, text) >= times ? true : undefined), text, running);
}

describe('a certificate is renewed', () => {
  const server = { name: 'server', ...fixedServer };
  const renewed = { name: 'renewed', ...renewedServer };
  type Pair = typeof server;
  type Step = [string, (write: Write, to: Pair, folder: string) => void, problem: string];
  type Write = (name: 'cert' | 'key', text: string) => void;

  /** How a renewal begins, and what is told then; it ends with both files in place. */
  const ways: Step[] = [
    ['the certificate first', (write, to) => write('cert', to.cert), 'key_file: does not belong to the certificate'],
    [
      'the key half written',
      (write, to) => write('key', to.key.slice(0, 100)),
      'key_file: contains a private key that cannot be read',
    ],
    [
      'both emptied',
      (write, _to) => {
        write('cert', '');
        write('key', '');
      },
      'cert_file: is empty',
    ],
    ['the key first', (write, to) => write('key', to.key), 'key_file: does not belong to the certificate'],
    [
      'the certificate half written',
      (write, to) => write('cert', to.cert.slice(0, 200)),
      'cert_file: contains a certificate that is cut off',
    ],
    ['the key missing', (_write, _to, folder) => rmSync(join(folder, 'now', 'key')), 'key_file: no such file'],
  ];

  test('step by step, in any order: the last good pair goes on, which is told once, and the new one is taken once it fits', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'first'));
    symlinkSync('first', join(folder, 'now'));
    const write: Write = (name, text) => writeFileSync(join(folder, 'now', name), text);
    const put = ({ cert, key }: Pair) => {
      write('cert', cert);
      write('key', key);
    };
    put(server);
    const { running, ask } = await serveWeb(folder, 'tls_server_config: { cert_file: now/cert, key_file: now/key }');
    let [from, to] = [server, renewed];
    const tellings = new Map<string, number>();
    for (const [way, begin, problem] of ways.slice(0, inForm(2, ways.length))) {
      begin(write, to, folder);
      const times = (tellings.get(problem) ?? 0) + 1;
      tellings.set(problem, times);
      await told(running, problem, times);
      await sleep(inForm(0, 2_500));
      expect(await ask(), way).toBe(`200 ${from.name}`);
      expect(count(running, problem), way).toBe(times);
      put(to);
      await eventually(
        async () => ((await ask()) === `200 ${to.name}` ? true : undefined),
        `${way}: the new pair`,
        running,
      );
      [from, to] = [to, from];
    }
    // As Kubernetes replaces a secret.
    mkdirSync(join(folder, 'second'));
    for (const name of ['cert', 'key'] as const) writeFileSync(join(folder, 'second', name), to[name]);
    symlinkSync('second', join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, 'now'));
    await eventually(async () => ((await ask()) === `200 ${to.name}` ? true : undefined), 'the swap', running);
    expect(running.stderr()).not.toMatch(/PRIVATE KEY|Error:|this is a bug/);
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
  });
});

test('a client CA that is emptied or rubbish changes nothing; another one holds at once, also for who is connected', async () => {
  const folder = temporaryFolder();
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write('cert', fixedServer.cert);
  write('key', fixedServer.key);
  write('ca', fixedCa);
  const mutual = (names: string) =>
    `tls_server_config: { cert_file: cert, key_file: key, client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca, client_allowed_sans: [${names}] }`;
  const { file, running, ask } = await serveWeb(folder, mutual('other.example.com, "2001:db8:0::1"'));
  // While it is busy with its first poll, a handshake may take too long for it.
  await eventually(async () => ((await ask(fixedClient)) === '200 server' ? true : undefined), 'serving', running);
  expect([await ask(fixedClient), await ask(strangerClient), await ask()]).toEqual([
    '200 server',
    'refused',
    'refused',
  ]);
  write('ca', '');
  await told(running, 'client_ca_file: is empty');
  write('ca', 'rubbish');
  await told(running, 'client_ca_file: contains no certificate in PEM form');
  expect([await ask(fixedClient), await ask(strangerClient), await ask()]).toEqual([
    '200 server',
    'refused',
    'refused',
  ]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect(await ask({ ...fixedClient, agent })).toBe('200 server');
  write('ca', strangerCa);
  await told(running, 'web configuration reloaded');
  expect([await ask({ ...fixedClient, agent }), await ask(strangerClient)]).toEqual(['refused', '403 server']);
  writeFileSync(file, mutual('prometheus.example.com'));
  await told(running, 'web configuration reloaded', 2);
  expect(await ask(strangerClient)).toBe('200 server');
  writeFileSync(file, 'tls_server_config: { cert_file: cert, key_file: key }');
  await told(running, 'the need for client certificates is removed: this needs a restart');
  expect(await ask()).toBe('refused');
  agent.destroy();
});

test('passwords are never lost in the clear: not by TLS that comes in their place, not by a file without any', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'cert'), fixedServer.cert);
  writeFileSync(join(folder, 'key'), fixedServer.key);
  const { file, running, port } = await serveWeb(folder, `basic_auth_users: { __proto__: "${hash}" }`);
  const status = async (headers: Record<string, string> = {}) =>
    (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).status;
  const users = ['nobody', '__proto__', 'constructor', 'toString'];
  const statuses = async () => [await status(), ...(await Promise.all(users.map((user) => status(basic(user)))))];
  const guarded = [401, 401, 200, 401, 401];
  expect(await statuses()).toEqual(guarded);
  writeFileSync(file, 'tls_server_config: { cert_file: cert, key_file: key }');
  await told(running, 'tls_server_config: is added: this needs a restart');
  expect(await statuses()).toEqual(guarded);
  writeFileSync(file, '{}');
  await told(running, 'the last user is removed, so nobody would need a password: this needs a restart', 2);
  expect(await statuses()).toEqual(guarded);
  writeFileSync(file, `basic_auth_users: { constructor: "${hash}" }`);
  await told(running, 'web configuration reloaded');
  expect(await statuses()).toEqual([401, 401, 401, 200, 401]);
});
