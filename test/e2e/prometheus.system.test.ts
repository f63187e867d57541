import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { contentTypes } from '../../src/metrics/writer.ts';
import { startPrometheus } from '../support/alert/prometheus.ts';
import { hostileConfig, hostileRow, startHostile } from '../support/process/hostile.ts';
import { eventually, temporaryFolder } from '../support/process/processes.ts';
import { polledAgain, serve, writeConfig } from '../support/process/served.ts';
import { startSimulator } from '../support/process/simulated.ts';

async function prometheusOf(port: number) {
  const prometheus = await startPrometheus([`127.0.0.1:${port}`]);
  const query = async (expr: string) => (await prometheus.instant(expr)).flatMap(({ values }) => values);
  return { ...prometheus, query };
}

const sumOf = (lines: readonly string[]) => lines.reduce((sum, line) => sum + Number(line.split('} ')[1]), 0);

test.each([
  ['text', 'text'],
  ['everything-text', 'text'],
  ['openmetrics', 'openmetrics'],
  ['everything-openmetrics', 'openmetrics'],
] as const)(
  'a real Prometheus takes in each sample of the golden %s',
  async (name, format) => {
    const golden = readFileSync(join(import.meta.dirname, '..', 'metrics', 'golden', `${name}.txt`), 'utf8');
    const server = createHttpServer((_, response) =>
      response.setHeader('content-type', contentTypes[format]).end(golden),
    ).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { running, query } = await prometheusOf(port);
    const scraped = async () => (await query('scrape_samples_scraped > 0'))[0];
    const samples = golden.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
    expect(await eventually(scraped, 'a scrape', running)).toBe(samples);
    const failures = golden.split('\n').filter((line) => line.startsWith('secmaster_workflow_node_failures_total{'));
    expect(await query('sum(secmaster_workflow_node_failures_total)')).toEqual([sumOf(failures)]);
  },
  60_000,
);

test.each(['text', 'openmetrics'] as const)(
  'a real Prometheus takes in each sample of a hostile SecMaster in %s',
  async (format) => {
    const hostile = await startHostile();
    const file = join(temporaryFolder(), 'config.yml');
    writeFileSync(file, hostileConfig(hostile, { ak_sk: { ak: 'AKTEST', sk: 'SKTEST' } }));
    const served = await serve([`--config.file=${file}`]);
    await polledAgain(served);
    const odd = ['a\u0000b', '"', '\\', '# {', '\u2028', '\ud83d', '} 1\nup 0', 'x'.repeat(10_000), '__proto__', '🔥'];
    hostile.rows = odd.flatMap((text, n) => [
      hostileRow({ id: `${n} ${text}`, status: text, trigger_type: text, playbook: { id: text, name: text } }),
      hostileRow({ id: `${n} "${'é'.repeat(60)}`, playbook: { id: `p${n}`, name: text } }),
      hostileRow({ status: 'FAILED', playbook: { id: `p${n}`, name: text } }),
    ]);
    hostile.nodes = odd.map((text, n) => ({
      action_id: `n${n}`,
      action_name: text,
      status: 'FAILED',
      error_msg: text,
    }));
    await eventually(
      async () => ((await served.get('/metrics')).includes('node="__proto__"') ? true : undefined),
      'the rows',
      served.running,
    );
    await polledAgain(served);
    const headers = { accept: format === 'text' ? 'text/plain' : 'application/openmetrics-text; version=1.0.0' };
    const text = await (await fetch(`http://127.0.0.1:${served.port}/metrics`, { headers })).text();
    const server = createHttpServer((_, response) =>
      response.setHeader('content-type', contentTypes[format]).end(text),
    ).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { running, query } = await prometheusOf((server.address() as AddressInfo).port);
    const scraped = async () => (await query('scrape_samples_scraped > 0'))[0];
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
    expect(await eventually(scraped, 'a scrape', running)).toBe(samples);
    expect(await query('scrape_samples_post_metric_relabeling')).toEqual([samples]);
  },
  60_000,
);

test('a real Prometheus scrapes it, and promtool has nothing to say about our families', async () => {
  const simulated = await startSimulator({ historyMs: 3_600_000 });
  const folder = temporaryFolder();
  const served = await serve([`--config.file=${writeConfig(simulated, folder)}`]);
  const { running: prometheus, query, exemplars } = await prometheusOf(served.port);

  await simulated.turn(10 * 60_000);
  const text = await polledAgain(served);
  const isThere = async (expression: string) => ((await query(expression)).length > 0 ? true : undefined);
  await eventually(() => isThere('secmaster_workflow_attempts_completed_total > 0'), 'a scrape', prometheus);
  expect(await query('up')).toEqual([1]);
  expect(await query('secmaster_up')).toEqual([1]);
  // More is known with each poll until the scrape comes.
  const isWhole = async () => {
    const lines = (await served.get('/metrics')).split('\n');
    const samples = lines.filter((line) => line.startsWith('secmaster_workflow_instances{')).length;
    return (await query('count(secmaster_workflow_instances)'))[0] === samples ? true : undefined;
  };
  await eventually(isWhole, 'a scrape of all series', prometheus);

  // Exemplars come in OpenMetrics alone: that is what Prometheus has asked for and understood.
  const found = await eventually(
    async () => {
      const all = await exemplars('secmaster_workflow_duration_seconds_bucket');
      return all.length > 0 ? all : undefined;
    },
    'an exemplar',
    prometheus,
  );
  expect(found[0]).toEqual({ instance_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });

  const ours = text.slice(0, text.indexOf('# HELP process_'));
  expect(ours).toContain('secmaster_workflow_duration_seconds_bucket');
  expect(execFileSync('promtool', ['check', 'metrics'], { input: ours, encoding: 'utf8', stdio: 'pipe' })).toBe('');
}, 60_000);
