import { describe, expect, test } from 'vitest';
import { purge, startMany } from '../../../src/simulator/crowd.ts';
import { inForm } from '../../support/form.ts';
import type { SimulatedSoc } from '../../support/world/simulated-soc.ts';
import {
  createBoundedSoc,
  friendlyAtFirst,
  history,
  hourMs,
  minuteMs,
  playbook,
  quietPolls,
  some,
  stateOf,
} from './unkind.ts';

const all = inForm(1_000, 6_000);
const removeEach =
  (isGone: (status: string, index: number) => boolean) =>
  ({ world, now }: SimulatedSoc) => {
    const gone = [...world.instances.values()].filter(({ status }, index) => isGone(status, index));
    for (const { id } of gone) world.remove(id, now());
  };

describe('SecMaster forgets', () => {
  test(`half of ${all}: 12 polls take less than 100 requests, and the pages of what is left`, async () => {
    const soc = await friendlyAtFirst(all);
    purge(soc.world, soc.now() - 10.5 * hourMs, soc.now());
    expect(await quietPolls(soc, 12, 6 * minuteMs)).toBeLessThan(100 + all / 50);
    expect(await stateOf(soc)).toEqual({ up: 1, windowComplete: 1, differences: [] });
  });

  test.each(
    some<[string, (soc: SimulatedSoc) => void]>(
      [
        ['every other one', removeEach((_, index) => index % 2 === 0)],
        ['all that have finished', removeEach((status) => status === 'FINISHED')],
        ['all but a hundred', removeEach((_, index) => index < all - 100)],
      ],
      3,
    ),
  )(`%s of ${all}: they leave the gauges, with requests for what is left and not for each`, async (_, forget) => {
    const soc = await friendlyAtFirst(all);
    forget(soc);
    expect(await quietPolls(soc, 12, 6 * minuteMs)).toBeLessThan(12 + 100 + all / 50);
    expect(await stateOf(soc)).toEqual({ up: 1, windowComplete: 1, differences: [] });
  });

  test('300 of 400 open ones: they leave the gauges, with less than 100 requests in 12 polls', async () => {
    const soc = createBoundedSoc();
    const open = startMany(soc.world, 400, { fromMs: soc.now() - 22 * hourMs, withinMs: hourMs }, { playbook });
    history(soc, 500);
    for (let i = 0; i < 2; i++) await soc.poll();
    for (const id of open.slice(50, 350)) soc.world.remove(id, soc.now());
    expect(await quietPolls(soc, 12, 6 * minuteMs)).toBeLessThan(100);
    expect(await stateOf(soc)).toEqual({ up: 1, windowComplete: 1, differences: [] });
  });
});
