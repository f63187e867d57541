import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { differences } from '../support/compare.ts';
import { parseExposition, sampleValue, scrapeOf } from '../support/exposition.ts';
import { createOrganisation, projectId, startMs, workspaceId } from '../support/organisation.ts';
import { eventually, temporaryFolder } from '../support/processes.ts';
import { serve, writeConfig } from '../support/served.ts';
import { startSimulator } from '../support/simulated.ts';

const lookbackMs = 24 * 3_600_000;
const region = 'eu-west-101';

test('20 reloads that add, remove and rename workspaces under load: no counter falls, and in the end all is true', async () => {
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

  for (; step < 20; step++) {
    isBroken = true;
    const problems = await exporter.reload();
    expect(problems.join()).toMatch(/workspaces: must be a list/);
    isBroken = false;
    for (const n of all.filter(isThere)) if (!since.has(n)) since.set(n, startMs + step * 60_000);
    // The reload comes in the middle of polls.
    const [, reloaded] = await Promise.all([organisation.poll(), exporter.reload()]);
    expect(reloaded).toEqual([]);
    await organisation.poll();
    await checkCounters();
    organisation.turn(60_000);
  }
  step = 20;
  expect(await exporter.reload()).toEqual([]);
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

  write((text) => text.replace('name: prod', 'name: renamed'));
  expect(await reload()).toEqual([200, 'the configuration has been reloaded.\n']);
  await eventually(labelled('renamed', 1), 'the new name', running);
  expect(sampleValue(await get('/metrics'), 'secmaster_up', { workspace: 'prod' })).toBeUndefined();

  write((text) => text.replace('lookback: 2h', 'lookback: soon'));
  const [status, problems] = await reload();
  expect([status, problems]).toEqual([
    400,
    expect.stringMatching(/config\.yml:2: poll\.lookback: "soon" is no duration/),
  ]);
  const successful = (value: number) => async () =>
    sampleValue(await get('/metrics'), 'secmaster_exporter_config_last_reload_successful') === value ? true : undefined;
  await eventually(successful(0), 'the metric of the bad file', running);
  expect(sampleValue(await get('/metrics'), 'secmaster_up', { workspace: 'renamed' })).toBe(1);

  write((text) => text.replace('name: prod', 'name: again'));
  running.child.kill('SIGHUP');
  await eventually(labelled('again', 1), 'the name after SIGHUP', running);
  await eventually(successful(1), 'the metric of the good file', running);
}, 60_000);
