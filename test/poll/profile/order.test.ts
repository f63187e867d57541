import { describe, expect, test } from 'vitest';
import { isByCreation, isStable, judgeOrder, outOfOrder } from '../../../src/poll/profile/order.ts';
import { SecMasterError } from '../../../src/secmaster/http/errors.ts';

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

describe('the order that holds', () => {
  /** Rows by their starts and how long they took. */
  const listed = (...runs: readonly (readonly [start: number, duration: number])[]) => ({
    query: { offset: 0, limit: 100 },
    count: null,
    rows: runs.map(([start, duration], i) => ({
      id: String(i),
      status: 'FINISHED',
      startTimeMs: start,
      endTimeMs: start + duration,
      retryCount: 0,
    })),
  });
  const byEnd = listed([80, 20], [90, 9], [50, 48], [70, 20], [75, 10], [60, 20], [40, 30], [30, 30]);
  const byStart = listed([90, 9], [80, 20], [75, 10], [70, 20], [60, 20], [50, 48], [40, 30], [30, 30]);
  const mixed = listed([10, 1], [90, 1], [20, 1], [80, 1], [30, 1], [70, 1], [40, 1], [60, 1]);
  const alike = listed([90, 1], [80, 1], [70, 1], [60, 1], [50, 1]);
  const refused = { refused: new SecMasterError('bad_request', 'list', '', { httpStatus: 400, code: '20030009' }) };
  const none = listed();

  test.each([
    ['is that of updates', byEnd, byStart, 'update_time'],
    ['is that of creation, whatever is asked for', byStart, byStart, 'create_time'],
    ['is that of creation where updates are in none', mixed, byStart, 'create_time'],
    ['is none', mixed, mixed, 'none'],
    ['is not known where runs are alike, because both orders are the same', alike, alike, undefined],
    ['is that of creation where updates are refused', refused, byStart, 'create_time'],
    ['is that of creation where updates are refused, and there are no rows', refused, none, 'create_time'],
    ['is not known of no rows', none, none, undefined],
  ])('%s', (_, byUpdate, byCreate, expected) => {
    expect(judgeOrder(byUpdate, byCreate, none)?.value).toBe(expected);
  });

  test.each([
    ['is that of SecMaster where both are refused and the newest come first', byStart, 'default'],
    ['is none where both are refused and they come in another one', mixed, 'none'],
  ])('%s', (_, page, expected) => {
    expect(judgeOrder(refused, refused, page)?.value).toBe(expected);
  });

  test.each([
    ['come by creation', byStart, true],
    ['do not where they come in order of their ends', byEnd, false],
    ['do not where they come in none', mixed, false],
    ['can not be told where runs are alike', alike, false],
  ])('updates %s', (_, { rows }, expected) => {
    expect(isByCreation(rows)).toBe(expected);
  });
});
