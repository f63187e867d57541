import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashSync } from 'bcryptjs';
import { describe, expect, test } from 'vitest';
import { attack, attacks } from '../support/http/attack.ts';
import { createCertificates } from '../support/http/certificates.ts';
import { temporaryFolder } from '../support/process/processes.ts';
import { type Served, serve, writeConfig } from '../support/process/served.ts';
import { startSimulator } from '../support/process/simulated.ts';

const password = 'the right one';

/** An exporter that has little else to do, with a password. */
async function served(isTls: boolean): Promise<Served> {
  const folder = temporaryFolder();
  const file = join(folder, 'web.yml');
  if (isTls) createCertificates(folder).make('server');
  const tls = isTls ? 'tls_server_config: { cert_file: server.crt, key_file: server.key }\n' : '';
  writeFileSync(file, `${tls}basic_auth_users: { prometheus: "${hashSync(password, 10)}" }\n`);
  return serve([`--config.file=${writeConfig(await startSimulator(), folder)}`, `--web.config.file=${file}`]);
}

interface Scrape {
  readonly port: number;
  readonly isTls: boolean;
  readonly from: string;
}

/** @returns the status, or the error */
function scrape({ port, isTls, from }: Scrape): Promise<number | string> {
  const { promise, resolve } = Promise.withResolvers<number | string>();
  const options = {
    host: '127.0.0.1',
    port,
    path: '/metrics',
    localAddress: from,
    auth: `prometheus:${password}`,
    agent: false,
    rejectUnauthorized: false,
    timeout: 5_000,
  };
  const asked = (isTls ? requestTls : request)(options, (response) => {
    response.resume().once('end', () => resolve(response.statusCode ?? 0));
  });
  asked
    .once('timeout', () => asked.destroy(new Error('no answer in 5 s')))
    .once('error', ({ message }) => resolve(message))
    .end();
  return promise;
}

const attackers = { from: '127.0.0.2', count: 600 };

describe.each([
  ['without TLS', false],
  ['over TLS', true],
])('%s', (_, isTls) => {
  test('600 hostile connections from one address keep nobody else out, whatever they do', async () => {
    const { port, running } = await served(isTls);
    const outcomes: Record<string, unknown> = {};
    for (const [name, kind] of Object.entries(attacks)) {
      const end = await attack(kind, { ...attackers, port, isTls });
      await sleep(300);
      // Each from an address of its own: nothing is remembered of it, and no connection is there.
      outcomes[name] = await scrape({ port, isTls, from: '127.0.0.3' });
      end();
    }
    expect(outcomes).toEqual(Object.fromEntries(Object.keys(attacks).map((name) => [name, 200])));
    expect(running.stderr()).not.toMatch(/"level":[56]0|\n {4}at /);
  }, 60_000);
});
