import { describe, expect, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { createRandom } from '../../../src/simulator/random.ts';
import { four, idsOf, list, ten } from './harness.ts';

const noKey = '20030009 Invalid sorting field.';
const noDir = '20030010 Invalid sorting.';
const byUpdate = 'sort_key=update_time&sort_dir=ASC';

test.each<[string, BehaviourChange['order'], string, string, string]>([
  ['sort_key is ignored', { sortKey: 'ignored' }, byUpdate, 'dabc', 'abcd'],
  ['an unknown sort_key is ignored too', { sortKey: 'ignored' }, 'sort_key=name', noKey, 'dcba'],
  ['update_time is refused', { sortKey: 'update-time-refused' }, byUpdate, 'dabc', noKey],
  ['create_time is not', { sortKey: 'update-time-refused' }, 'sort_key=create_time', 'dcba', 'dcba'],
  ['any sort_key is refused', { sortKey: 'refused' }, 'sort_key=create_time', 'dcba', noKey],
  ['none is fine where any is refused', { sortKey: 'refused', sortDir: 'refused' }, '', 'dcba', 'dcba'],
  ['sort_dir is ignored', { sortDir: 'ignored' }, byUpdate, 'dabc', 'cbad'],
  ['any sort_dir is refused', { sortDir: 'refused' }, 'sort_dir=DESC', 'dcba', noDir],
  ['rows come as they were inserted', { rows: 'as-inserted' }, 'sort_key=update_time', 'cbad', 'abcd'],
])('%s', (_, order, text, friendly, answer) => {
  const joined = (ids: readonly string[] | string) => (typeof ids === 'string' ? ids : ids.join(''));
  expect(joined(idsOf(four(), text))).toBe(friendly);
  expect(joined(idsOf(four(), text, { order }))).toBe(answer);
});

describe('rows at random', () => {
  const pages = (rows: 'sorted' | 'random', seed: number) => {
    const [world, random] = [ten(), createRandom(seed)];
    return Array.from({ length: 5 }, () => list(world, 'limit=10', { order: { rows } }, random).ids);
  };

  test('come in another order at each request, all of them', () => {
    expect(new Set(pages('random', 1).map(String)).size).toBe(5);
    for (const page of pages('random', 1)) expect(page.toSorted()).toEqual(pages('sorted', 1)[0]?.toSorted());
    expect(new Set(pages('sorted', 1).map(String)).size).toBe(1);
  });

  test('come in the same orders with the same seed', () => {
    expect(pages('random', 1)).toEqual(pages('random', 1));
    expect(pages('random', 1)).not.toEqual(pages('random', 2));
  });
});
