import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { defaultAccessKey } from '../../src/simulator/defaults.ts';
import { listen } from '../../src/simulator/listen.ts';
import { createManualClock } from '../../src/simulator/manual-clock.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { inForm } from '../support/form.ts';
import { parseExposition, sampleValue, scrapeOf } from '../support/metrics/exposition.ts';
import { createOrganisation, projectId, startMs, workspaceId } from '../support/process/organisation.ts';
import { eventually, temporaryFolder } from '../support/process/processes.ts';
import { serve, writeConfig } from '../support/process/served.ts';
import { environmentOf, startSimulator } from '../support/process/simulated.ts';
import { differences } from '../support/world/compare.ts';

const lookbackMs = 24 * 3_600_000;
const region = 'eu-west-101';
const reloads = inForm(6, 20);

test(`${reloads} reloads that add, remove and rename workspaces under load: no counter falls, and in the end all is true`, async () => {
  const all = [1, 2, 3, 4, 5];
  const life = (seed: number) => ({ seed, historyMs: 1_800_000, runsPerMinute: 20 });
  let step = 0;
  const isThere = (n: number) => (step + n) % 4 !== 0;
  const labelOf = (n: number) => `tenant-${n}-${Math.floor((step + n) / 6)}`;
  const entries = (origin = '') =>
    all.filter(isThere).map((n) => ({
      name: labelOf(n),
      region,
      project_id: projectId(1),
      workspace_id: workspaceId(n),
      endpoint: origin,
      iam_endpoint: origin,
    }));
  let isBroken = false;
  const organisation = await createOrganisation({
    regions: [
      [
        {
          id: projectId(1),
          name: region,
          workspaces: all.map((n) => ({ id: workspaceId(n), name: `w${n}`, life: life(n) })),
        },
      ],
    ],
    workspaces: ([origin]) => entries(origin),
    load: (text, [origin]) => (isBroken ? '{ workspaces: 7 }' : text(entries(origin))),
  });
  const { exporter, simulators } = organisation;
  const since = new Map<number, number>();
  const before = new Map<string, number>();

  const workflows = async () => (await scrapeOf(exporter.exposition)).match(/^secmaster_w.*$/gm);

  /** The counters of each workspace by its number, whatever its label is now. */
  async function checkCounters(): Promise<void> {
    for (const { name, labels, value } of parseExposition(await scrapeOf(exporter.exposition))) {
      const n = all.find((one) => labelOf(one) === labels.workspace);
      if (n === undefined || !/^secmaster_workflow_.*_total$/.test(name) || name.includes('_node_')) continue;
      const key = `${n} ${name} ${JSON.stringify({ ...labels, workspace: '' })}`;
      expect(value, key).toBeGreaterThanOrEqual(before.get(key) ?? 0);
      before.set(key, value);
    }
  }

  for (; step < reloads; step++) {
    isBroken = true;
    const seen = await workflows();
    const { isApplied, lines } = await exporter.reload();
    expect([isApplied, lines]).toEqual([false, [expect.stringMatching(/workspaces: must be a list/)]]);
    expect(await workflows()).toEqual(seen);
    isBroken = false;
    for (const n of all.filter(isThere)) if (!since.has(n)) since.set(n, startMs + step * 60_000);
    // The reload comes in the middle of polls.
    const [, reloaded] = await Promise.all([organisation.poll(), exporter.reload()]);
    expect(reloaded).toEqual({ isApplied: true, lines: [] });
    await organisation.poll();
    await checkCounters();
    organisation.turn(60_000);
  }
  step = reloads;
  expect(await exporter.reload()).toEqual({ isApplied: true, lines: [] });
  for (let i = 0; i < 2; i++) await organisation.poll();
  const text = await scrapeOf(exporter.exposition);
  const labels = parseExposition(text)
    .filter(({ name }) => name === 'secmaster_up')
    .map((sample) => sample.labels.workspace);
  expect(labels.toSorted()).toEqual(all.filter(isThere).map(labelOf).toSorted());
  for (const n of all.filter(isThere)) {
    const own = text
      .split('\n')
      .filter((line) => line.includes(`workspace="${labelOf(n)}"`))
      .join('\n');
    const truth = simulators[0]?.truth(workspaceId(n), { sinceMs: since.get(n) ?? startMs, lookbackMs });
    if (truth === undefined) throw new Error('no truth');
    expect(differences(own, truth, organisation.clock.now() - lookbackMs), labelOf(n)).toEqual([]);
  }
}, 60_000);

test(`${reloads} reloads of a running exporter in the middle of its polls: no counter falls, and in the end all is true`, async () => {
  const all = [1, 2, 3, 4];
  // Ahead of ours, by which the exporter goes while this one stands still: what has not happened when a ledger begins must not have
  // happened earlier.
  const clock = createManualClock(Date.now() + 20_000);
  const simulator = createSimulator({
    clock,
    projects: [
      {
        id: projectId(1),
        name: region,
        workspaces: all.map((n) => ({
          id: workspaceId(n),
          name: `w${n}`,
          life: { seed: n, historyMs: 600_000, runsPerMinute: 60 },
        })),
      },
    ],
  });
  const { url, close } = await listen(simulator, '127.0.0.1', 0);
  onTestFinished(close);
  const folder = temporaryFolder();
  const file = join(folder, 'config.yml');
  let step = 0;
  const present = () => all.filter((n) => step === reloads || (step + n) % 3 !== 0);
  const labelOf = (n: number) => `tenant-${n}-${Math.floor((step + n) / 4)}`;
  const write = (these: readonly number[], changes: object = {}) =>
    writeFileSync(
      file,
      JSON.stringify({
        poll: { schedule: '* * * * * *', rate_limit: 200, concurrency: 1 + (step % 4) },
        state: { path: join(folder, 'ledger.db') },
        metrics: { new_series_hold: '0s' },
        workspaces: these.map((n) => ({
          name: labelOf(n),
          region,
          project_id: projectId(1),
          workspace_id: workspaceId(n),
          endpoint: url,
          iam_endpoint: url,
          credentials: { ak_sk: { ...defaultAccessKey } },
        })),
        ...changes,
      }),
    );
  write(present());
  const { port, get, running } = await serve([`--config.file=${file}`]);
  const reload = async () => (await fetch(`http://127.0.0.1:${port}/-/reload`, { method: 'PUT' })).status;
  const before = new Map<string, number>();

  /** What is shown, once every counter of a workspace, by its id, has been held against what it was. */
  async function checked(): Promise<{ text: string; polls: ReadonlyMap<string, number> }> {
    const text = await get('/metrics');
    const samples = parseExposition(text);
    const ids = new Map<string, string>();
    for (const { name, labels } of samples)
      if (name === 'secmaster_workspace_info') ids.set(labels.workspace ?? '', labels.workspace_id ?? '');
    const polls = new Map<string, number>();
    for (const { name, labels, value } of samples) {
      const id = ids.get(labels.workspace ?? '');
      if (id === undefined || !/_(total|count|sum|bucket)$/.test(name)) continue;
      const key = `${id} ${name} ${JSON.stringify({ ...labels, workspace: '' })}`;
      expect(value, key).toBeGreaterThanOrEqual(before.get(key) ?? 0);
      before.set(key, value);
      if (name === 'secmaster_exporter_polls_total') polls.set(id, value);
    }
    return { text, polls };
  }
  const polled = (times: (id: string) => number) =>
    eventually(
      async () => {
        const { text, polls } = await checked();
        const isDone = present().every((n) => (polls.get(workspaceId(n)) ?? 0) >= times(workspaceId(n)));
        return isDone && polls.size === present().length ? { text, polls } : undefined;
      },
      `polls at step ${step}`,
      running,
    );

  const isComplete = async () => {
    const { text } = await checked();
    const shown = parseExposition(text).filter(({ name }) => name === 'secmaster_exporter_window_complete');
    return shown.length === present().length && shown.every(({ value }) => value === 1);
  };
  const historyRead = () =>
    eventually(async () => ((await isComplete()) ? true : undefined), `history read at step ${step}`, running);

  for (; step <= reloads; step++) {
    write(present());
    expect(await reload()).toBe(200);
    await polled(() => 1);
    // Of a retry that comes before a run is first met, nothing says when it was.
    await historyRead();
    if (step === reloads) break;
    clock.advance(30_000);
    // Away and back again, perhaps while the poll that brings the news is under way.
    await sleep(100 * (step % 10));
    for (const these of [present().slice(0, 1), present()]) {
      write(these);
      expect(await reload()).toBe(200);
    }
    write(present(), { poll: 7 });
    expect(await reload()).toBe(400);
    await checked();
  }
  await historyRead();
  const { polls } = await checked();
  const { text } = await polled((id) => (polls.get(id) ?? 0) + 2);
  const told = (message: string) =>
    new Map(
      running
        .stderr()
        .split('\n')
        .filter((line) => line.includes(`"${message}`))
        .map((line) => JSON.parse(line))
        .map((one) => [one.workspace_id, Date.parse(one.since)]),
    );
  const since = told('ledger created');
  // On a slow machine the simulator's clock stands still for so long that the exporter goes by its own, and says so: then a retry may
  // have come between that time and the first poll.
  const unsure = told('nothing confirms the time');
  const sure = all.filter((n) => !unsure.has(workspaceId(n)));
  expect(sure).not.toEqual([]);
  for (const n of sure) {
    const own = text.split('\n').filter((line) => line.includes(`workspace="${labelOf(n)}"`));
    const truth = simulator.truth(workspaceId(n), { sinceMs: since.get(workspaceId(n)) ?? clock.now(), lookbackMs });
    expect(differences(own.join('\n'), truth, clock.now() - lookbackMs), labelOf(n)).toEqual([]);
  }
  expect(running.stderr()).not.toMatch(/\bbug\b/);
}, 300_000);

test('a running exporter reloads on SIGHUP and on /-/reload; a bad file changes nothing and is told', async () => {
  const simulated = await startSimulator({ historyMs: 600_000 });
  const folder = temporaryFolder();
  const file = writeConfig(simulated, folder);
  const { port, get, running } = await serve([`--config.file=${file}`]);
  const labelled = (name: string, value: number) => async () =>
    sampleValue(await get('/metrics'), 'secmaster_up', { workspace: name }) === value ? true : undefined;
  await eventually(labelled('prod', 1), 'a poll', running);
  const reload = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/-/reload`, { method: 'POST' });
    return [response.status, await response.text()];
  };
  const write = (change: (text: string) => string) => writeFileSync(file, change(good));
  const good = readFileSync(join(folder, 'config.yml'), 'utf8');

  write((text) => text.replace('name: prod', 'name: renamed').replace('secmaster.db', 'elsewhere.db'));
  const restart = `state.path needs a restart; until then the ledger stays at ${join(folder, 'ledger', 'secmaster.db')}`;
  expect(await reload()).toEqual([200, `configuration reloaded\n${restart}\n`]);
  expect(running.stderr()).toContain(`"detail":"${restart}","msg":"restart needed"`);
  expect(readdirSync(join(folder, 'ledger'))).not.toContain('elsewhere.db');
  await eventually(labelled('renamed', 1), 'the new name', running);
  expect(sampleValue(await get('/metrics'), 'secmaster_up', { workspace: 'prod' })).toBeUndefined();

  write((text) => text.replace('lookback: 2h', 'lookback: soon'));
  const [status, problems] = await reload();
  expect([status, problems]).toEqual([
    400,
    expect.stringMatching(/config\.yml:2: poll\.lookback: "soon" is not a valid duration/),
  ]);
  const successful = (value: number) => async () =>
    sampleValue(await get('/metrics'), 'secmaster_exporter_config_last_reload_successful') === value ? true : undefined;
  await eventually(successful(0), 'the metric of the bad file', running);
  expect(sampleValue(await get('/metrics'), 'secmaster_up', { workspace: 'renamed' })).toBe(1);

  write((text) => text.replace('name: prod', 'name: again'));
  running.child.kill('SIGHUP');
  await eventually(labelled('again', 1), 'the name after SIGHUP', running);
  await eventually(successful(1), 'the metric of the good file', running);
  await simulated.addFault({ kind: 'status', status: 403, code: 'APIGW.0302', operation: 'ListAopWorkflowInstance' });
  const told = () =>
    running
      .stderr()
      .split('\n')
      .find((line) => line.includes('APIGW.0302'));
  expect(JSON.parse(await eventually(told, 'a line of a poll that fails', running))).toMatchObject({
    workspace: 'again',
  });
}, 60_000);

test('without a file a reload takes the environment and the secret files again', async () => {
  const simulated = await startSimulator({ historyMs: 600_000 });
  const sk = join(temporaryFolder(), 'sk');
  writeFileSync(sk, defaultAccessKey.sk);
  const { port, get, running } = await serve([], {
    ...environmentOf(simulated.url),
    HUAWEICLOUD_SDK_AK: defaultAccessKey.ak,
    HUAWEICLOUD_SDK_SK_FILE: sk,
    SECMASTER_STATE_PATH: ':memory:',
    SECMASTER_POLL_SCHEDULE: '* * * * * *',
  });
  const polls = async () => sampleValue(await get('/metrics'), 'secmaster_exporter_polls_total') ?? 0;
  await eventually(async () => (await polls()) > 0 || undefined, 'a poll', running);
  const reload = async () => (await fetch(`http://127.0.0.1:${port}/-/reload`, { method: 'POST' })).status;
  const before = await polls();
  expect(await reload()).toBe(200);
  expect(await polls()).toBeGreaterThanOrEqual(before);
  rmSync(sk);
  expect(await reload()).toBe(400);
}, 60_000);
