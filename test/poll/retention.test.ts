import { expect, test } from 'vitest';
import type { Change } from '../../src/ledger/change.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import { createSqliteStore } from '../../src/ledger/sqlite/store.ts';
import { wrapStore } from '../support/ledger/wrapped-store.ts';
import { sampleValue } from '../support/metrics/exposition.ts';
import { createSoc, startMs } from '../support/world/simulated-soc.ts';

const isolate = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const block = { id: '9b1c2d3e-0000-4000-8000-000000000001', name: 'Block address' };
const dayMs = 24 * 3_600_000;

function soc() {
  return createSoc({ settings: { retentionMs: 2 * dayMs } });
}

test('ended instances are pruned after the retention and not counted again when SecMaster shows them again', async () => {
  const { world, turn, poll, now, exposition } = soc();
  await poll();
  const old = Array.from({ length: 150 }, (_, i) => {
    const id = world.start(startMs + i, { playbook: isolate });
    world.fail(id, startMs + 1_000, 'node', 'error');
    return id;
  });
  const stuck = world.start(startMs + 500, { playbook: isolate });
  await poll();
  turn(3 * dayMs);
  const recent = world.start(now() - 1_000, { playbook: isolate });
  world.finish(recent, now());
  await poll();
  await poll();
  const ledger = (state: string) => ({ state });
  expect(sampleValue(await exposition(), 'secmaster_exporter_ledger_instances', ledger('ended'))).toBe(1);
  expect(sampleValue(await exposition(), 'secmaster_exporter_ledger_instances', ledger('open'))).toBe(1);

  // Shown once more, touched and unchanged.
  for (const id of old) world.touch(id, now());
  world.touch(stuck, now());
  await poll();
  const completed = { status: 'FAILED', playbook: isolate.name };
  expect(sampleValue(await exposition(), 'secmaster_workflow_attempts_completed_total', completed)).toBe(150);
  expect(sampleValue(await exposition(), 'secmaster_workflow_instances_started_total')).toBe(152);
});

test('the series of a playbook without instances in the retention disappear, and restart at 0 with the next one', async () => {
  const { world, turn, poll, now, exposition } = soc();
  await poll();
  world.finish(world.start(startMs, { playbook: isolate }), startMs + 1_000);
  world.finish(world.start(startMs, { playbook: block }), startMs + 1_000);
  await poll();
  turn(1.5 * dayMs);
  world.finish(world.start(now() - 1_000, { playbook: block }), now());
  await poll();
  turn(dayMs);
  world.finish(world.start(now() - 1_000, { playbook: block }), now());
  await poll();
  await poll();
  const text = await exposition();
  const named = text.split('\n').filter((line) => line.includes(isolate.name));
  // SecMaster still lists it.
  expect(named).toEqual([`secmaster_playbook_enabled{workspace="soc",playbook="${isolate.name}"} 1`]);
  expect(
    sampleValue(text, 'secmaster_workflow_attempts_completed_total', { playbook: block.name, status: 'FINISHED' }),
  ).toBe(3);

  world.finish(world.start(now() - 1_000, { playbook: isolate }), now());
  await poll();
  const again = { playbook: isolate.name, status: 'FINISHED' };
  expect(sampleValue(await exposition(), 'secmaster_workflow_attempts_completed_total', again)).toBe(1);
});

test('a young run whose end_time lies before the retention is not pruned, so it is counted once', async () => {
  const { world, turn, poll, now, exposition } = soc();
  await poll();
  const id = world.start(now(), { playbook: isolate });
  world.finish(id, now());
  world.set(id, now(), { endTimeMs: 0 });
  for (let i = 0; i < 5; i++) {
    await poll();
    turn(30_000);
  }
  expect(sampleValue(await exposition(), 'secmaster_workflow_instances_started_total')).toBe(1);
});

test('a quiet poll is one request and writes nothing, however few runs lie within the retention and however many before', async () => {
  const written: string[] = [];
  const store = wrapStore(createSqliteStore(':memory:'), (call, change) => {
    if (call === 'commit') written.push(...entriesOf(change as Change).map(({ id }) => id));
  });
  const { world, turn, poll, now, workspace } = createSoc({ store, settings: { retentionMs: 2 * dayMs } });
  for (let i = 0; i < 300; i++) world.finish(world.start(startMs + i, { playbook: isolate }), startMs + 1_000);
  turn(100 * dayMs);
  for (let i = 0; i < 20; i++) world.finish(world.start(now() - 5_000, { playbook: block }), now() - 1_000);
  for (let i = 0; i < 3; i++) await poll();
  const snapshot = async () => (await store.open(workspace.report()))?.snapshot();
  const before = await snapshot();
  expect(before?.counters.started.map(({ labels }) => labels.playbook)).toEqual([block.name]);
  expect(written).not.toEqual([]);
  written.length = 0;
  expect(await poll()).toBe(1);
  expect(written).toEqual([]);
  expect(await snapshot()).toEqual(before);
});

function entriesOf(change: Change): readonly Entry[] {
  return 'page' in change ? (change.page?.entries ?? []) : [];
}
