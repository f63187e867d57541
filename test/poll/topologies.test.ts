import { describe, expect, test } from 'vitest';
import { parseExposition } from '../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc } from '../support/world/simulated-soc.ts';

const isolate = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const close = { id: '9b1c2d3e-0000-3000-8000-000000000002', name: 'Close alerts' };
const minuteMs = 60_000;

async function nodeFailures(soc: SimulatedSoc): Promise<[string | undefined, string | undefined, number][]> {
  return parseExposition(await soc.exposition())
    .filter(({ name }) => name === 'secmaster_workflow_node_failures_total')
    .map(({ labels, value }) => [labels.playbook, labels.node, value]);
}

/** A workspace in which a run of another playbook has failed, and its nodes are counted. */
async function begun(): Promise<SimulatedSoc> {
  const soc = createSoc();
  await soc.poll();
  soc.turn(minuteMs);
  fail(soc, close, 'Close');
  await soc.poll();
  expect(await nodeFailures(soc)).toEqual([['Close alerts', 'Close', 1]]);
  soc.turn(minuteMs);
  return soc;
}

function fail({ world, now }: SimulatedSoc, playbook: typeof isolate, node: string): string {
  const id = world.start(now() - 5_000, { playbook, nodes: [node] });
  world.fail(id, now() - 1_000, node, 'no answer');
  return id;
}

describe('a topology that is not of the instance asked for', () => {
  test.each([
    ['because another instance comes back', 'other-instance'],
    ["because the nodes are another instance's", 'other-topology'],
  ] as const)('%s, counts nothing, is logged once and fails no poll', async (_, show) => {
    const soc = await begun();
    soc.simulator.behaviour.put({ topology: { show } });
    const ids = [fail(soc, isolate, 'Isolate'), fail(soc, isolate, 'Isolate')];
    for (let i = 0; i < 5; i++) await soc.poll();
    expect(await nodeFailures(soc)).toEqual([['Close alerts', 'Close', 1]]);
    expect(soc.simulator.requests.count('ShowAopWorkflowInstance')).toBe(3);
    expect(soc.logged.filter(({ msg }) => msg === 'failed nodes could not be read')).toMatchObject([
      {
        reason: 'unexpected_body',
        error:
          'show_instance: SecMaster returned another instance, or the topology of another one; nothing of it is counted',
      },
    ]);
    const { failedRuns, polls } = soc.workspace.report();
    expect(failedRuns.filter(({ instanceId }) => ids.includes(instanceId)).map(({ nodes }) => nodes)).toEqual([[], []]);
    expect(polls.last?.error).toBeNull();
    expect(await soc.differences()).toEqual([]);
  });
});

test('of very many failed nodes, twenty are kept, shown and logged, and all are counted', async () => {
  const soc = await begun();
  const failedNodes = 50_000;
  soc.simulator.behaviour.put({ topology: { failedNodes } });
  const id = fail(soc, isolate, 'Isolate');
  await soc.poll();
  const run = soc.workspace.report().failedRuns.find(({ instanceId }) => instanceId === id);
  const names = Array.from({ length: 20 }, (_, n) => `Node ${n + 1}`);
  expect(run?.nodes).toEqual(names.map((name) => ({ name, error: `Error of n${name.slice(1)}` })));
  expect(run?.moreNodes).toBe(failedNodes - 20);
  expect(soc.logged.filter(({ msg }) => msg === 'run failed').at(-1)).toMatchObject({
    nodes: names,
    moreNodes: failedNodes - 20,
  });
  const counted = (await nodeFailures(soc)).filter(([playbook]) => playbook === isolate.name);
  expect(counted).toHaveLength(101);
  expect(counted.find(([, node]) => node === 'other')?.[2]).toBe(failedNodes - 100);
});
