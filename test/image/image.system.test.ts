import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultProject, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { sampleValue, total } from '../support/metrics/exposition.ts';
import { eventually, portOf, type Running, start, temporaryFolder } from '../support/process/processes.ts';
import { accessKey, startSimulator } from '../support/process/simulated.ts';
import { cacheFolder, npmSetting, writeBase } from './base.ts';
import { createPodman, hardened } from './podman.ts';

const root = join(import.meta.dirname, '..', '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const image = 'localhost/secmaster-exporter';
const podman = createPodman();

beforeAll(async () => {
  const base = mkdtempSync(join(tmpdir(), 'secmaster-exporter-base-'));
  writeBase(base);
  await podman.importImage(base, 'localhost/node');
  rmSync(base, { recursive: true });
  await podman.run(
    ...['build', '--quiet', '--isolation=chroot', '--network=host', '--format=docker'],
    ...[`--volume=${npmSetting('cache')}:${cacheFolder}`],
    ...['--build-arg=NODE_IMAGE=localhost/node', '--build-arg=REVISION=0123abc', `--tag=${image}`, root],
  );
}, 300_000);

afterAll(() => podman.remove(), 60_000);

test('the image says what it is and runs as nobody in particular', async () => {
  const [{ Config: config }] = JSON.parse(await podman.run('image', 'inspect', image));
  expect(config.User).toBe('65532:65532');
  expect(Object.keys(config.Volumes)).toEqual(['/data']);
  expect(Object.keys(config.ExposedPorts)).toEqual(['19210/tcp']);
  expect(config.Labels).toMatchObject({
    'org.opencontainers.image.title': 'secmaster-exporter',
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.revision': '0123abc',
  });
  expect(await podman.run('run', '--rm', '--network=none', ...hardened, image, '--version')).toBe(
    `secmaster-exporter ${version}\n`,
  );
});

test('the image is of the Node.js on which these tests run', () => {
  const pinned = /^ARG NODE_IMAGE=docker\.io\/library\/node:(\S+)-bookworm-slim$/m;
  expect(`v${pinned.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))?.[1]}`).toBe(process.version);
});

test('the image has the compiled program with all that it uses, and its documents, nothing else', async () => {
  const shell = ['run', '--rm', '--network=none', ...hardened, '--entrypoint=sh', image, '-c'];
  const list = async (folder: string) => (await podman.run(...shell, `ls ${folder}`)).trim().split('\n');
  expect(await list('/app')).toEqual(['LICENSE', 'dist', 'docs', 'healthcheck.sh', 'package.json']);
  const dist = await list('/app/dist');
  expect(dist).toEqual(expect.arrayContaining(['licenses.txt', 'main.js', 'revision.txt', 'sbom.cdx.json']));
  expect(dist.filter((file) => !/^([\w.-]+\.js|licenses\.txt|revision\.txt|sbom\.cdx\.json)$/.test(file))).toEqual([]);
});

test('the demo runs in it without any network, and the health check tells whether it serves', async () => {
  const demo = run('--network=none', '--name=demo', image, 'demo');
  await portOf(demo);
  await podman.run('healthcheck', 'run', 'demo');
  const metrics = "fetch('http://127.0.0.1:19210/metrics').then((r) => r.text()).then(console.log)";
  const isUp = async () => sampleValue(await podman.run('exec', 'demo', 'node', '-e', metrics), 'secmaster_up') === 1;
  await eventually(async () => (await isUp()) || undefined, 'a demo that is up', demo);

  const runbook = "fetch('http://127.0.0.1:19210/runbooks/SecMasterDataStale').then((r) => console.log(r.status))";
  expect(await podman.run('exec', 'demo', 'node', '-e', runbook)).toBe('200\n');

  await podman.run('kill', '--signal=TERM', 'demo');
  expect(await demo.ended).toBe(0);

  const elsewhere = run('--network=none', '--name=elsewhere', image, 'demo', '--web.listen-address=:39999');
  await portOf(elsewhere);
  await eventually(
    () =>
      podman.run('healthcheck', 'run', 'elsewhere').then(
        () => true,
        () => undefined,
      ),
    'healthy at another port',
    elsewhere,
  );
  // It no longer does anything.
  await podman.run('kill', '--signal=STOP', 'elsewhere');
  await podman.run('exec', 'elsewhere', 'sh', '-c', 'echo 1 > "$EXPORTER_HEALTH_FILE"');
  await expect(podman.run('healthcheck', 'run', 'elsewhere')).rejects.toThrow();
}, 60_000);

test('with a read-only root and no capability it polls, stops on SIGTERM, and finds its ledger again', async () => {
  const simulated = await startSimulator({ historyMs: 3_600_000, runsPerMinute: 20 });
  const config = writeConfig(simulated.url);
  await podman.run('volume', 'create', 'ledger');
  const serve = (name: string) =>
    run(
      ...['--network=host', `--name=${name}`, '--volume=ledger:/data', `--volume=${config}:/etc/config.yml:ro`],
      ...[image, '--config.file=/etc/config.yml', '--web.listen-address=127.0.0.1:0'],
    );
  const stop = async (name: string, running: Running) => {
    const stoppingMs = Date.now();
    await podman.run('kill', '--signal=TERM', name);
    expect(await running.ended, running.stderr()).toBe(0);
    expect(Date.now() - stoppingMs).toBeLessThan(5_000);
  };

  const first = serve('first');
  let port = await portOf(first);
  await eventually(async () => (await up(port)) === 1 || undefined, 'a first poll', first);
  await simulated.turn(10 * 60_000);
  await eventually(async () => (await startedRuns(port)) > 0 || undefined, 'runs counted', first);
  const [, process] = (await podman.run('top', 'first', 'huser', 'capeff', 'seccomp', 'comm')).split('\n');
  expect(process?.split(/\s+/).slice(0, 3)).toEqual(['65532', 'none', 'filter']);
  await expect(podman.run('exec', 'first', 'sh', '-c', 'echo x > /app/x')).rejects.toThrow('Read-only file system');
  // The clock stands still, so nothing else begins.
  const started = await startedRuns(port);
  await stop('first', first);

  // What it says before a poll succeeds is what it has kept.
  await simulated.addFault({ kind: 'status', status: 503 });
  const second = serve('second');
  port = await portOf(second);
  await eventually(async () => (await up(port)) === 0 || undefined, 'a poll that failed', second);
  expect(await startedRuns(port)).toBe(started);
  await simulated.clearFaults();
  await simulated.turn(10 * 60_000);
  await eventually(async () => (await startedRuns(port)) > started || undefined, 'more runs counted', second);
  await stop('second', second);
}, 120_000);

function run(...args: readonly string[]): Running {
  return start('podman', podman.arguments('run', ...hardened, ...args));
}

async function scrape(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => null);
  return (await response?.text()) ?? '';
}

const up = async (port: number) => sampleValue(await scrape(port), 'secmaster_up');
const startedRuns = async (port: number) => total(await scrape(port), 'secmaster_workflow_instances_started_total');

/** Says nothing of the ledger's place. */
function writeConfig(url: string): string {
  const file = join(temporaryFolder(), 'config.yml');
  const { HUAWEICLOUD_SDK_AK: ak, HUAWEICLOUD_SDK_SK: sk } = accessKey;
  const config = {
    poll: { schedule: '* * * * * *', rate_limit: 200 },
    metrics: { new_series_hold: '0s' },
    workspaces: [
      {
        name: 'prod',
        region: defaultProject.name,
        project_id: defaultProject.id,
        workspace_id: defaultWorkspace.id,
        endpoint: url,
        iam_endpoint: url,
        credentials: { ak_sk: { ak, sk } },
      },
    ],
  };
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config));
  return file;
}
