import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseExposition, sampleValue, total } from '../support/metrics/exposition.ts';
import { eventually, startExporter, temporaryFolder } from '../support/process/processes.ts';
import { type Served, serve } from '../support/process/served.ts';
import { accessKey, environmentOf, type Simulated, startSimulator } from '../support/process/simulated.ts';

const root = join(import.meta.dirname, '..', '..');
const document = readFileSync(join(root, 'docs', 'conventions.md'), 'utf8');

/** The conventions whose row has a check mark, as the document words them. */
const checkedRows = document
  .split('\n')
  .filter((line) => line.endsWith(' ✓ |'))
  .map((line) => line.split(' | ')[0]?.slice(2));

/** An exporter of a simulated SecMaster, polled once and rarely after that. */
interface World extends Served {
  readonly simulated: Simulated;
  /** Another exporter, whose SecMaster can't be reached, without metrics about itself. */
  readonly other: Served;
  readonly metrics: string;
  readonly help: string;
  readonly folder: string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** Runs a command that ends by itself. */
async function run(args: readonly string[], environment: Record<string, string> = {}) {
  const running = startExporter(args, environment);
  const code = await running.ended;
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}

/** Nothing listens on this port. */
const nowhere = 'http://127.0.0.1:9';

const surroundings = (url: string, folder: string, ledger: string) => ({
  ...environmentOf(url),
  ...accessKey,
  SECMASTER_STATE_PATH: join(folder, `${ledger}.db`),
});

const webFile = ({ folder }: World, text: string): string => {
  const file = join(folder, 'web.yml');
  writeFileSync(file, text);
  return `--web.config.file=${file}`;
};

const namesOf = (text: string, type?: string): string[] =>
  [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', its]) => ((type ?? its) === its ? [name] : []));

const own = (names: readonly string[]) => names.filter((name) => !/^(process|nodejs)_/.test(name));

const isAbsent = (path: string) => async (world: World) => expect((await world.fetch(path)).status).toBe(404);
const hasFlag =
  (...flags: readonly string[]) =>
  ({ help }: World) => {
    for (const flag of flags) expect(help).toMatch(new RegExp(`^ +${flag}(?: <|  )`, 'm'));
  };

const checks: Readonly<Record<string, (world: World) => unknown>> = {
  'metrics are at `/metrics`': async (world) => {
    hasFlag('--web.telemetry-path')(world);
    expect((await world.fetch('/metrics')).status).toBe(200);
  },
  'one port, on all addresses by default': ({ help }) => {
    expect(help).toContain('may be given several times (default: :19210)');
  },
  'systemd can listen': hasFlag('--web.systemd-socket'),
  'TLS and basic authentication by a web configuration file': async (world) => {
    const guarded = await serve(
      [webFile(world, 'basic_auth_users: { soc: $2b$10$W27rOeCtxqiBeZBa2ESaa.E7LViY0cZfCII/kt8FCWFo9TWvCfiAG }')],
      surroundings(nowhere, world.folder, 'guarded'),
    );
    expect((await fetch(`http://127.0.0.1:${guarded.port}/metrics`)).status).toBe(401);
    const missing = await run([
      'check',
      webFile(world, 'tls_server_config: { cert_file: none.crt, key_file: none.key }'),
    ]);
    expect([missing.code, missing.stderr + missing.stdout]).toEqual([
      1,
      expect.stringContaining('cert_file: no such file'),
    ]);
  },
  'it works behind a proxy': async (world) => {
    hasFlag('--web.external-url', '--web.route-prefix')(world);
    expect(await world.get('/')).not.toMatch(/ (href|src|action)="\//);
  },
  'metrics about itself can be left out': async ({ other }) => {
    const names = namesOf(await other.get('/metrics'));
    expect(names).toContain('secmaster_exporter_build_info');
    expect(names).toEqual(own(names));
  },
  'configuration by a YAML file': async ({ folder }) => {
    const file = join(folder, 'config.yml');
    writeFileSync(file, 'workspaces: []\nunknown: 1\n');
    const { code, stdout, stderr } = await run(['check', `--config.file=${file}`]);
    expect([code, stdout + stderr]).toEqual([1, expect.stringContaining('unknown')]);
  },
  'reload without a restart': async (world) => {
    const last = 'secmaster_exporter_config_last_reload_success_timestamp_seconds';
    const before = sampleValue(await world.get('/metrics'), last) ?? Number.NaN;
    for (const method of ['PUT', 'POST']) expect((await world.fetch('/-/reload', { method })).status).toBe(200);
    world.running.child.kill('SIGHUP');
    const reloads = () => world.running.stderr().match(/"msg":"configuration reloaded/g)?.length === 3 || undefined;
    await eventually(reloads, 'three reloads', world.running);
    // Scrapes that are close together get the same metrics of the process.
    const isLater = async () => (sampleValue(await world.get('/metrics'), last) ?? 0) > before || undefined;
    await eventually(isLater, 'a later time of the last reload', world.running);
  },
  'health and readiness': async ({ fetch }) => {
    for (const path of ['/-/healthy', '/-/ready']) expect((await fetch(path)).status).toBe(200);
  },
  'a page at `/` with a link to the metrics': async ({ get }) =>
    expect((await get('/')).includes('href="./metrics"')).toBe(true),
  'the log is on stderr': (world) => {
    hasFlag('--log.level', '--log.format')(world);
    expect(world.running.stdout()).toBe('');
    expect(world.running.stderr()).toContain('"level":"info"');
  },
  '`--version` and `--help` print to stdout and succeed': async () => {
    for (const flag of ['--version', '--help'])
      expect(await run([flag])).toEqual({ code: 0, stdout: expect.stringContaining('secmaster-exporter'), stderr: '' });
  },
  'secrets are not flags, which everybody on the machine can read': ({ help }) => {
    expect(help).not.toMatch(/--\S*(password|secret|token|\bak\b|\bsk\b)/i);
  },
  'text format 0.0.4, or OpenMetrics 1.0 by `Accept`; gzip by `Accept-Encoding`': async ({ fetch }) => {
    const typeOf = async (accept: string, encoding: string) => {
      const { headers } = await fetch('/metrics', { headers: { accept, 'accept-encoding': encoding } });
      return [headers.get('content-type'), headers.get('content-encoding')];
    };
    expect(await typeOf('text/plain', 'identity')).toEqual(['text/plain; version=0.0.4; charset=utf-8', null]);
    expect(await typeOf('application/openmetrics-text;version=1.0.0', 'gzip')).toEqual([
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
      'gzip',
    ]);
  },
  'names begin with the name of what is monitored': ({ metrics }) => {
    expect(own(namesOf(metrics)).filter((name) => !name.startsWith('secmaster_'))).toEqual([]);
  },
  'base units': ({ metrics }) => {
    expect(namesOf(metrics).filter((name) => /_(ms|milliseconds|minutes|hours|percent|mb|kb)(_|$)/.test(name))).toEqual(
      [],
    );
    expect(own(namesOf(metrics, 'histogram')).filter((name) => !name.endsWith('_seconds'))).toEqual([]);
  },
  'counters end with `_total`, and nothing else does': ({ metrics }) => {
    const counters = namesOf(metrics, 'counter');
    expect(counters.length).toBeGreaterThan(5);
    expect(namesOf(metrics).filter((name) => name.endsWith('_total'))).toEqual(counters);
  },
  'each family has HELP and TYPE': ({ metrics }) => {
    const helped = [...metrics.matchAll(/^# HELP (\S+) \S/gm)].map(([, name]) => name);
    expect(helped).toEqual(namesOf(metrics));
    const families = new Set(helped);
    const bare = (name: string) => (families.has(name) ? name : name.replace(/_(bucket|sum|count)$/, ''));
    expect(parseExposition(metrics).filter(({ name }) => !families.has(bare(name)))).toEqual([]);
  },
  'samples have no timestamps': ({ metrics }) => {
    // It takes a name, labels and a value, and nothing behind them.
    expect(() => parseExposition('secmaster_up 1 1700000000000\n')).toThrow();
    expect(parseExposition(metrics).length).toBeGreaterThan(100);
  },
  'target labels are left to Prometheus': ({ metrics }) => {
    const labels = new Set(parseExposition(metrics).flatMap((sample) => Object.keys(sample.labels)));
    expect(['job', 'instance', 'env', 'cluster'].filter((label) => labels.has(label))).toEqual([]);
  },
  'ids and names are on an info metric, not on each series': ({ metrics }) => {
    const withIds = parseExposition(metrics).filter(({ labels }) =>
      Object.keys(labels).some((label) => /_id$/.test(label)),
    );
    expect([...new Set(withIds.map(({ name }) => name))].toSorted()).toEqual([
      'secmaster_playbook_info',
      'secmaster_workflow_info',
      'secmaster_workspace_info',
    ]);
  },
  'series are there before the first event': ({ metrics }) => {
    const started = parseExposition(metrics).filter(
      ({ name }) => name === 'secmaster_workflow_instances_started_total',
    );
    expect(started.map(({ value }) => value)).toContain(0);
  },
  "where the source can't be reached, the scrape succeeds and `up` is 0": async ({ other }) => {
    const isDown = async () => sampleValue(await other.get('/metrics'), 'secmaster_up') === 0 || undefined;
    await eventually(isDown, 'up is 0', other.running);
  },
  '`…_build_info` with version and revision': ({ metrics }) => {
    const info = parseExposition(metrics).find(({ name }) => name === 'secmaster_exporter_build_info');
    expect(info?.labels).toMatchObject({ version: expect.stringMatching(/^\d/), revision: expect.any(String) });
  },
  'the result of the last reload is a metric': ({ metrics }) => {
    expect(sampleValue(metrics, 'secmaster_exporter_config_last_reload_successful')).toBe(1);
  },
  "the exporter's own process is measured": ({ metrics }) => {
    expect(sampleValue(metrics, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
  },
  "a port of Prometheus's list, 9100 to 9999": ({ help }) => {
    const [, port] = /default: :(\d+)/.exec(help) ?? [];
    // The first of Linux's net.ipv4.ip_local_port_range.
    expect(Number(port)).toBeLessThan(32_768);
  },
  'metrics are collected when Prometheus scrapes': async ({ get }) => {
    const requests = async () => total(await get('/metrics'), 'secmaster_exporter_api_requests_total');
    const before = await requests();
    expect(before).toBeGreaterThan(0);
    for (let n = 0; n < 20; n++) expect(await requests()).toBe(before);
  },
  'counters start at 0 with each process': async ({ folder, simulated }) => {
    const once = async () => {
      const { code, stdout, stderr } = await run(['once'], surroundings(simulated.url, folder, 'kept'));
      expect(code, stderr).toBe(0);
      return stdout;
    };
    const created = sampleValue(await once(), 'secmaster_exporter_ledger_created_timestamp_seconds');
    await simulated.turn(120_000);
    const second = await once();
    expect(sampleValue(second, 'secmaster_exporter_ledger_created_timestamp_seconds')).toBe(created);
    await simulated.turn(120_000);
    const started = (text: string) => total(text, 'secmaster_workflow_instances_started_total');
    expect(started(await once())).toBeGreaterThan(started(second));
  },
  'one target, `/probe?target=…`, for many': isAbsent('/probe?target=a'),
  '`--collector.NAME` turns metrics on and off': ({ help }) => expect(help).not.toContain('--collector'),
  '`--config.check`': async ({ help }) => {
    expect(help).not.toContain('--config.check');
    expect((await run(['help', 'check'])).stdout).toContain('--online');
  },
  'the log is logfmt': ({ running }) => {
    expect(running.stderr()).toMatch(/^\{"/);
  },
  'wrong flags exit with 1': async () => expect((await run(['--none'])).code).toBe(2),
  '`/debug/pprof`': isAbsent('/debug/pprof/'),
  '`/config` shows the configuration': async (world) => {
    await isAbsent('/config')(world);
    expect((await world.get('/')).includes('schedule: 1h')).toBe(true);
  },
  '`--web.max-requests`, `--timeout-offset`': ({ help }) => expect(help).not.toMatch(/max-requests|timeout-offset/),
  'HTTP/2, TLS 1.0 and 1.1, choice of cipher suites': async (world) => {
    const { code, stdout, stderr } = await run([
      'check',
      webFile(world, 'tls_server_config: { min_version: TLS10, cipher_suites: [TLS_AES_128_GCM_SHA256] }'),
    ]);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('min_version');
    expect(stdout + stderr).toContain('cipher_suites');
  },
  '`go_*`': ({ metrics }) => {
    const names = namesOf(metrics);
    expect(names.some((name) => name.startsWith('nodejs_'))).toBe(true);
    expect(names.filter((name) => /^go_|^nodejs_active_.*_total$/.test(name))).toEqual([]);
  },
};

test('each row of docs/conventions.md with a check mark has a check here', () => {
  expect(Object.keys(checks)).toEqual(checkedRows);
});

test('each convention is as docs/conventions.md says', { timeout: 300_000 }, async () => {
  const simulated = await startSimulator({ historyMs: 600_000 });
  const folder = temporaryFolder();
  const served = await serve([], { ...surroundings(simulated.url, folder, 'world'), SECMASTER_POLL_SCHEDULE: '1h' });
  const isUp = async () => sampleValue(await served.get('/metrics'), 'secmaster_up') === 1 || undefined;
  await eventually(isUp, 'a poll', served.running);
  const world: World = {
    ...served,
    simulated,
    metrics: await served.get('/metrics'),
    help: (await run(['help', 'serve'])).stdout,
    folder,
    other: await serve(['--web.disable-exporter-metrics'], surroundings(nowhere, folder, 'other')),
    fetch: (path, init) => fetch(`http://127.0.0.1:${served.port}${path}`, init),
  };
  for (const [convention, check] of Object.entries(checks)) {
    await expect
      .soft(
        Promise.resolve(check(world)).then(() => convention),
        convention,
      )
      .resolves.toBe(convention);
  }
});
