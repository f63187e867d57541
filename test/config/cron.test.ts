import { describe, expect, test } from 'vitest';
import { parseCron } from '../../src/config/cron.ts';

const upTo = (n: number, from = 0) => Array.from({ length: n - from + 1 }, (_, i) => from + i);

test.each([
  ['a star is every value', '* * * * * *', [upTo(59), upTo(59), upTo(23), upTo(31, 1), upTo(12, 1), upTo(6)]],
  ['the ends are included', '0,59 0,59 0,23 1,31 1,12 0,7', [[0, 59], [0, 59], [0, 23], [1, 31], [1, 12], [0]]],
  [
    'a step counts from the first value',
    '*/30 */25 */12 */10 */6 */3',
    [
      [0, 30],
      [0, 25, 50],
      [0, 12],
      [1, 11, 21, 31],
      [1, 7],
      [0, 3, 6],
    ],
  ],
  ['a range has both its ends', '0 0-2 8-18/5 10-10 2-3 1-5', [[0], [0, 1, 2], [8, 13, 18], [10], [2, 3], upTo(5, 1)]],
  [
    'a list is put in order, and has each value once',
    '30,0,30 5-6,5 0 1 1 *',
    [[0, 30], [5, 6], [0], [1], [1], upTo(6)],
  ],
  [
    'names are of any case and length',
    '0 0 0 1 JAN,mar-MAY,September SUN,tuesday',
    [[0], [0], [0], [1], [1, 3, 4, 5, 9], [0, 2]],
  ],
  ['a week may end with Sunday', '0 0 0 * * FRI-SUN', [[0], [0], [0], upTo(31, 1), upTo(12, 1), [0, 5, 6]]],
  ['Sunday is 0 and 7', '0 0 0 * * 5-7', [[0], [0], [0], upTo(31, 1), upTo(12, 1), [0, 5, 6]]],
  ['a question mark is any day', '0 0 0 ? * ?', [[0], [0], [0], upTo(31, 1), upTo(12, 1), upTo(6)]],
  ['the 29th of February comes', '  0 0  0 29 2 * ', [[0], [0], [0], [29], [2], upTo(6)]],
])('%s', (_, expression, [seconds, minutes, hours, daysOfMonth, months, daysOfWeek]) => {
  const text = expression.trim();
  expect(parseCron(expression)).toEqual({
    kind: 'cron',
    text,
    seconds,
    minutes,
    hours,
    daysOfMonth,
    months,
    daysOfWeek,
  });
});

describe('refused', () => {
  const inField = ['seconds', 'minutes', 'hours', 'day of the month', 'month', 'day of the week'];
  const withField = (n: number, text: string) => inField.map((_, i) => (i === n ? text : '*')).join(' ');

  test.each([
    [0, '60', 'must be 0 to 59'],
    [1, '60', 'must be 0 to 59'],
    [2, '24', 'must be 0 to 23'],
    [3, '0', 'must be 1 to 31'],
    [3, '32', 'must be 1 to 31'],
    [4, '0', 'must be 1 to 12, or a name like JAN'],
    [4, '13', 'must be 1 to 12, or a name like JAN'],
    [4, 'MON', 'must be 1 to 12, or a name like JAN'],
    [5, '8', 'must be 0 to 7, or a name like SUN'],
    [5, 'JAN', 'must be 0 to 7, or a name like SUN'],
    [0, 'JAN', 'must be 0 to 59'],
    [0, '0-60', 'must be 0 to 59'],
    [0, '1e1', 'must be 0 to 59'],
    [0, '*/90', 'has a step that is not between 1 and 59'],
    [0, '*/61', 'has a step that is not between 1 and 59'],
    [0, '*/60', 'has a step that is not between 1 and 59'],
    [1, '*/60', 'has a step that is not between 1 and 59'],
    [2, '*/24', 'has a step that is not between 1 and 23'],
    [3, '*/31', 'has a step that is not between 1 and 30'],
    [4, '*/12', 'has a step that is not between 1 and 11'],
    [5, '*/8', 'has a step that is not between 1 and 7'],
    [0, '*/0', 'has a step that is not between 1 and 59'],
    [0, '10-20/11', 'has a step that is not between 1 and 10'],
    [0, '5/10', 'has a step but no range: write 5-59/10'],
    [0, '1-0', 'ends before it begins'],
    [1, '59-0', 'ends before it begins'],
    [2, '22-2', 'ends before it begins'],
    [3, '31-1', 'ends before it begins'],
    [4, 'OCT-MAR', 'ends before it begins'],
    [5, 'SAT-MON', 'ends before it begins'],
    [0, '?', 'must be *'],
    [0, '-1', 'is not cron'],
    [0, '1.5', 'is not cron'],
    [0, '*/', 'is not cron'],
    [0, '*-5', 'is not cron'],
    [0, '1-2-3', 'is not cron'],
    [3, 'L', 'must be 1 to 31'],
    [3, '15W', 'must be 1 to 31'],
    [5, '1#2', 'is not cron'],
  ])('in field %i: %s %s', (field, text, problem) => {
    expect(parseCron(withField(field, text))).toEqual({
      problem: `${JSON.stringify(text)} in the ${inField[field]} field ${problem}`,
    });
  });

  test.each([
    ['', 'it must have six fields, not 1'],
    ['*/30 * * * *', 'it must have six fields, not 5'],
    ['* * * * * * 2026', 'it must have six fields, not 7'],
    ['1,,2 * * * * *', 'the seconds field has an empty item'],
    ['0 0 0 30 2 *', 'no month that it names has such a day'],
    ['0 0 0 31 2,4,JUN,9,NOV *', 'no month that it names has such a day'],
  ])('%s: %s', (expression, problem) => {
    expect(parseCron(expression)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
