import { describe, expect, test } from 'vitest';
import type { ExtraLabel } from '../../src/model/extra-labels.ts';
import type { StartSpec } from '../../src/simulator/instance.ts';
import { expositionOf, parseExposition, scrapeOf } from '../support/metrics/exposition.ts';
import { parseStrictly } from '../support/metrics/strict-exposition.ts';
import { createSoc, type SimulatedSoc, type SocOptions } from '../support/world/simulated-soc.ts';

const minuteMs = 60_000;
const dayMs = 24 * 3_600_000;
const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate' };
const all: readonly ExtraLabel[] = ['workflow', 'workflow_version', 'dataclass', 'defense'];
const started = 'secmaster_workflow_instances_started_total';

/** A workspace whose ledger has begun a minute ago. */
async function begun(settings: SocOptions['settings'] = {}): Promise<SimulatedSoc> {
  const soc = createSoc({ settings });
  await soc.poll();
  soc.turn(minuteMs);
  return soc;
}

function run(soc: SimulatedSoc, spec: StartSpec = {}): string {
  const id = soc.world.start(soc.now() - 5_000, { playbook, ...spec });
  soc.world.finish(id, soc.now() - 1_000);
  return id;
}

const version = (text: string): StartSpec => ({ workflow: { id: 'w', name: 'Isolate flow', version: text } });

/** Samples of a family without what all have in common: the labels in the order of the exposition. */
async function samples(soc: SimulatedSoc, family: string): Promise<string[]> {
  const lines = (await soc.exposition()).split('\n').filter((line) => line.startsWith(`${family}{`));
  return lines.map((line) =>
    line.replace(`${family}{workspace="soc",playbook="Isolate",trigger_type="EVENT"`, '{').replace('{,', '{'),
  );
}

async function sum(soc: SimulatedSoc, family: string): Promise<number> {
  const found = parseExposition(await soc.exposition()).filter(({ name }) => name === family);
  return found.reduce((total, { value }) => total + value, 0);
}

/** The same ledger with other settings. */
function reconfigured(soc: SimulatedSoc, settings: NonNullable<SocOptions['settings']>): SimulatedSoc {
  const after = createSoc({ after: soc, settings });
  after.turn(minuteMs);
  return after;
}

test('labels of metrics.labels stand between trigger_type and status in every family of runs, whatever their order there', async () => {
  const soc = await begun({ labels: all.toReversed() });
  run(soc, {
    workflow: { id: 'w', name: 'Ablauf', name_en: 'Flow', version: 'v2', version_id: 'x' },
    dataclass: { id: 'd', name: 'Alarm', en_name: 'Alert' },
    defenseId: 'layer 3',
  });
  await soc.poll();
  const exposition = await soc.exposition();
  const labels = 'trigger_type="EVENT",workflow="Flow",workflow_version="v2",dataclass="Alert",defense="layer 3"';
  const with_ = new Set(
    exposition
      .split('\n')
      .filter((line) => line.includes(`${labels}`))
      .map((line) => line.replace(/{.*/, '')),
  );
  expect([...with_].map((name) => name.replace('secmaster_workflow_', ''))).toEqual([
    'instances',
    'failure_ratio',
    'recent_retries',
    'last_start_timestamp_seconds',
    'last_completion_timestamp_seconds',
    'instances_started_total',
    'attempts_completed_total',
    'retries_total',
    'duration_seconds_bucket',
    'duration_seconds_sum',
    'duration_seconds_count',
  ]);
  expect(exposition).toContain(`${labels},status="FINISHED"} 1\n`);
  expect(await soc.differences()).toEqual([]);
});

test.each<[string, StartSpec, string]>([
  ['what SecMaster gives', version('v1'), 'workflow="Isolate flow",workflow_version="v1"'],
  [
    'the id, where there is no name',
    { workflow: { id: 'w', name: '', version_id: 'x' } },
    'workflow="w",workflow_version="x"',
  ],
  ['(none), where there is neither', { workflow: null }, 'workflow="(none)",workflow_version="(none)"'],
  [
    'in quotes, where it reads like a value of the exporter',
    { workflow: { id: 'w', name: 'other', version: '(none)' } },
    'workflow="\\"other\\"",workflow_version="\\"(none)\\""',
  ],
  [
    'in further quotes, where it reads like one of those',
    { workflow: { id: 'w', name: '"other"', version: '""(none)""' } },
    'workflow="\\"\\"other\\"\\"",workflow_version="\\"\\"\\"(none)\\"\\"\\""',
  ],
])('a value is %s', async (_, spec, expected) => {
  const soc = await begun({ labels: ['workflow', 'workflow_version'] });
  run(soc, spec);
  await soc.poll();
  expect(await samples(soc, started)).toEqual([`{${expected}} 1`]);
});

test('a row that leaves a value out changes nothing of a run that has it', async () => {
  const soc = await begun({ labels: all });
  const id = soc.world.start(soc.now() - 5_000, {
    playbook,
    ...version('v1'),
    defenseId: 'l',
    dataclass: { id: 'd', name: 'Alert' },
  });
  await soc.poll();
  for (const left of [
    { workflow: null, defense_id: null, dataclass: null },
    { workflow: { id: 'w' }, defense_id: '', dataclass: {} },
  ]) {
    soc.turn(1_000);
    soc.world.set(id, soc.now(), { raw: (row) => ({ ...row, ...left }) });
    await soc.poll();
  }
  soc.turn(1_000);
  soc.world.finish(id, soc.now());
  await soc.poll();
  const labels = 'workflow="Isolate flow",workflow_version="v1",dataclass="Alert",defense="l"';
  expect(await samples(soc, started)).toEqual([`{${labels}} 1`]);
  expect(await samples(soc, 'secmaster_workflow_instances')).toEqual([`{${labels},status="FINISHED"} 1`]);
});

describe('values beyond metrics.max_values', () => {
  test('share other, and are counted by label', async () => {
    const soc = await begun({ labels: ['workflow_version'], maxValues: 2 });
    for (let n = 0; n < 5; n++) run(soc, version(`v${n}`));
    for (let i = 0; i < 2; i++) await soc.poll();
    expect(await samples(soc, started)).toEqual([
      '{workflow_version="other"} 3',
      '{workflow_version="v3"} 1',
      '{workflow_version="v4"} 1',
    ]);
    expect(await soc.exposition()).toContain(
      'secmaster_exporter_label_values_limited{workspace="soc",label="workflow_version"} 3',
    );
    expect(soc.logged).toContainEqual(expect.objectContaining({ level: 40, label: 'workflow_version', limited: 3 }));
  });

  test('are no more once earlier ones have had no run for a retention, however long the playbook runs', async () => {
    const soc = await begun({ labels: ['workflow_version'], maxValues: 5, retentionMs: 2 * dayMs });
    for (let day = 0; day < 12; day++) {
      run(soc, version(`v${day}`));
      for (let i = 0; i < 3; i++) await soc.poll();
      soc.turn(dayMs);
    }
    const shown = await samples(soc, started);
    expect(shown.filter((sample) => sample.includes('other'))).toEqual([]);
    expect(shown.length).toBeLessThanOrEqual(5);
    expect(shown.at(-1)).toBe('{workflow_version="v9"} 1');
  });
});

describe('labels that are switched on later', () => {
  test('begin at 0 beside what was counted without them, and each run counts once', async () => {
    const soc = await begun();
    for (let i = 0; i < 3; i++) run(soc, version('v1'));
    const open = soc.world.start(soc.now() - 5_000, { playbook, ...version('v1') });
    await soc.poll();
    expect(await samples(soc, started)).toEqual(['{} 4']);
    const labelled = reconfigured(soc, { labels: ['workflow_version'] });
    labelled.world.finish(open, labelled.now());
    run(labelled, version('v2'));
    await labelled.poll();
    await labelled.poll();
    expect(await samples(labelled, started)).toEqual([
      '{} 4',
      '{workflow_version="v1"} 0',
      '{workflow_version="v2"} 1',
    ]);
    expect(await sum(labelled, 'secmaster_workflow_attempts_completed_total')).toBe(5);
    expect(await labelled.differences()).toEqual([]);
  });

  test('lose nothing when they are switched off again', async () => {
    const soc = await begun({ labels: ['workflow_version', 'workflow'] });
    run(soc, version('v1'));
    const open = soc.world.start(soc.now() - 5_000, { playbook, ...version('v1') });
    await soc.poll();
    const labels = 'workflow="Isolate flow",workflow_version="v1"';
    const plain = reconfigured(soc, {});
    expect(await samples(soc, started)).toEqual([`{${labels}} 2`]);
    plain.world.finish(open, plain.now());
    run(plain, version('v2'));
    await plain.poll();
    await plain.poll();
    expect(await samples(plain, started)).toEqual(['{} 1', `{${labels}} 2`]);
    expect(await sum(plain, 'secmaster_workflow_attempts_completed_total')).toBe(3);
    expect(await plain.differences()).toEqual([]);
  });

  test('series with them disappear after a retention without runs, those without them stay as long as the playbook', async () => {
    const soc = await begun({ labels: ['workflow_version'], retentionMs: 2 * dayMs });
    run(soc, version('v1'));
    await soc.poll();
    const plain = reconfigured(soc, { retentionMs: 2 * dayMs });
    run(plain);
    await plain.poll();
    const labelled = reconfigured(plain, { labels: ['workflow_version'], retentionMs: 2 * dayMs });
    for (let day = 0; day < 4; day++) {
      labelled.turn(dayMs);
      run(labelled, version('v2'));
      for (let i = 0; i < 2; i++) await labelled.poll();
    }
    expect(await samples(labelled, started)).toEqual(['{} 1', '{workflow_version="v2"} 4']);
  });
});

test.each(['text', 'openmetrics'] as const)(
  'series with and without the labels stand in one family as %s has it',
  async (format) => {
    const soc = await begun();
    run(soc, version('v1'));
    await soc.poll();
    const labelled = reconfigured(soc, { labels: ['workflow_version'] });
    run(labelled, version('v2'));
    await labelled.poll();
    const exposition = expositionOf();
    await exposition.update([labelled.workspace.report()], [1, 10]);
    const families = parseStrictly(await scrapeOf(exposition, format), format);
    const name = format === 'text' ? started : started.replace(/_total$/, '');
    const shown = families.find((family) => family.name === name)?.samples ?? [];
    expect(shown.map(({ labels }) => labels.workflow_version)).toEqual([undefined, 'v1', 'v2']);
  },
);

test('a renamed playbook takes its labels along', async () => {
  const soc = await begun({ labels: ['workflow_version'] });
  run(soc, version('v1'));
  await soc.poll();
  soc.world.renamePlaybook(playbook.id, 'Renamed');
  run(soc, { playbook: { ...playbook, name: 'Renamed' }, ...version('v2') });
  await soc.poll();
  const instances = (await soc.exposition())
    .split('\n')
    .filter((line) => line.startsWith('secmaster_workflow_instances{'));
  expect(instances.map((line) => line.replace(/.*playbook=/, ''))).toEqual([
    '"Renamed",trigger_type="EVENT",workflow_version="v1",status="FINISHED"} 1',
    '"Renamed",trigger_type="EVENT",workflow_version="v2",status="FINISHED"} 1',
  ]);
  expect(await soc.differences()).toEqual([]);
});
