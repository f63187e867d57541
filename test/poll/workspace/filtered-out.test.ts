import { describe, expect, test } from 'vitest';
import type { Filters } from '../../../src/config/config.ts';
import { noFilters } from '../../../src/secmaster/api/filters.ts';
import { parseExposition, sampleValue } from '../../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc, startMs } from '../../support/world/simulated-soc.ts';

const minuteMs = 60_000;
const playbooks = Array.from({ length: 10 }, (_, n) => ({
  id: `0000000${n}-0000-4000-8000-000000000000`,
  name: `Playbook ${n}`,
}));
const only = (...wanted: number[]): Filters => ({
  ...noFilters,
  playbookId: wanted.map((n) => playbooks[n]?.id ?? ''),
});

/** So many ended runs of each playbook, one after the other. */
function runs(soc: SimulatedSoc, each: number): void {
  for (let i = 0; i < each; i++) {
    for (const playbook of playbooks) {
      soc.world.finish(soc.world.start(soc.now() - 30_000 + i, { playbook }), soc.now() - 20_000 + i);
    }
  }
}

async function started(soc: SimulatedSoc): Promise<Record<string, number>> {
  const samples = parseExposition(await soc.exposition());
  const found = samples.filter(({ name }) => name === 'secmaster_workflow_instances_started_total');
  return Object.fromEntries(found.map(({ labels, value }) => [labels.playbook, value]));
}

describe.each<[string, Filters, Record<string, number>]>([
  ['one playbook, which SecMaster filters by', only(3), { 'Playbook 3': 50 }],
  ['two playbooks, which are chosen here', only(3, 7), { 'Playbook 3': 50, 'Playbook 7': 50 }],
])('with %s', (_, filters, expected) => {
  test('the chosen ones are counted once, the others not at all, and a quiet poll is one request', async () => {
    const soc = createSoc({ filters });
    for (let i = 0; i < 300; i++) {
      for (const playbook of playbooks) {
        soc.world.finish(soc.world.start(startMs - 60 * minuteMs, { playbook }), startMs - 50 * minuteMs);
      }
    }
    await soc.poll();
    expect(sampleValue(await soc.exposition(), 'secmaster_exporter_window_complete')).toBe(1);
    soc.turn(minuteMs);
    runs(soc, 50);
    await soc.poll();
    await soc.poll();
    expect(await soc.poll()).toBe(1);
    expect(await started(soc)).toEqual(expected);
    const window = { playbook: 'Playbook 3', status: 'FINISHED' };
    expect(sampleValue(await soc.exposition(), 'secmaster_workflow_instances', window)).toBe(350);
  });

  test('a change beneath many of others is met, also after a restart', async () => {
    const soc = createSoc({ filters });
    await soc.poll();
    soc.turn(minuteMs);
    const id = soc.world.start(soc.now() - 30_000, { playbook: playbooks[3] ?? null });
    runs(soc, 50);
    await soc.poll();
    soc.restart();
    soc.turn(minuteMs);
    soc.world.finish(id, soc.now() - 29_000);
    runs(soc, 60);
    await soc.poll();
    const completed = { playbook: 'Playbook 3', status: 'FINISHED' };
    expect(sampleValue(await soc.exposition(), 'secmaster_workflow_attempts_completed_total', completed)).toBe(111);
  });

  test('audits are not misled by what is filtered out', async () => {
    const soc = createSoc({ filters });
    runs(soc, 50);
    for (let i = 0; i < 4; i++) {
      await soc.poll();
      await soc.poll();
      soc.turn(6 * minuteMs);
    }
    expect(sampleValue(await soc.exposition(), 'secmaster_exporter_audit_mismatches_total')).toBe(0);
  });
});

test('an open run whose playbook is no longer chosen leaves the gauges', async () => {
  const before = createSoc();
  await before.poll();
  before.turn(minuteMs);
  before.world.start(before.now() - 1_000, { playbook: playbooks[0] ?? null });
  await before.poll();
  const soc = createSoc({ after: before, filters: only(1, 2) });
  soc.turn(6 * minuteMs);
  for (let i = 0; i < 2; i++) await soc.poll();
  expect(sampleValue(await soc.exposition(), 'secmaster_workflow_instances')).toBeUndefined();
  expect(await started(soc)).toEqual({ 'Playbook 0': 1 });
});
