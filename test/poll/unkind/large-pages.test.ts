import { describe, expect, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { startMany } from '../../../src/simulator/crowd.ts';
import { inForm } from '../../support/form.ts';
import { sampleValue } from '../../support/metrics/exposition.ts';
import {
  atEach,
  behaving,
  createBoundedSoc,
  expectCounted,
  history,
  hourMs,
  minuteMs,
  oddPlaybook,
  quietPolls,
  some,
  stateOf,
  warnings,
} from './unkind.ts';

describe('a page of 100 rows', () => {
  test.each(
    some(
      atEach<[string, BehaviourChange, number, number]>(
        ['is refused, and one of 50 is not', { paging: { maxLimit: 50 } }, 360, 150],
        ['is refused, and one of 10 is not', { paging: { maxLimit: 10 } }, 360, 150],
        ['is refused, and one of 99 is not', { paging: { maxLimit: 99 } }, 360, 150],
        ['is refused, and one of 1 is not', { paging: { maxLimit: 1 } }, 20, 10],
        ['is over 16 MiB, and one of 50 is not', { rows: { paddingBytes: 200_000 } }, 90, 30],
        ['is over 16 MiB, and so is one of 50', { rows: { paddingBytes: 500_000 } }, 30, 10],
      ),
      3,
    ),
  )('%s, %s: all runs are counted', async (moment, _, behaviour, count, known) => {
    await expectCounted(await behaving(moment, behaviour, count, known));
  });
});

test('a single row is over 16 MiB: all others are counted, it is said, and quiet polls take a few requests to come past it', async () => {
  const soc = createBoundedSoc();
  history(soc, 60);
  const [large = ''] = startMany(soc.world, 1, { fromMs: soc.now() - 10 * hourMs }, { playbook: oddPlaybook });
  const padding = 'x'.repeat(17 * 1024 * 1024);
  const updateTimeMs = soc.now() - 10 * hourMs;
  soc.world.set(large, updateTimeMs, { updateTimeMs, raw: (row) => ({ ...row, padding }) });
  for (let i = 0; i < inForm(2, 4); i++) {
    await soc.poll();
    soc.turn(6 * minuteMs);
  }
  const { up, differences } = await stateOf(soc);
  expect(up).toBe(1);
  expect(differences.filter((one) => !one.includes(oddPlaybook.id))).toEqual([]);
  expect(warnings(soc).length).toBeGreaterThan(0);
  expect(warnings(soc).length).toBeLessThan(12);
  expect(sampleValue(await soc.exposition(), 'secmaster_workflow_instances', { status: 'FINISHED' })).toBe(55);
  expect(await quietPolls(soc, inForm(1, 10), 30_000)).toBeLessThan(inForm(30, 150));
});
