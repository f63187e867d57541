import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sampleValue, total } from '../support/metrics/exposition.ts';
import { ledgerCreatedMs, startExporter, temporaryFolder } from '../support/process/processes.ts';
import { byPassword, polledAgain, serve, writeConfig } from '../support/process/served.ts';
import { accessKey, environmentOf, iamUser, startSimulator } from '../support/process/simulated.ts';
import { differences } from '../support/world/compare.ts';

const hourMs = 3_600_000;
const lookbackMs = 2 * hourMs;

test('every workflow family equals the truth: at first, as the SOC lives on, after kill -9 and after a stop', async () => {
  const simulated = await startSimulator({ historyMs: 3 * hourMs, runsPerMinute: 20 });
  const folder = temporaryFolder();
  const args = [`--config.file=${writeConfig(simulated, folder, { credentials: byPassword })}`];
  let served = await serve(args);
  let text = await polledAgain(served);
  const sinceMs = ledgerCreatedMs(join(folder, 'ledger', 'secmaster.db'));

  const compare = async () => {
    const windowStartMs =
      (sampleValue(text, 'secmaster_exporter_last_poll_timestamp_seconds') ?? 0) * 1000 - lookbackMs;
    return differences(text, await simulated.truthOf(text, sinceMs, lookbackMs), windowStartMs);
  };
  expect(await compare()).toEqual([]);
  expect(total(text, 'secmaster_workflow_instances_started_total')).toBe(0);

  for (const minutes of [5, 30]) {
    text = await polledAgain(served, await simulated.turn(minutes * 60_000));
    expect(await compare()).toEqual([]);
  }
  expect(total(text, 'secmaster_workflow_instances_started_total')).toBeGreaterThan(0);

  served.running.child.kill('SIGKILL');
  await served.running.ended;
  let nowMs = await simulated.turn(20 * 60_000);
  served = await serve(args);
  text = await polledAgain(served, nowMs);
  expect(await compare()).toEqual([]);

  // In the middle of a poll, as likely as not.
  await simulated.turn(20 * 60_000);
  served.running.child.kill('SIGTERM');
  const stoppingMs = Date.now();
  expect(await served.running.ended).toBe(0);
  expect(Date.now() - stoppingMs).toBeLessThan(5_000);
  nowMs = await simulated.turn(hourMs);
  served = await serve(args);
  text = await polledAgain(served, nowMs);
  expect(await compare()).toEqual([]);
}, 120_000);

test.each([
  ['with an access key', accessKey, []],
  ['with an IAM user', iamUser, ['KeystoneCreateUserTokenByPassword']],
])('the environment alone is enough, %s', async (_, credentials, operations) => {
  const simulated = await startSimulator({ historyMs: hourMs, runsPerMinute: 1 });
  const folder = temporaryFolder();
  const environment = {
    ...environmentOf(simulated.url),
    ...credentials,
    SECMASTER_STATE_PATH: join(folder, 'secmaster.db'),
    SECMASTER_POLL_SCHEDULE: '* * * * * *',
    SECMASTER_LOOKBACK: '2h',
  };

  // The simulated clock stands still, less than a minute off: nothing has happened since this.
  const sinceMs = Date.now() + 60_000;

  const once = startExporter(['once'], environment);
  expect(await once.ended, once.stderr()).toBe(0);
  expect(sampleValue(once.stdout(), 'secmaster_up', { workspace: 'simulated-soc' })).toBe(1);
  expect(once.stdout()).not.toMatch(/^(process|nodejs)_/m);
  expect(differences(once.stdout(), await simulated.truthOf(once.stdout(), sinceMs, lookbackMs), 0)).toEqual([]);

  const served = await serve([], environment);
  const text = await polledAgain(served);
  expect(differences(text, await simulated.truthOf(text, sinceMs, lookbackMs), 0)).toEqual([]);
  expect(await served.get('/-/healthy')).toContain('healthy');
  expect(await served.get('/-/ready')).toContain('ready');
  expect(await served.get('/')).toContain('simulated-soc');
  const { refused, counts } = await simulated.requests();
  const usual = ['ListAopWorkflowInstance', 'ListPlaybooks', 'ListWorkspaces'];
  expect(Object.keys(counts).sort()).toEqual([...operations, ...usual].sort());
  expect(refused).toBe(0);
});

test('a quiet exporter is silent: no line for a scrape, none for a poll that found nothing', async () => {
  const simulated = await startSimulator({ historyMs: hourMs });
  const served = await serve([`--config.file=${writeConfig(simulated, temporaryFolder())}`]);
  await polledAgain(served);
  const before = served.running.stderr();
  for (let i = 0; i < 20; i++) await served.get('/metrics');
  await polledAgain(served);
  expect(served.running.stderr()).toBe(before);
  expect(served.running.stdout()).toBe('');
});
