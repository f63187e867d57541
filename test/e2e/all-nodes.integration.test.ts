import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sampleValue, total } from '../support/metrics/exposition.ts';
import { eventually, temporaryFolder } from '../support/process/processes.ts';
import { polledAgain, type Served, serve, writeConfig } from '../support/process/served.ts';
import { startSimulator } from '../support/process/simulated.ts';

const rateLimit = 10;
const runs = 40;

/** How many topologies were read. */
async function read({ get }: Served): Promise<number> {
  return sampleValue(await get('/metrics'), 'secmaster_exporter_topologies_total', { result: 'read' }) ?? 0;
}

test('all topologies are read between the polls, which come in time within a small rate limit, over a kill -9', async () => {
  const simulated = await startSimulator({ runsPerMinute: 0 });
  const file = writeConfig(simulated, temporaryFolder());
  const config = readFileSync(file, 'utf8')
    .replace('rate_limit: 200', `rate_limit: ${rateLimit}`)
    .replace('metrics: {', 'metrics: { nodes: all,');
  writeFileSync(file, config);
  let served = await serve([`--config.file=${file}`]);
  await polledAgain(served);

  await simulated.flood(runs, 60_000);
  await polledAgain(served, await simulated.turn(30 * 60_000));
  const before = { text: await served.get('/metrics'), requests: (await simulated.requests()).total };
  const beganMs = performance.now();
  await sleep(4_000);
  const seconds = (performance.now() - beganMs) / 1_000;
  const after = { text: await served.get('/metrics'), requests: (await simulated.requests()).total };
  const growth = (name: string) => (sampleValue(after.text, name) ?? 0) - (sampleValue(before.text, name) ?? 0);
  expect(growth('secmaster_exporter_polls_total')).toBeGreaterThanOrEqual(3);
  expect(growth('secmaster_exporter_poll_failures_total')).toBe(0);
  expect(after.requests - before.requests).toBeLessThanOrEqual(rateLimit * seconds + 5);

  served.running.child.kill('SIGKILL');
  await served.running.ended;
  served = await serve([`--config.file=${file}`]);
  const ended = total(await polledAgain(served), 'secmaster_workflow_attempts_completed_total');
  expect(ended).toBeGreaterThan(runs / 2);
  const isOver = async () => {
    const text = await served.get('/metrics');
    return total(text, 'secmaster_exporter_topologies_total') === ended ? text : undefined;
  };
  await eventually(isOver, 'every topology to be read', served.running);
  const { counts } = await simulated.requests();
  // One was under way when the process was killed, as likely as not; each was counted once.
  expect(counts.ShowAopWorkflowInstance).toBeLessThanOrEqual(ended + 5);
  expect(await read(served)).toBeGreaterThan(0);
}, 90_000);
