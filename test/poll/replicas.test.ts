import { describe, expect, test } from 'vitest';
import type { BehaviourChange } from '../../src/simulator/behaviour.ts';
import { startMany } from '../../src/simulator/crowd.ts';
import { createSoc, type SimulatedSoc } from '../support/world/simulated-soc.ts';

const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const minuteMs = 60_000;
/** So many that a tail that doesn't settle takes several pages. */
const runs = 360;

/** A workspace with ended runs that the ledger has counted, and SecMaster behaving so from now on. */
async function counted(behaviour: BehaviourChange): Promise<SimulatedSoc> {
  const soc = createSoc();
  await soc.poll();
  soc.turn(minuteMs);
  startMany(soc.world, runs, { fromMs: soc.now() - 50_000, withinMs: 40_000 }, { playbook, isOpen: false });
  for (let i = 0; i < 2; i++) await soc.poll();
  soc.simulator.behaviour.put(behaviour);
  return soc;
}

async function quietPolls(soc: SimulatedSoc, count: number): Promise<number[]> {
  const requests: number[] = [];
  for (let i = 0; i < count; i++) {
    soc.turn(1_000);
    requests.push(await soc.poll());
  }
  return requests;
}

/** The counters alone, without zeros: names may flicker in the gauges. */
async function countersOf(soc: SimulatedSoc): Promise<string[]> {
  const lines = (await soc.exposition()).split('\n');
  return lines.filter((line) => /^secmaster_workflow_\w+(_total|_count)\{/.test(line) && !line.endsWith(' 0'));
}

describe('two replicas that differ', () => {
  test.each<[string, NonNullable<BehaviourChange['replicas']>['differIn']]>([
    ['by a millisecond', ['milliseconds']],
    ["in the instance's name", ['name']],
    ["in the playbook's name", ['playbook-name']],
    ['in that one leaves out the playbook', ['playbook']],
    ['in that one leaves out the trigger type', ['trigger-type']],
    ['in the spelling of statuses and trigger types', ['spelling']],
    ['in all of it', ['milliseconds', 'name', 'playbook-name', 'playbook', 'trigger-type', 'spelling']],
  ])('%s leave quiet polls at one request, and count nothing again', async (_, differIn) => {
    const soc = await counted({ replicas: { differIn } });
    const before = await countersOf(soc);
    expect(before.length).toBeGreaterThan(2);
    expect(await quietPolls(soc, 10)).toEqual(Array(10).fill(1));
    expect(await countersOf(soc)).toEqual(before);
  });

  test('do not hide what is new', async () => {
    const soc = await counted({ replicas: { differIn: ['milliseconds', 'name', 'playbook', 'trigger-type'] } });
    startMany(soc.world, 250, { fromMs: soc.now(), withinMs: 500 }, { playbook, isOpen: false });
    soc.turn(1_000);
    expect(await soc.poll()).toBe(3);
    soc.simulator.behaviour.put({});
    for (let i = 0; i < 2; i++) await quietPolls(soc, 1);
    const finished = (await countersOf(soc)).filter((line) => line.includes('completed'));
    const sum = finished.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
    expect(sum).toBe(runs + 250);
  });
});

test('a replica that lags shows older states, and they add nothing', async () => {
  const soc = await counted({ replicas: { lagEvery: 2, lagMs: minuteMs } });
  const ids = startMany(soc.world, 20, { fromMs: soc.now(), withinMs: 500 }, { playbook });
  soc.turn(10_000);
  for (const id of ids) soc.world.fail(id, soc.now() - 1_000, 'Isolate', '');
  await quietPolls(soc, 5);
  soc.turn(10_000);
  for (const id of ids.slice(10)) soc.world.retry(id, soc.now() - 2_000);
  for (const id of ids.slice(0, 10)) soc.world.rerun(id, soc.now() - 2_000);
  await quietPolls(soc, 5);
  soc.turn(10_000);
  for (const id of ids.slice(0, 15)) soc.world.fail(id, soc.now() - 1_000, 'Isolate', '');
  for (const id of ids.slice(15)) soc.world.finish(id, soc.now() - 1_000);
  await quietPolls(soc, 70);
  soc.simulator.behaviour.put({});
  await quietPolls(soc, 3);
  expect(await soc.differences()).toEqual([]);
});
