// What the first request reads: meanwhile a test that turns the clock would let its deadline pass.
import '../../../src/secmaster/http/agents.ts';
import '../../../src/secmaster/http/retry.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Agent } from 'undici';
import { onTestFinished } from 'vitest';
import type { CredentialsConfig } from '../../../src/config/config.ts';
import { Secret } from '../../../src/model/secret.ts';
import { createClients } from '../../../src/secmaster/api/clients.ts';
import { noFilters } from '../../../src/secmaster/api/filters.ts';
import type { SecMaster } from '../../../src/secmaster/api/secmaster.ts';
import {
  defaultAccessKey,
  defaultIdToken,
  defaultProject,
  defaultUser,
  defaultWorkspace,
} from '../../../src/simulator/defaults.ts';
import { listen } from '../../../src/simulator/listen.ts';
import { createManualClock, type ManualClock } from '../../../src/simulator/manual-clock.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/simulator.ts';
import { buyToken } from './in-process.ts';
import { noRoute, routesThrough } from './routes.ts';

/** A client with credentials of some kind, over loopback sockets, before a simulated SecMaster, IAM and metadata service. */
export interface Credentialed {
  readonly simulator: Simulator;
  readonly url: string;
  readonly clock: ManualClock;
  readonly client: SecMaster;
  readonly logged: readonly string[];
  /** One list call; null if it succeeded, what was wrong otherwise. */
  ask(): Promise<string | null>;
  /** Calls that SecMaster refused with 401 so far, IAM's and the metadata service's not among them. */
  refused(): number;
}

export type Kind = CredentialsConfig['kind'];

/** A folder with credentials of every kind in files, and how a user changes them. */
export interface Folder {
  config(kind: Kind, url: string): CredentialsConfig;
  write(name: 'ak' | 'sk' | 'token' | 'password' | 'id_token', text: string): void;
  writeProfile(ak: string, sk: string): void;
}

export function createFolder(): Folder {
  const folder = mkdtempSync(join(tmpdir(), 'secmaster-exporter-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  const write: Folder['write'] = (name, text) => writeFileSync(path(name), `${text}\n`);
  const writeProfile: Folder['writeProfile'] = (ak, sk) =>
    writeFileSync(path('credentials'), `[basic]\nak = ${ak}\nsk = ${sk}\n`);
  write('ak', defaultAccessKey.ak);
  write('sk', defaultAccessKey.sk);
  write('password', defaultUser.password);
  write('id_token', defaultIdToken.token);
  writeProfile(defaultAccessKey.ak, defaultAccessKey.sk);
  const key = (name: string) => ({ path: path(name), form: 'key' }) as const;
  const configs = (url: string): { readonly [K in Kind]: CredentialsConfig & { readonly kind: K } } => ({
    ak_sk: { kind: 'ak_sk', ak: key('ak'), sk: key('sk'), securityToken: null },
    password: { ...defaultUser, kind: 'password', password: { path: path('password'), form: 'password' } },
    token: { kind: 'token', token: key('token') },
    agency: { kind: 'agency', endpoint: url },
    profile: { kind: 'profile', file: path('credentials'), section: 'basic' },
    oidc: { kind: 'oidc', idpId: defaultIdToken.idpId, idToken: key('id_token') },
  });
  return {
    write,
    writeProfile,
    config: (kind, url) => configs(url)[kind],
  };
}

export interface CredentialedOptions extends Partial<SimulatorOptions> {
  readonly folder?: Folder;
  /** How far the exporter's clock is ahead. */
  readonly skewMs?: number;
}

export async function startCredentialed(
  kind: Kind | CredentialsConfig,
  { folder = createFolder(), skewMs = 0, ...options }: CredentialedOptions = {},
): Promise<Credentialed> {
  const clock = createManualClock(Date.parse('2026-07-18T12:00:00Z'));
  const simulator = createSimulator({ clock, ...options });
  const { url, close } = await listen(simulator, '127.0.0.1', 0);
  const dispatcher = new Agent();
  onTestFinished(async () => {
    await dispatcher.destroy();
    await close();
  });
  folder.write('token', await buyToken(simulator));
  const logged: string[] = [];
  const client = createClients({
    routes: routesThrough(dispatcher),
    clock: { ...clock, now: () => clock.now() + skewMs },
    log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
    version: 'test',
    timeoutMs: 10_000,
    // The clock stands still, so nobody may have to wait for his turn.
    rateLimit: 1e9,
    language: 'en',
    observe: () => {},
  }).secmaster(
    {
      region: 'eu-west-101',
      endpoint: url,
      iamEndpoint: url,
      ...noRoute,
      filters: noFilters,
      credentials: typeof kind === 'string' ? folder.config(kind, url) : kind,
    },
    defaultProject.id,
  );
  const never = new AbortController().signal;
  return {
    simulator,
    url,
    clock,
    client,
    logged,
    ask: () =>
      client.listInstances(defaultWorkspace.id, { sortKey: 'update_time', sortDir: 'DESC', offset: 0 }, never).then(
        () => null,
        (error: Error) => error.message,
      ),
    refused: () =>
      simulator.requests
        .last(10_000)
        .filter(({ operation, status }) => operation === 'ListAopWorkflowInstance' && status === 401).length,
  };
}

/** Of temporary keys that stand in the configuration. */
export function inline(keys: { ak: string; sk: string; securityToken?: string }): CredentialsConfig {
  const securityToken = keys.securityToken === undefined ? null : new Secret(keys.securityToken);
  return { kind: 'ak_sk', ak: keys.ak, sk: new Secret(keys.sk), securityToken };
}
