import { expect, test } from 'vitest';
import { createSoc, type SimulatedSoc } from '../support/world/simulated-soc.ts';

const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const minuteMs = 60_000;

const countOf = async (soc: SimulatedSoc, family: string) => {
  const lines = (await soc.exposition()).split('\n').filter((line) => line.startsWith(`${family}{`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
};

async function begun(): Promise<SimulatedSoc> {
  const soc = createSoc();
  await soc.poll();
  soc.turn(minuteMs);
  return soc;
}

test('runs that are run again by hand, with retry_count back at 0, count each failed attempt and read its nodes', async () => {
  const soc = await begun();
  const nodes = ['Query', 'Isolate'];
  const ids = Array.from({ length: 10 }, () => soc.world.start(soc.now() - 5_000, { playbook, nodes }));
  for (let attempt = 1; attempt <= 5; attempt++) {
    for (const id of ids) soc.world.fail(id, soc.now() - 1_000, nodes[attempt % 2] ?? '', `attempt ${attempt}`);
    await soc.poll();
    soc.turn(minuteMs);
    for (const id of ids) soc.world.rerun(id, soc.now() - 20_000);
    if (attempt % 2 === 0) await soc.poll();
  }
  await soc.poll();
  expect(await soc.differences()).toEqual([]);
  expect(await countOf(soc, 'secmaster_workflow_node_failures_total')).toBe(50);
  const runs = soc.logged.filter(({ msg }) => msg === 'run failed') as unknown as {
    instance: string;
    attempt: number;
  }[];
  const first = runs.filter(({ instance }) => instance === ids[0]).map(({ attempt }) => attempt);
  expect(first).toEqual([1, 2, 3, 4, 5]);
});

test('a run again by hand after retries goes on counting, over a restart too', async () => {
  const soc = await begun();
  const id = soc.world.start(soc.now() - 5_000, { playbook, nodes: ['Query'] });
  const fail = async () => {
    soc.world.fail(id, soc.now() - 1_000, 'Query', '');
    await soc.poll();
    soc.turn(minuteMs);
  };
  await fail();
  soc.world.retry(id, soc.now() - 2_000);
  await fail();
  soc.world.rerun(id, soc.now() - 20_000);
  await soc.poll();
  soc.restart();
  await fail();
  soc.world.rerun(id, soc.now() - 20_000);
  soc.world.finish(id, soc.now() - 10_000);
  await soc.poll();
  soc.turn(minuteMs);
  soc.world.rerun(id, soc.now() - 20_000);
  soc.world.finish(id, soc.now() - 10_000);
  await soc.poll();
  expect(await soc.differences()).toEqual([]);
});
