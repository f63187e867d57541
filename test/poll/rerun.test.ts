import { describe, expect, test } from 'vitest';
import { type ErrorKind, SecMasterError } from '../../src/secmaster/http/errors.ts';
import { createSoc, type SimulatedSoc, type SocOptions } from '../support/world/simulated-soc.ts';

const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const minuteMs = 60_000;

const countOf = async (soc: SimulatedSoc, family: string) => {
  const lines = (await soc.exposition()).split('\n').filter((line) => line.startsWith(`${family}{`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
};

async function begun(startTime: 'kept' | 'moved', options: SocOptions = {}): Promise<SimulatedSoc> {
  const soc = createSoc({ ...options, behaviour: { retries: { startTime } } });
  await soc.poll();
  soc.turn(minuteMs);
  return soc;
}

describe.each(['kept', 'moved'] as const)('a run that is run again by hand, its start_time %s', (startTime) => {
  test('counts each failed attempt though retry_count is back at 0, and its nodes are read', async () => {
    const soc = await begun(startTime);
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

  test('goes on counting after retries, over a restart, and after a success', async () => {
    const soc = await begun(startTime);
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

  test('counts no nodes twice where it has failed again before they are read', async () => {
    const refusal = { kind: 'network' as ErrorKind | null };
    const soc = await begun(startTime, {
      through: (secmaster) => ({
        ...secmaster,
        showInstance: async (...args) => {
          if (refusal.kind !== null) throw new SecMasterError(refusal.kind, 'show_instance', 'no');
          return secmaster.showInstance(...args);
        },
      }),
    });
    const id = soc.world.start(soc.now() - 5_000, { playbook, nodes: ['Query'] });
    soc.world.fail(id, soc.now() - 1_000, 'Query', '');
    await soc.poll();
    soc.turn(minuteMs);
    soc.world.rerun(id, soc.now() - 20_000);
    soc.world.fail(id, soc.now() - 1_000, 'Query', '');
    refusal.kind = null;
    for (let i = 0; i < 2; i++) await soc.poll();
    expect(await countOf(soc, 'secmaster_workflow_node_failures_total')).toBe(1);
    expect(await soc.differences()).toEqual([]);
  });
});
