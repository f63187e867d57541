import { describe, expect, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { startMany, touchMany } from '../../../src/simulator/crowd.ts';
import { total } from '../../support/metrics/exposition.ts';
import { expectCounted, friendlyAtFirst, minuteMs, playbook, some } from './unkind.ts';

describe('update_time moves and nothing else', () => {
  test.each(
    some<[number, number, string, BehaviourChange]>(
      [
        [200, 50, 'count is exact', {}],
        [1_000, 50, 'count is exact', {}],
        [150, 1, 'count is exact', {}],
        [400, 250, 'count is exact', {}],
        [200, 50, 'count is a few off', { count: { drift: 3 } }],
      ],
      3,
    ),
  )('of %i old runs above %i new ones, and %s: all are counted', async (touched, begun, _, behaviour) => {
    const soc = await friendlyAtFirst(touched);
    soc.simulator.behaviour.put(behaviour);
    soc.turn(minuteMs);
    startMany(soc.world, begun, { fromMs: soc.now() - 50_000, withinMs: 20_000 }, { playbook, isOpen: false });
    touchMany(soc.world, touched, { fromMs: soc.now() - 20_000, withinMs: 10_000 });
    for (let i = 0; i < 3; i++) {
      await soc.poll();
      soc.turn(minuteMs);
    }
    expect(total(await soc.exposition(), 'secmaster_workflow_instances_started_total')).toBe(begun);
    await expectCounted(soc);
  });

  test('of 300 old runs in each minute, above 5 new ones: all are counted', async () => {
    const soc = await friendlyAtFirst(300);
    for (let i = 0; i < 8; i++) {
      soc.turn(minuteMs);
      startMany(soc.world, 5, { fromMs: soc.now() - 50_000, withinMs: 20_000 }, { playbook, isOpen: false });
      touchMany(soc.world, 300, { fromMs: soc.now() - 20_000, withinMs: 10_000 });
      await soc.poll();
    }
    await expectCounted(soc);
  });
});
