import { describe, expect, test } from 'vitest';
import { isStable, outOfOrder } from '../../../src/poll/profile/order.ts';

test.each([
  ['none', [], 0],
  ['one', [1], 0],
  ['falling ones', [5, 3, 2, 1], 0],
  ['equal ones', [2, 2, 2], 0],
  ['rising ones', [1, 2, 3, 4], 3],
  ['one that came up', [3, 9, 2, 1], 1],
  ['one that went down', [9, 0, 8, 7, 7, 6], 1],
])('of values that fall but for some: %s', (_, values, out) => {
  expect(outOfOrder(values)).toBe(out);
});

describe('the same page twice', () => {
  const row = (n: number, startTimeMs: number | null = -n) => ({
    id: String(n),
    status: 'FINISHED',
    startTimeMs,
    endTimeMs: null,
    retryCount: 0,
  });
  const page = (...numbers: number[]) => ({ rows: numbers.map((n) => row(n)) });

  test.each([
    ['is stable', [1, 2, 3, 4, 5], [1, 2, 3, 4, 5], true],
    ['is stable if a new row pushes the others', [1, 2, 3, 4, 5], [0, 1, 2, 3, 4], true],
    ['is not in another order', [1, 2, 3, 4, 5], [5, 2, 4, 1, 3], false],
    ['is not of other rows', [1, 2, 3, 4, 5], [11, 12, 13, 4, 5], false],
  ])('%s', (_, before, after, expected) => {
    expect(isStable(page(...before), page(...after))).toBe(expected);
  });

  test('is neither where the rows have one time', () => {
    const tied = (...numbers: number[]) => ({ rows: numbers.map((n) => row(n, 0)) });
    expect(isStable(tied(1, 2, 3, 4), tied(4, 3, 2, 1))).toBeNull();
  });
});
