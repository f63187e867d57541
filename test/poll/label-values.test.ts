import { describe, expect, test } from 'vitest';
import { inForm } from '../support/form.ts';
import { parseExposition } from '../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc, type SocOptions } from '../support/world/simulated-soc.ts';

const minuteMs = 60_000;
const dayMs = 24 * 3_600_000;
const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };

/** A workspace whose ledger has begun a minute ago. */
async function begun(settings: SocOptions['settings'] = {}): Promise<SimulatedSoc> {
  const soc = createSoc({ settings });
  await soc.poll();
  soc.turn(minuteMs);
  return soc;
}

/** A run with what SecMaster writes in its row; its end comes a second before now. */
function run(soc: SimulatedSoc, row: { trigger_type?: string; status?: string }): string {
  const id = soc.world.start(soc.now() - 5_000, { playbook });
  soc.world.finish(id, soc.now() - 1_000);
  soc.world.set(id, soc.now() - 1_000, { raw: (given) => ({ ...given, ...row }) });
  return id;
}

async function samples(soc: SimulatedSoc, family: string) {
  return parseExposition(await soc.exposition()).filter(({ name }) => name === family);
}

async function values(soc: SimulatedSoc, family: string, label: string): Promise<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const { labels, value } of await samples(soc, family))
    sums.set(labels[label] ?? '', (sums.get(labels[label] ?? '') ?? 0) + value);
  return Object.fromEntries(sums);
}

const limited = (soc: SimulatedSoc) => values(soc, 'secmaster_exporter_label_values_limited', 'label');
const none = {
  playbook: 0,
  trigger_type: 0,
  status: 0,
  node: 0,
  workflow: 0,
  workflow_version: 0,
  dataclass: 0,
  defense: 0,
};
const warnings = (soc: SimulatedSoc) => soc.logged.filter(({ msg }) => msg.includes('share the label value other'));
const started = 'secmaster_workflow_instances_started_total';
const completed = 'secmaster_workflow_attempts_completed_total';
const instances = 'secmaster_workflow_instances';

describe('more trigger types than metrics.max_values', () => {
  test('share other, are counted there once, in gauges too, and are logged once', async () => {
    const soc = await begun({ maxValues: 2 });
    for (const type of ['A', 'B']) run(soc, { trigger_type: type });
    await soc.poll();
    expect([await limited(soc), warnings(soc)]).toEqual([none, []]);
    soc.turn(minuteMs);
    for (const type of ['C', 'A', 'D', 'D', 'TIMER', '']) run(soc, { trigger_type: type });
    for (let i = 0; i < 3; i++) await soc.poll();
    soc.restart();
    await soc.poll();
    const expected = { A: 2, B: 1, TIMER: 1, '': 1, other: 3 };
    expect(await values(soc, started, 'trigger_type')).toEqual(expected);
    expect(await values(soc, instances, 'trigger_type')).toEqual(expected);
    expect(await limited(soc)).toEqual({ ...none, trigger_type: 2 });
    // Once for each start of the exporter.
    expect(warnings(soc)).toMatchObject([
      { level: 40, label: 'trigger_type', limited: 2 },
      { level: 40, label: 'trigger_type', limited: 2 },
    ]);
  });

  test('get their own once the limit is raised; counts of other stay', async () => {
    const soc = await begun({ maxValues: 1 });
    for (const type of ['A', 'B']) run(soc, { trigger_type: type });
    await soc.poll();
    const raised = createSoc({ after: soc, settings: { maxValues: 2 } });
    raised.turn(minuteMs);
    run(raised, { trigger_type: 'B' });
    await raised.poll();
    await raised.poll();
    const counts = await values(raised, started, 'trigger_type');
    expect(Object.values(counts).reduce((sum, one) => sum + one, 0)).toBe(3);
    expect(counts).toMatchObject({ other: 1 });
    expect(await limited(raised)).toEqual(none);
  });

  test('are forgotten once they have not been met for a retention', async () => {
    const soc = await begun({ maxValues: 1, retentionMs: 2 * dayMs });
    for (const type of ['A', 'B', 'C']) run(soc, { trigger_type: type });
    await soc.poll();
    expect(await limited(soc)).toEqual({ ...none, trigger_type: 2 });
    for (let day = 0; day < 4; day++) {
      soc.turn(dayMs);
      run(soc, { trigger_type: 'C' });
      await soc.poll();
      await soc.poll();
    }
    expect(await limited(soc)).toEqual(none);
  });
});

describe('more statuses than metrics.max_values', () => {
  test('share other, and each end is counted once, whatever becomes of the limit', async () => {
    const soc = await begun({ maxValues: 2 });
    for (const status of ['ODD1', 'ODD2', 'ODD3', 'FAILED']) run(soc, { status });
    await soc.poll();
    expect(await values(soc, completed, 'status')).toEqual({
      ODD3: 1,
      other: 2,
      FAILED: 1,
      FINISHED: 0,
      TERMINATED: 0,
    });
    expect(await values(soc, instances, 'status')).toEqual({ ODD3: 1, other: 2, FAILED: 1 });
    expect(await limited(soc)).toEqual({ ...none, status: 2 });
    const raised = createSoc({ after: soc, settings: { maxValues: 50 } });
    raised.turn(minuteMs);
    run(raised, { status: 'ODD1' });
    for (let i = 0; i < 3; i++) await raised.poll();
    const after = await values(raised, completed, 'status');
    expect(after).toEqual({ ODD1: 1, ODD3: 1, other: 2, FAILED: 1, FINISHED: 0, TERMINATED: 0 });
    expect(await values(raised, instances, 'status')).toEqual({ ODD1: 1, ODD3: 1, other: 2, FAILED: 1 });
  });

  test('an open run under other that ends as documented is counted as that, and leaves the gauge of other', async () => {
    const soc = await begun({ maxValues: 1 });
    run(soc, { status: 'ODD' });
    await soc.poll();
    const id = soc.world.start(soc.now() - 1_000, { playbook });
    soc.world.set(id, soc.now(), { raw: (given) => ({ ...given, status: 'WAITING' }) });
    await soc.poll();
    expect(await values(soc, instances, 'status')).toEqual({ ODD: 1, other: 1 });
    soc.turn(minuteMs);
    soc.world.finish(id, soc.now());
    soc.world.set(id, soc.now(), { raw: (given) => given });
    await soc.poll();
    expect(await values(soc, instances, 'status')).toEqual({ ODD: 1, FINISHED: 1 });
    expect(await values(soc, completed, 'status')).toMatchObject({ ODD: 1, FINISHED: 1 });
  });
});

test('thousands of trigger types and statuses make no more series than the limit allows', async () => {
  const soc = await begun();
  const count = inForm(500, 3_000);
  for (let n = 0; n < count; n++) run(soc, { trigger_type: `TYPE-${n}`, status: `STATUS-${n}` });
  for (let i = 0; i < 3; i++) await soc.poll();
  const exposition = await soc.exposition();
  expect(Object.keys(await values(soc, instances, 'trigger_type'))).toHaveLength(51);
  expect(Object.keys(await values(soc, instances, 'status')).length).toBeLessThanOrEqual(51);
  expect(await limited(soc)).toMatchObject({ trigger_type: count - 50, status: count - 50 });
  expect(Object.values(await values(soc, started, 'trigger_type')).reduce((sum, n) => sum + n, 0)).toBe(count);
  expect(exposition.length).toBeLessThan(2_000_000);
}, 30_000);
