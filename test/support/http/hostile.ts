import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashSync } from 'bcryptjs';
import { temporaryFolder } from '../process/processes.ts';
import { type Served, serve, writeConfig } from '../process/served.ts';
import { startSimulator } from '../process/simulated.ts';
import { type Attack, attack } from './attack.ts';
import { createCertificates } from './certificates.ts';

const password = 'the right one';

/** An exporter that has little else to do, with a password. */
export async function serveGuarded(isTls: boolean): Promise<Served> {
  const folder = temporaryFolder();
  const file = join(folder, 'web.yml');
  if (isTls) createCertificates(folder).make('server');
  const tls = isTls ? 'tls_server_config: { cert_file: server.crt, key_file: server.key }\n' : '';
  writeFileSync(file, `${tls}basic_auth_users: { prometheus: "${hashSync(password, 10)}" }\n`);
  return serve([`--config.file=${writeConfig(await startSimulator(), folder)}`, `--web.config.file=${file}`]);
}

/** @returns the status of a scrape over a connection of its own, or why there is none within 5 s */
export function scrapeFrom(from: string, { port }: Served, isTls: boolean): Promise<number | string> {
  const { promise, resolve } = Promise.withResolvers<number | string>();
  const late = setTimeout(() => resolve('no answer in 5 s'), 5_000);
  const options = {
    host: '127.0.0.1',
    port,
    path: '/metrics',
    localAddress: from,
    auth: `prometheus:${password}`,
    agent: false,
    rejectUnauthorized: false,
  };
  const asked = (isTls ? requestTls : request)(options, (response) => {
    response.resume().once('end', () => resolve(response.statusCode ?? 0));
  });
  asked.once('error', ({ message }) => resolve(message)).end();
  return promise.finally(() => {
    clearTimeout(late);
    asked.destroy();
  });
}

/** For each attack from one address with 600 connections: what a scrape from another address gets. */
export async function scrapesUnder(attacks: Readonly<Record<string, () => Attack>>, served: Served, isTls: boolean) {
  const outcomes: Record<string, number | string> = {};
  for (const [name, make] of Object.entries(attacks)) {
    const end = await attack(make, { port: served.port, isTls, from: '127.0.0.2', count: 600 });
    await sleep(200);
    outcomes[name] = await scrapeFrom('127.0.0.3', served, isTls);
    end();
  }
  return outcomes;
}
