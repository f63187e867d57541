import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually, start, temporaryFolder } from '../support/processes.ts';
import { polledAgain, serve, writeConfig } from '../support/served.ts';
import { startSimulator } from '../support/simulated.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

test('a real Prometheus scrapes it, and promtool has nothing to say about our families', async () => {
  const simulated = await startSimulator({ historyMs: 3_600_000 });
  const folder = temporaryFolder();
  const served = await serve([`--config.file=${writeConfig(simulated, folder)}`]);
  const config = join(folder, 'prometheus.yml');
  const job = { job_name: 'secmaster', static_configs: [{ targets: [`127.0.0.1:${served.port}`] }] };
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [job] }));
  const port = await freePort();
  const prometheus = start('prometheus', [
    `--config.file=${config}`,
    '--enable-feature=exemplar-storage',
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);

  await simulated.turn(10 * 60_000);
  const text = await polledAgain(served);
  const query = async (expression: string) => {
    const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`;
    const response = await fetch(url).catch(() => null);
    if (response === null || !response.ok) return [];
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    return data.result.map(({ value: [, value] }) => value);
  };
  const isThere = async (expression: string) => ((await query(expression)).length > 0 ? true : undefined);
  await eventually(() => isThere('secmaster_workflow_instances_completed_total > 0'), 'a scrape', prometheus);
  expect(await query('up')).toEqual(['1']);
  expect(await query('secmaster_up')).toEqual(['1']);
  const samples = text.split('\n').filter((line) => line.startsWith('secmaster_workflow_instances{')).length;
  expect(await query('count(secmaster_workflow_instances)')).toEqual([String(samples)]);

  // Exemplars come in OpenMetrics alone: that is what Prometheus has asked for and understood.
  const exemplars = async () => {
    const series = 'secmaster_workflow_duration_seconds_bucket';
    const url = `http://127.0.0.1:${port}/api/v1/query_exemplars?query=${series}&start=0&end=9e9`;
    const { data } = (await (await fetch(url)).json()) as { data: { exemplars: { labels: object }[] }[] };
    return data.flatMap((one) => one.exemplars);
  };
  const found = await eventually(
    async () => {
      const all = await exemplars();
      return all.length > 0 ? all : undefined;
    },
    'an exemplar',
    prometheus,
  );
  expect(found[0]?.labels).toEqual({ instance_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });

  const ours = text.slice(0, text.indexOf('# HELP process_'));
  expect(ours).toContain('secmaster_workflow_duration_seconds_bucket');
  expect(execFileSync('promtool', ['check', 'metrics'], { input: ours, encoding: 'utf8', stdio: 'pipe' })).toBe('');
}, 60_000);
