import { describe, expect, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { atEach, behaving, expectCounted, expectCountedOrSaid, settle, some } from './unkind.ts';

const pages = [2, 3, 4];

describe('a page deep in the list is empty, and count says that there are more', () => {
  test.each(
    some(
      atEach(
        ...pages.flatMap((page) =>
          (['once', 'every-other-time'] as const).map((times): [number, typeof times] => [page, times]),
        ),
      ),
      7,
    ),
  )('%s, page %i, %s: 400 of 400 runs are counted', async (moment, page, times) => {
    await expectCounted(await behaving(moment, { paging: { emptyPage: { page, times } } }, 400));
  });

  test.each(some(atEach(...pages.map((page): [number] => [page])), 4))(
    "%s, page %i, always: all runs are counted, or it is said that they can't be",
    async (moment, page) => {
      await expectCountedOrSaid(await behaving(moment, { paging: { emptyPage: { page, times: 'always' } } }, 400));
    },
  );

  test.each<[string, BehaviourChange['count']]>([
    ['absent', { shown: 'absent' }],
    ['of the page', { of: 'page' }],
  ])('once in a tail, and count is %s: the tail goes on, since it has met nothing that it knows', async (_, count) => {
    const soc = await behaving('while it runs', { paging: { emptyPage: { page: 3 } }, count }, 400);
    expect(await settle(soc)).toMatchObject({ differences: [] });
  });
});
