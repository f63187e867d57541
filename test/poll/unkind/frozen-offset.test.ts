import { describe, expect, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { inForm } from '../../support/form.ts';
import type { SimulatedSoc } from '../../support/world/simulated-soc.ts';
import {
  atEach,
  behaving,
  expectCounted,
  expectCountedOrSaid,
  expectSaidIncomplete,
  friendlyAtFirst,
  news,
  quietPolls,
  some,
} from './unkind.ts';

const paging = { offset: 'ignored' } as const;
const requestsOf = ({ simulator }: SimulatedSoc) => simulator.requests.count('ListAopWorkflowInstance');

describe('offset is ignored, every page is the first', () => {
  test.each(some(atEach([300], [120], [1_000]), 4))(
    "%s, of %i runs all are counted, or it is said that they can't be, with few requests",
    async (moment, count) => {
      const soc = await behaving(moment, { paging }, count);
      const before = requestsOf(soc);
      await expectCountedOrSaid(soc);
      expect(requestsOf(soc) - before).toBeLessThan(200 + count / 2);
      expect(await quietPolls(soc, 20, 1_000)).toBeLessThan(60);
    },
  );

  test.each(
    some(
      atEach<[string, BehaviourChange]>(
        ['dates are ignored', { paging, dates: { field: 'ignored' } }],
        ['dates are refused', { paging, dates: { forms: [] } }],
        ['dates are ignored and count is absent', { paging, dates: { field: 'ignored' }, count: { shown: 'absent' } }],
      ),
      6,
    ),
  )('%s, %s too: it is said that not all can be read, with few requests', async (moment, _, behaviour) => {
    const soc = await behaving(moment, behaviour, inForm(450, 900));
    const before = requestsOf(soc);
    await expectSaidIncomplete(soc);
    expect(requestsOf(soc) - before).toBeLessThan(500);
    expect(await quietPolls(soc, 20, 1_000)).toBeLessThan(60);
  });

  test('all runs fit into one page: they are counted', async () => {
    await expectCounted(await behaving('from the first start on', { paging }, 60));
  });

  test('300 known runs, and nothing happens, then 50 new ones: 20 polls take few requests', async () => {
    const soc = await friendlyAtFirst(300);
    soc.simulator.behaviour.put({ paging });
    expect(await quietPolls(soc, 20, 1_000)).toBeLessThan(60);
    news(soc, 50);
    await soc.poll();
    expect(await quietPolls(soc, 20, 1_000)).toBeLessThan(60);
    expect(await soc.differences()).toEqual([]);
  });
});
