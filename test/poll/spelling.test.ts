import { expect, test } from 'vitest';
import type { Entry } from '../../src/ledger/entry.ts';
import { runLabels } from '../../src/ledger/label-set.ts';
import { parseExposition } from '../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc } from '../support/world/simulated-soc.ts';

const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const minuteMs = 60_000;

/** Ended runs of each kind and an open one. */
function happen({ world, now }: SimulatedSoc): void {
  const begin = (triggerType: string) => world.start(now() - 30_000, { playbook, triggerType, nodes: ['Isolate'] });
  world.finish(begin('TIMER'), now() - 20_000);
  world.fail(begin('EVENT'), now() - 20_000, 'Isolate', 'offline');
  const terminated = begin('MANUAL');
  world.beginTermination(terminated, now() - 20_000);
  world.terminate(terminated, now() - 19_000);
  begin('DEBUG');
}

test('statuses and trigger types in lower case count as the documented ones', async () => {
  const soc = createSoc({ behaviour: { rows: { spelling: 'lower' } } });
  await soc.poll();
  soc.turn(minuteMs);
  happen(soc);
  for (let i = 0; i < 2; i++) await soc.poll();
  expect(await soc.differences()).toEqual([]);
  const samples = parseExposition(await soc.exposition());
  const sampleOf = (family: string, labels: object) =>
    samples.find(
      (one) => one.name === family && Object.entries(labels).every(([name, value]) => one.labels[name] === value),
    )?.value;
  expect(sampleOf('secmaster_workflow_failure_ratio', { trigger_type: 'EVENT' })).toBe(1);
  expect(sampleOf('secmaster_workflow_node_failures_total', { node: 'Isolate' })).toBe(1);
});

test('a case that changes between answers counts nothing again', async () => {
  const soc = createSoc({ behaviour: { replicas: { differIn: ['spelling'] } } });
  happen(soc);
  await soc.poll();
  soc.turn(minuteMs);
  happen(soc);
  for (let i = 0; i < 12; i++) {
    soc.turn(10_000);
    await soc.poll();
  }
  expect(await soc.differences()).toEqual([]);
});

test('what an earlier exporter kept in lower case is not counted again, and moves in the gauges', async () => {
  const soc = createSoc();
  await soc.poll();
  soc.turn(minuteMs);
  happen(soc);
  await soc.poll();
  const ledger = await soc.store.open(soc.workspace.report());
  if (ledger === null) throw new Error('no ledger');
  const before = (await ledger.snapshot()).counters;
  const known = await ledger.known([...soc.world.instances.keys()]);
  const lower = (text: string) => text.toLowerCase();
  const spelled = [...known.values()].map(
    (entry): Entry => ({
      ...entry,
      status: lower(entry.status),
      labels: runLabels(playbook.name, lower(entry.labels.trigger_type ?? '')),
      counted: {
        ...entry.counted,
        ends: new Map([...entry.counted.ends].map(([status, count]) => [lower(status), count])),
        timed: new Map([...entry.counted.timed].map(([status, count]) => [lower(status), count])),
      },
    }),
  );
  await ledger.commit({ kind: 'instances_gone', entries: spelled, cells: [], atMs: soc.now() });
  // Rebuilt from the entries, as if they had always been so.
  const { fromMinute } = ledger.state;
  await ledger.commit({ kind: 'window_moved', fromMinute: fromMinute - 1, sweep: [] });
  expect((await ledger.snapshot()).window.map(({ labels }) => labels.status)).toContain('finished');

  soc.restart();
  for (let i = 0; i < 2; i++) await soc.poll();
  const again = await soc.store.open(soc.workspace.report());
  const after = await again?.snapshot();
  const sums = (counters: typeof before) =>
    Object.entries(counters).map(([name, all]) => [name, all.reduce((sum, { value }) => sum + value, 0)]);
  expect(sums(after?.counters ?? before)).toEqual(sums(before));
  expect(after?.window.map(({ labels }) => labels.status).toSorted()).toEqual([
    'FAILED',
    'FINISHED',
    'RUNNING',
    'TERMINATED',
  ]);
});
