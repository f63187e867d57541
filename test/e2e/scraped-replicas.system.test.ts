import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFailed, test } from 'vitest';
import type { Status } from '../../src/http/status.ts';
import { startPrometheus } from '../support/alert/prometheus.ts';
import { sampleValue } from '../support/metrics/exposition.ts';
import { differingLines, sharedFamilies } from '../support/metrics/shared-families.ts';
import { usePostgres } from '../support/postgres.ts';
import { eventually, temporaryFolder } from '../support/process/processes.ts';
import { byPassword, type Served, serve, writeConfig } from '../support/process/served.ts';
import { type Simulated, startSimulator } from '../support/process/simulated.ts';

const server = usePostgres();
const lease = 'secmaster_exporter_lease';

/** A configuration file as a user would write it. */
async function writeYaml(simulated: Simulated): Promise<string> {
  const folder = temporaryFolder();
  const database = new URL(await server.createDatabase());
  writeFileSync(join(folder, 'password'), `${decodeURIComponent(database.password)}\n`);
  database.password = '';
  const state = `{ url: "${database.href}", password_file: ${join(folder, 'password')}, lease: 3s }`;
  return writeConfig(simulated, folder, { state, schedule: '2s', credentials: byPassword });
}

/** What both show once they show the same, after so many polls. */
async function equalAfter(polls: number, ...both: readonly [Served, Served]): Promise<string> {
  let differing: string[] = [];
  const find = async () => {
    const [one = '', other = ''] = await Promise.all(
      both.map(async ({ get }) => sharedFamilies(await get('/metrics'))),
    );
    differing = differingLines(one, other);
    const polled = sampleValue(one, 'secmaster_exporter_polls_total') ?? 0;
    return differing.length === 0 && polled >= polls && sampleValue(one, 'secmaster_up') === 1 ? one : undefined;
  };
  return eventually(find, 'equal expositions', both[1].running, 60_000).catch((error: Error) => {
    throw new Error(`${differing.join('\n')}\n${error.message}`);
  });
}

test('two exporters on one database show the same, and when one is stopped the other goes on at once', async () => {
  const simulated = await startSimulator({ historyMs: 3_600_000 });
  const args = [`--config.file=${await writeYaml(simulated)}`];
  const both = [await serve(args), await serve(args)] as const;
  onTestFailed(() => both.forEach(({ running }) => void process.stdout.write(`${running.stderr().slice(-4_000)}\n\n`)));
  const ports = both.map(({ port }) => `127.0.0.1:${port}`);
  const prometheus = await startPrometheus(ports);

  await simulated.turn(10 * 60_000);
  const text = await equalAfter(4, ...both);
  expect(sampleValue(text, 'secmaster_workflow_instances_started_total')).toBeGreaterThan(0);

  // One polls, and both say which one.
  const statuses = await Promise.all(both.map(async ({ get }) => JSON.parse(await get('/api/v1/status')) as Status));
  const [{ replica: first, other_replicas: others }, { replica: second }] = statuses as [Status, Status];
  expect(others).toMatchObject([{ replica: second }]);
  const polledBy = statuses.map(({ workspaces }) => workspaces[0]?.polled_by);
  expect(new Set(polledBy).size).toBe(1);
  expect([first, second]).toContain(polledBy[0]);
  const leases = await Promise.all(both.map(async ({ get }) => sampleValue(await get('/metrics'), lease) ?? 0));
  expect(leases.toSorted()).toEqual([0, 1]);
  const [holder, follower] = leases[0] === 1 ? both : both.toReversed();
  if (holder === undefined || follower === undefined) throw new Error('nobody holds the lease');

  // The page and the states of the one that doesn't poll.
  const page = await follower.get('/');
  for (const name of [first, second]) expect(page).toContain(name);
  expect(page).toContain('polled by');
  expect(statuses.map(({ workspaces }) => workspaces[0]?.state)).toEqual(['succeeding', 'succeeding']);
  expect(await follower.get('/-/ready')).toBe('secmaster-exporter is ready.\n');

  const query = async (expr: string) => (await prometheus.instant(expr)).flatMap(({ values }) => values);
  const bothScraped = async () => ((await query('count(secmaster_up == 1)'))[0] === 2 ? true : undefined);
  await eventually(bothScraped, 'scrapes of both', prometheus.running);
  expect(await query(`sum(${lease})`)).toEqual([1]);

  const before = sampleValue(await follower.get('/metrics'), 'secmaster_exporter_polls_total') ?? 0;
  holder.running.child.kill('SIGTERM');
  expect(await holder.running.ended).toBe(0);
  const stoppedMs = performance.now();
  const takesOver = async () => {
    const now = await follower.get('/metrics');
    const polls = sampleValue(now, 'secmaster_exporter_polls_total') ?? 0;
    return sampleValue(now, lease) === 1 && polls > before ? true : undefined;
  };
  await eventually(takesOver, 'the other one polls', follower.running);
  // A look a second, and a poll at once; with a lease of 3 s it would be later if it had to expire.
  expect(performance.now() - stoppedMs).toBeLessThan(2_900);
  expect(await query('resets(secmaster_workflow_instances_started_total[1m]) > 0')).toEqual([]);
}, 180_000);
