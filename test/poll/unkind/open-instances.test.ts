import { describe, expect, test } from 'vitest';
import { startMany } from '../../../src/simulator/crowd.ts';
import { inForm } from '../../support/form.ts';
import type { SimulatedSoc } from '../../support/world/simulated-soc.ts';
import { createBoundedSoc, history, hourMs, minuteMs, playbook, quietPolls, settle, some, stateOf } from './unkind.ts';

const many = inForm(600, 5_000);

function open({ world, now }: SimulatedSoc, count: number): readonly string[] {
  return startMany(world, count, { fromMs: now() - 22 * hourMs, withinMs: hourMs }, { playbook });
}

describe(`${many} instances are open`, () => {
  const rates: [string, number, number][] = [
    ['at 30 seconds', 20, 30_000],
    ['at a minute', 10, minuteMs],
  ];
  test.each(some(rates, 2))(
    'and none changes: a quiet poll %s takes hardly more than one request',
    async (_, polls, everyMs) => {
      const soc = createBoundedSoc();
      open(soc, many);
      for (let i = 0; i < 2; i++) await soc.poll();
      await quietPolls(soc, 12, 30_000);
      // Once, all are listed by their status, and once all that there are.
      expect(await quietPolls(soc, polls, everyMs)).toBeLessThan(polls + 20 + (2 * many) / 100);
      expect(await soc.differences()).toEqual([]);
    },
  );

  test('one that ends and one that is removed are noticed', async () => {
    const soc = createBoundedSoc();
    const [first = '', second = ''] = open(soc, many).slice(many / 2);
    for (let i = 0; i < 2; i++) await soc.poll();
    soc.world.finish(first, soc.now());
    soc.world.remove(second, soc.now());
    expect(await settle(soc)).toMatchObject({ up: 1, windowComplete: 1, differences: [] });
  });

  test('and no poll has time left for the sweep: a page in each completes it', async () => {
    const soc = createBoundedSoc();
    open(soc, many);
    history(soc, many / 5);
    for (let i = 0; i < (many + many / 5) / 40; i++) {
      await soc.poll(() => false);
      soc.turn(30_000);
    }
    expect(await stateOf(soc)).toEqual({ up: 1, windowComplete: 1, differences: [] });
  });
});
