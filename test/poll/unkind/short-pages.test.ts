import { describe, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { atEach, behaving, expectCounted, some } from './unkind.ts';

const counts: [string, BehaviourChange['count']][] = [
  ['absent', { shown: 'absent' }],
  ['0', { shown: 'zero' }],
  ["the page's", { of: 'page' }],
];

describe('a page has fewer rows than asked for', () => {
  test.each(
    some(
      atEach(
        ...[50, 10, 99, 1].flatMap((maxRows) =>
          counts.map(([name, count]): [number, string, BehaviourChange['count']] => [maxRows, name, count]),
        ),
      ),
      7,
    ),
  )('%s, %i of 100, and count is %s: all runs are counted', async (moment, maxRows, _, count) => {
    await expectCounted(await behaving(moment, { paging: { maxRows }, count }, maxRows === 1 ? 30 : 300));
  });
});
