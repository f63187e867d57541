import { describe, expect, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { inForm } from '../../support/form.ts';
import { atEach, behaving, expectCounted, friendlyAtFirst, news, some, stateOf } from './unkind.ts';

const deepest = inForm(500, 10_000);

describe('SecMaster refuses a page that is too deep', () => {
  test(`after a downtime with ${1.2 * deepest} runs where offset + limit may be ${deepest}: no poll fails, and all are counted`, async () => {
    const soc = await friendlyAtFirst(300);
    soc.simulator.behaviour.put({ paging: { maxWindow: deepest } });
    news(soc, 1.2 * deepest);
    soc.restart();
    await soc.poll();
    expect(await stateOf(soc)).toMatchObject({ up: 1 });
    await expectCounted(soc);
  });

  test.each(
    some(
      atEach<[string, BehaviourChange, number]>(
        ['offset + limit may be 300', { paging: { maxWindow: 300 } }, inForm(1_200, 12_000)],
        ['offset + limit may be 100', { paging: { maxWindow: 100 } }, inForm(600, 3_000)],
        ['offset may be 200', { paging: { maxOffset: 200 } }, inForm(1_200, 12_000)],
        ['offset must be 0', { paging: { maxOffset: 0 } }, inForm(600, 3_000)],
      ),
      3,
    ),
  )('%s, %s: all are counted', async (moment, _, behaviour, count) => {
    const soc = await behaving(moment, behaviour, count);
    await soc.poll();
    expect(await stateOf(soc)).toMatchObject({ up: 1 });
    await expectCounted(soc);
  });
});
