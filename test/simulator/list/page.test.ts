import { expect, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { createMemory } from '../../../src/simulator/behaviour-handle.ts';
import { createRandom } from '../../../src/simulator/random.ts';
import { idsOf, list, ten } from './harness.ts';

const invalid = (why: string) => `20030001 Invalid parameters: ${why}.`;

test.each<[string, BehaviourChange['paging'], string, readonly string[] | string, readonly string[] | string]>([
  ['a page is no longer than maxRows', { maxRows: 2 }, 'limit=4', ['i9', 'i8', 'i7', 'i6'], ['i9', 'i8']],
  ['a page shorter than maxRows stays', { maxRows: 5 }, 'limit=2', ['i9', 'i8'], ['i9', 'i8']],
  ['limit is refused above maxLimit', { maxLimit: 2 }, 'limit=3', ['i9', 'i8', 'i7'], invalid('limit must be 1 to 2')],
  ['limit is as good as maxLimit', { maxLimit: 3 }, 'limit=3', ['i9', 'i8', 'i7'], ['i9', 'i8', 'i7']],
  [
    'limit may be larger than documented',
    { maxLimit: 200 },
    'limit=101&offset=9',
    invalid('limit must be 1 to 100'),
    ['i0'],
  ],
  ['offset is refused above maxOffset', { maxOffset: 8 }, 'offset=9', ['i0'], invalid('offset must be 0 to 8')],
  [
    'offset + limit is refused above maxWindow',
    { maxWindow: 10 },
    'offset=8&limit=3',
    ['i1', 'i0'],
    invalid('offset + limit must be at most 10'),
  ],
  ['offset + limit is as good as maxWindow', { maxWindow: 10 }, 'offset=8&limit=2', ['i1', 'i0'], ['i1', 'i0']],
  ['offset is ignored', { offset: 'ignored' }, 'offset=8&limit=2', ['i1', 'i0'], ['i9', 'i8']],
  ['the third page is empty', { emptyPage: { page: 3 } }, 'offset=4&limit=2', ['i5', 'i4'], []],
  ['the page before the empty one is not', { emptyPage: { page: 3 } }, 'offset=2&limit=2', ['i7', 'i6'], ['i7', 'i6']],
  [
    'a page repeats a row of the page before',
    { duplicateRows: 1 },
    'offset=3&limit=3',
    ['i6', 'i5', 'i4'],
    ['i7', 'i6', 'i5'],
  ],
  [
    'and the next one goes on from there',
    { duplicateRows: 1 },
    'offset=6&limit=3',
    ['i3', 'i2', 'i1'],
    ['i5', 'i4', 'i3'],
  ],
  ['a page has more rows than asked for', { extraRows: 2 }, 'limit=2', ['i9', 'i8'], ['i9', 'i8', 'i7', 'i6']],
  [
    'a shortened page may still have more rows',
    { maxRows: 1, extraRows: 1 },
    'limit=5',
    ['i9', 'i8', 'i7', 'i6', 'i5'],
    ['i9', 'i8'],
  ],
])('%s', (_, paging, text, friendly, answer) => {
  const world = ten();
  expect(idsOf(world, text)).toEqual(friendly);
  expect(idsOf(world, text, { paging })).toEqual(answer);
});

test.each([
  ['once', [0, 2, 2, 2]],
  ['every-other-time', [0, 2, 0, 2]],
  ['always', [0, 0, 0, 0]],
] as const)('a page is empty %s against its own count', (times, lengths) => {
  const [world, memory] = [ten(), createMemory(0)];
  const paging = { emptyPage: { page: 2, times } };
  const pages = lengths.map(() => list(world, 'offset=2&limit=2', { paging }, createRandom(1), memory));
  expect(pages.map(({ ids }) => ids.length)).toEqual(lengths);
  expect(pages.map(({ count }) => count)).toEqual([10, 10, 10, 10]);
});
