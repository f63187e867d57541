/**
 * SecMaster, its IAM or a proxy repeats the exporter's secrets, in each of 200 forms and wherever it may write a text: none of them gets
 * into the log, the exposition, the status page or what `check --online` prints.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { Agent } from 'undici';
import { expect, test } from 'vitest';
import { checkOnline } from '../../src/commands/check-online.ts';
import { createExporter, type Exporter } from '../../src/commands/exporter.ts';
import type { Config } from '../../src/config/config.ts';
import { loggerOptions } from '../../src/log.ts';
import { createClients } from '../../src/secmaster/api/clients.ts';
import { defaultProject, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { createManualClock, type ManualClock } from '../../src/simulator/manual-clock.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { configOf, loadFile } from '../config/loading.ts';
import { inForm } from '../support/form.ts';
import { buyToken } from '../support/secmaster/in-process.ts';
import { routesThrough } from '../support/secmaster/routes.ts';
import { turning } from '../support/world/turning.ts';
import { allErrorShapes, type EchoServer, startEchoServer } from './echo-server.ts';
import { hold, numberOf } from './hold.ts';
import { createLeakFinder, formsOf } from './secret-forms.ts';

const file = 'test/fuzz/secrets.integration.test.ts';
const cases = numberOf('FUZZ_SECRETS', 1, 1);
const kinds = ['sk', 'security_token', 'ak', 'password', 'token'] as const;
type Kind = (typeof kinds)[number];
/** In the short form some of the forms, of one kind of secret. */
const everyForm = inForm(6, 1);

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const plain = `${letters}${letters.toLowerCase()}0123456789`;
const secret = (signs: string, length: number) =>
  fc.string({ unit: fc.constantFrom(...signs), minLength: length, maxLength: length });
/** Never made smaller: nothing is to be learnt of a secret of one sign. */
const worlds = fc.noShrink(
  fc.record({
    ak: secret(`${letters}0123456789`, 20),
    sk: secret(plain, 40),
    securityToken: secret(`${plain}+/`, 90).map((text) => `${text}==`),
    password: secret(`${plain}!"#$%&'()*+,-./:;<=>?@[]^_{|}~\\ä`, 24).map((text) => `p${text}w`),
  }),
);
type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

test('there are 200 forms', () => {
  expect(formsOf('0123456789abcdef0123').length).toBeGreaterThanOrEqual(200);
});

test.each(inForm<readonly Kind[]>(['sk'], kinds))(
  'a secret comes out in no form: %s',
  (kind) => hold({ file, cases, maxMs: 60_000 }, worlds, (world) => live(kind, world)),
  60_000 + cases * 30_000,
);

/** Of the id of a key the first four characters may be shown, which nobody finds 12 of. */
async function live(kind: Kind, { ak, sk, securityToken, password }: World): Promise<void> {
  const clock = createManualClock(Date.parse('2026-07-18T12:00:00Z'));
  const user = { domain: 'domain-of-the-user', user: 'user-of-the-exporter', password };
  const key = { ak, sk, securityToken };
  const simulator = createSimulator({ clock, accessKeys: [key], users: [user], tokenLifetimeMs: 1e12 });
  const token = await buyToken(simulator, user);
  const { world: soc } = simulator.directory.workspace(defaultWorkspace.id);
  for (let i = 0; i < 60; i++) {
    const id = soc.start(clock.now() - 120_000 + i, { triggerType: 'EVENT' });
    if (i % 3 === 0) soc.fail(id, clock.now() - 60_000, 'a node', 'a message');
  }
  const server = await startEchoServer(simulator);
  const folder = mkdtempSync(join(tmpdir(), 'secmaster-exporter-'));
  const dispatcher = new Agent();
  try {
    writeFileSync(join(folder, 'token'), token);
    const keys = { secret: '', credentials: { ak_sk: { ak, sk, security_token: securityToken } } };
    const { secret, credentials } = {
      sk: { ...keys, secret: sk },
      security_token: { ...keys, secret: securityToken },
      ak: { ...keys, secret: ak },
      password: { secret: password, credentials: { password: user } },
      token: { secret: token, credentials: { token: { token_file: join(folder, 'token') } } },
    }[kind];
    const path = join(folder, 'config.yml');
    writeFileSync(path, JSON.stringify(configuration(server.url, credentials)));
    const config = configOf(await loadFile(path));
    await hear(secret, config, server, { clock, dispatcher });
  } finally {
    await dispatcher.destroy();
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

/** Lets a new exporter hear every form of a secret, and looks for it in whatever the exporter says. */
async function hear(
  secret: string,
  config: Config,
  server: EchoServer,
  { clock, dispatcher }: { readonly clock: ManualClock; readonly dispatcher: Agent },
): Promise<void> {
  const forms = formsOf(secret).filter((_, i) => i % everyForm === 0);
  const leaksIn = createLeakFinder(forms);
  const leaks = new Map<string, string>();
  const logged: string[] = [];
  const log = pino({ ...loggerOptions, level: 'debug' }, { write: (line: string) => void logged.push(line) });
  const shared = { clock, routes: routesThrough(dispatcher), log, version: '1.2.3', revision: 'unknown' };
  const exporter = await createExporter(config, {
    ...shared,
    web: { telemetryPath: '/metrics', externalUrl: '', routePrefix: '' },
    documents: new Map(),
    load: async () => ({ config }),
    onReloaded: async () => {},
    onNew: () => {},
    stall: () => null,
  });
  // A request that waits for its answer has more time.
  const turned = <T>(promise: Promise<T>) => turning(clock, promise, 2_000);
  const poll = async () => {
    for (const one of exporter.fleet.pollables()) await turned(one.poll(new AbortController().signal, () => true));
    // More than anything rests for.
    clock.advance(7 * 3_600_000);
  };
  const check = async () => {
    const { timeoutMs } = config.poll;
    const clients = createClients({ ...shared, language: 'en', timeoutMs, rateLimit: 1e9, observe: () => {} });
    const findings = checkOnline(config, clients, new AbortController().signal, {
      log,
      tell: (progress) => log.info(progress),
    });
    const lines: string[] = [];
    for (let one = await turned(findings.next()); !one.done; one = await turned(findings.next()))
      lines.push(one.value.line);
    return lines;
  };
  const look = async (when: string, checked: readonly string[] = []) => {
    const outputs = [['log', logged.splice(0)], ['check', checked], ...(await pages(exporter))] as const;
    for (const [where, texts] of outputs)
      for (const [name, excerpt] of texts.flatMap((text) => [...leaksIn(text)]))
        if (!leaks.has(name)) leaks.set(name, `${name}, ${when}, in the ${where}: ${excerpt}`);
  };
  try {
    // Forms of errors first, so that IAM is asked too.
    for (const [i, { text }] of forms.entries()) {
      server.echo(allErrorShapes[i % allErrorShapes.length] ?? 'gateway', [text]);
      await poll();
      if (i % 16 === 15) await look('after errors');
    }
    server.echo(
      allErrorShapes[0] ?? 'gateway',
      forms.map(({ text }) => text),
    );
    await look('after errors in a check', await check());
    server.echo(
      'rows',
      forms.map(({ text }) => text),
    );
    for (let polls = 0; polls < 6; polls++) await poll();
    await look('after rows', await check());
    if (exporter.fleet.reports()[0]?.polls.last?.error !== null) throw new Error('rows have not been understood');
    if (leaks.size > 0) throw new Error(`${leaks.size} forms leak:\n${[...leaks.values()].slice(0, 12).join('\n')}`);
  } finally {
    server.echo('nothing', []);
    await exporter.close();
  }
}

/** What is served, as it is written and as a reader reads it. */
async function pages({ app, exposition }: Exporter): Promise<[string, string[]][]> {
  const get = async (path: string) => (await app.request(path)).text();
  const [status, page] = [await get('/api/v1/status'), await get('/')];
  const texts: string[] = [];
  JSON.parse(status, (key, value) => void texts.push(key, String(value)));
  const metrics = Buffer.concat(await exposition.scrape('openmetrics', 'identity')).toString();
  return [
    ['exposition', [metrics, metrics.replaceAll(/\\([\\"])/g, '$1')]],
    ['status', [status, texts.join('\n')]],
    ['page', [page, unescaped(page)]],
  ];
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function unescaped(html: string): string {
  return html.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '');
}

function configuration(url: string, credentials: unknown): object {
  return {
    poll: { rate_limit: 200 },
    state: { path: ':memory:' },
    metrics: { max_playbooks: 1_000, new_series_hold: '0s' },
    workspaces: [
      {
        region: defaultProject.name,
        project_id: defaultProject.id,
        workspace_id: defaultWorkspace.id,
        endpoint: url,
        iam_endpoint: url,
        credentials,
      },
    ],
  };
}
