import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { defaultAccessKey, defaultProject } from '../../src/simulator/defaults.ts';
import { parseExposition, sampleValue } from '../support/metrics/exposition.ts';
import { sharedFamilies } from '../support/metrics/shared-families.ts';
import { usePostgres } from '../support/postgres.ts';
import { eventually, startExporter, temporaryFolder } from '../support/process/processes.ts';
import { type Served, serve } from '../support/process/served.ts';
import { type Simulated, startSimulator } from '../support/process/simulated.ts';

/** Several exporters on one PostgreSQL database, as processes of their own. */

const server = usePostgres();

/** A project whose workspaces are found, and a ledger in PostgreSQL. */
function writeConfig({ url }: Simulated, database: string, schedule = '2s'): string {
  const file = join(temporaryFolder(), 'config.yml');
  writeFileSync(
    file,
    `
poll: { schedule: "${schedule}", lookback: 2h, rate_limit: 200 }
state: { url: "${database}", lease: 3s }
metrics: { new_series_hold: 0s }
workspaces:
  - region: ${defaultProject.name}
    project_id: "${defaultProject.id}"
    endpoint: ${url}
    iam_endpoint: ${url}
    credentials: { ak_sk: { ak: ${defaultAccessKey.ak}, sk: ${defaultAccessKey.sk} } }
`,
  );
  return file;
}

const lease = async ({ get }: Served) => sampleValue(await get('/metrics'), 'secmaster_exporter_lease');

/** The one of these that polls, once leases have come to rest, and the others. */
async function pollerOf(all: readonly Served[]): Promise<readonly [Served, readonly Served[]]> {
  const find = async () => {
    const before = await Promise.all(all.map(lease));
    await sleep(2_500);
    const leases = await Promise.all(all.map(lease));
    const i = JSON.stringify(before) === JSON.stringify(leases) ? leases.indexOf(1) : -1;
    const holder = all[i];
    return holder === undefined || leases.includes(undefined)
      ? undefined
      : ([holder, all.filter((one) => one !== holder)] as const);
  };
  return eventually(find, 'a poll by one of the replicas', all[0]?.running);
}

const polls = async ({ get }: Served) => sampleValue(await get('/metrics'), 'secmaster_exporter_polls_total') ?? 0;

async function grows(one: Served, withinMs: number): Promise<void> {
  const before = await polls(one);
  await eventually(async () => ((await polls(one)) > before ? true : undefined), 'a poll', one.running, withinMs);
}

test('replicas serve the same, and polls go on after one is stopped, and after one is killed', async () => {
  const simulated = await startSimulator({ historyMs: 3_600_000 });
  const args = [`--config.file=${writeConfig(simulated, await server.createDatabase())}`];
  const three = await Promise.all([serve(args), serve(args), serve(args)]);
  const [first, [second, third]] = await pollerOf(three);
  if (second === undefined || third === undefined) throw new Error('there are three');
  await grows(second, 10_000);

  const alike = async () => {
    const [one, other] = await Promise.all([first.get('/metrics'), third.get('/metrics')]);
    return sharedFamilies(one) === sharedFamilies(other) ? one : undefined;
  };
  const text = await eventually(alike, 'the same exposition', third.running, 20_000);
  expect(parseExposition(text).some(({ name }) => name === 'secmaster_workflow_instances')).toBe(true);

  const status = JSON.parse(await third.get('/api/v1/status'));
  const holder = JSON.parse(await first.get('/api/v1/status')).replica;
  expect(status.workspaces).toMatchObject([{ workspace: 'simulated-soc', polled_by: holder }]);
  expect(status.other_replicas).toHaveLength(2);
  expect(await third.get('/')).toContain(`polled by <bdi>${holder}</bdi>`);

  first.running.child.kill('SIGTERM');
  expect(await first.running.ended).toBe(0);
  const [heir] = await pollerOf([second, third]);
  await grows(heir, 5_000);
  heir.running.child.kill('SIGKILL');
  const [last] = [second, third].filter((one) => one !== heir);
  if (last === undefined) throw new Error('one is left');
  await eventually(async () => ((await lease(last)) === 1 ? true : undefined), 'a takeover', last.running, 10_000);
  await grows(last, 10_000);
}, 120_000);

test('once polls what nobody else does, and prints the rest as it is', async () => {
  const simulated = await startSimulator({ historyMs: 3_600_000 });
  const args = [`--config.file=${writeConfig(simulated, await server.createDatabase())}`];
  const alone = startExporter(['once', ...args]);
  expect([await alone.ended, alone.stderr()]).toEqual([0, expect.stringContaining('first poll succeeded')]);
  expect(sampleValue(alone.stdout(), 'secmaster_exporter_polls_total')).toBe(1);

  const served = await serve(args);
  await pollerOf([served]);
  await grows(served, 10_000);
  const beside = startExporter(['once', ...args]);
  expect([await beside.ended, beside.stderr()]).toEqual([
    0,
    expect.stringContaining('another replica polls this workspace; printed as its ledger is'),
  ]);
  expect(sampleValue(beside.stdout(), 'secmaster_up')).toBe(1);
  expect(sampleValue(beside.stdout(), 'secmaster_exporter_polls_total')).toBeGreaterThan(1);
}, 90_000);

test('a reload that names another database says that it needs a restart', async () => {
  const simulated = await startSimulator();
  const file = writeConfig(simulated, await server.createDatabase());
  const served = await serve([`--config.file=${file}`]);
  const other = await server.createDatabase();
  writeFileSync(file, readFileSync(file, 'utf8').replace(/url: "postgresql[^"]*"/, `url: "${other}"`));
  const reload = await fetch(`http://127.0.0.1:${served.port}/-/reload`, { method: 'POST' });
  expect([reload.status, await reload.text()]).toEqual([
    200,
    'configuration reloaded\nstate.url needs a restart; until then the ledger stays in the database of before\n',
  ]);
}, 60_000);
