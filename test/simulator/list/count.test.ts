import { describe, expect, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { createRandom } from '../../../src/simulator/random.ts';
import { list, ten } from './harness.ts';

const text = 'from_date=1970-01-01T00:00:02Z&limit=3';

test.each<[string, BehaviourChange['count'], unknown]>([
  ['is of the rows that match', {}, 8],
  ['is of all rows', { of: 'all' }, 10],
  ['is of the page', { of: 'page' }, 3],
  ['is capped', { cap: 5 }, 5],
  ['is under its cap', { cap: 9 }, 8],
  ['is too high', { offBy: 2 }, 10],
  ['is too low', { offBy: -3 }, 5],
  ['is never below 0 for being too low', { offBy: -30 }, 0],
  ['is null', { shown: 'null' }, null],
  ['is not there', { shown: 'absent' }, undefined],
  ['is 0', { shown: 'zero' }, 0],
  ['is a text', { shown: 'text' }, '8'],
  ['is -1', { shown: 'minus-one' }, -1],
  ['is no integer', { shown: 'fraction' }, 8.5],
  ['is a text of all rows, capped', { shown: 'text', of: 'all', cap: 9 }, '9'],
])('count %s', (_, count, expected) => {
  expect(list(ten(), text, { count })).toEqual({ count: expected, ids: ['i9', 'i8', 'i7'] });
});

describe('count that drifts', () => {
  const counts = (seed: number) => {
    const [world, random] = [ten(), createRandom(seed)];
    return Array.from({ length: 40 }, () => list(world, text, { count: { drift: 2 } }, random).count);
  };

  test('is a few off in both directions', () => {
    expect([...new Set(counts(1))].toSorted((a, b) => Number(a) - Number(b))).toEqual([6, 7, 8, 9, 10]);
  });

  test('is the same with the same seed', () => expect(counts(1)).toEqual(counts(1)));
});

test('the count of an empty page is of the page where it is of pages', () => {
  const behaviour: BehaviourChange = { paging: { emptyPage: { page: 1, times: 'always' } }, count: { of: 'page' } };
  expect(list(ten(), '', behaviour)).toEqual({ count: 0, ids: [] });
});
