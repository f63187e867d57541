import { describe, expect, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import type { FaultRule } from '../../../src/simulator/faults.ts';
import { behaving, createBoundedSoc, expectCounted, history, settle, some, stateOf } from './unkind.ts';

describe('secmaster_exporter_window_complete is 0 before history has been read, though', () => {
  const faults: [string, Pick<FaultRule, 'kind'> & object][] = [
    ['an error of the server', { kind: 'status', status: 500 } as FaultRule],
    ["a proxy's page", { kind: 'html', status: 200 } as FaultRule],
    ['a connection that was reset', { kind: 'reset' }],
  ];
  test.each(
    some(
      faults.flatMap(([name, fault]) =>
        [1, 2, 3].map((answered): [number, string, typeof fault] => [answered, name, fault]),
      ),
      4,
    ),
  )('%i answers were good and then comes %s', async (answered, _, fault) => {
    const soc = createBoundedSoc();
    history(soc, 500);
    const rule = { probability: 1, operation: 'ListAopWorkflowInstance', ...fault } as FaultRule;
    soc.simulator.faults.add({ ...rule, skip: answered });
    for (let i = 0; i < 3; i++) {
      await soc.poll();
      expect((await stateOf(soc)).windowComplete ?? 0).toBe(0);
      soc.turn(1_000);
    }
    soc.simulator.faults.clear();
    expect(await settle(soc)).toMatchObject({ windowComplete: 1, differences: [] });
  });

  test('there is nothing to read, once that is known it is 1', async () => {
    const soc = createBoundedSoc();
    await soc.poll();
    await soc.poll();
    expect(await stateOf(soc)).toEqual({ up: 1, windowComplete: 1, differences: [] });
  });
});

describe('secmaster_exporter_window_complete becomes 1 though count is', () => {
  const counts: [string, BehaviourChange['count']][] = [
    ['3 too high', { offBy: 3 }],
    ['1 too high', { offBy: 1 }],
    ['20 too high', { offBy: 20 }],
    ['2 too low', { offBy: -2 }],
    ['up to 3 off, another at each request', { drift: 3 }],
    ['up to 3 off and 2 too high', { drift: 3, offBy: 2 }],
  ];

  test.each(some(counts, 4))('%s from the first start on: all is counted', async (_, count) => {
    await expectCounted(await behaving('from the first start on', { count }, 360));
  });

  test.each(some(counts, 3))('%s from the middle of the first sweep on: all is counted', async (_, count) => {
    await expectCounted(await behaving('from the middle of the first sweep on', { count }, 360));
  });
});
