import { describe, expect, test } from 'vitest';
import { startMany } from '../../../src/simulator/crowd.ts';
import { total } from '../../support/metrics/exposition.ts';
import { createBoundedSoc, expectCounted, friendlyAtFirst, hourMs, minuteMs, playbook, some } from './unkind.ts';

const cases: [string, number][] = [
  ['an hour ahead', hourMs],
  ['an hour behind', -hourMs],
  ['a day ahead', 24 * hourMs],
  ['a day behind', -24 * hourMs],
  ['ten minutes behind', -10 * minuteMs],
];

describe('the Date of one answer is', () => {
  test.each(some(cases, 2))(
    '%s when the ledger is created: history is not counted, and all that comes is',
    async (_, offMs) => {
      const soc = createBoundedSoc({ behaviour: { time: { offMs, offAnswers: 1 } } });
      startMany(
        soc.world,
        40,
        { fromMs: soc.now() - 55 * minuteMs, withinMs: 54 * minuteMs },
        { playbook, isOpen: false },
      );
      for (let i = 0; i < 3; i++) {
        await soc.poll();
        soc.turn(minuteMs);
        startMany(soc.world, 10, { fromMs: soc.now() - 50_000, withinMs: 40_000 }, { playbook, isOpen: false });
      }
      for (let i = 0; i < 3; i++) {
        await soc.poll();
        soc.turn(hourMs);
      }
      await soc.poll();
      const text = await soc.exposition();
      expect(total(text, 'secmaster_workflow_instances_started_total')).toBe(30);
      expect(total(text, 'secmaster_workflow_attempts_completed_total')).toBe(30);
    },
  );

  test.each(some(cases.slice(1, 3), 2))('%s while it runs: nothing leaves the window for long', async (_, offMs) => {
    const soc = await friendlyAtFirst(300);
    soc.simulator.behaviour.put({ time: { offMs, offAnswers: 1 } });
    soc.turn(minuteMs);
    await expectCounted(soc);
  });
});
