import { expect, test } from 'vitest';
import { duration } from '../../src/http/page/format.ts';

test.each([
  [0, '0 s'],
  [59.9, '59 s'],
  [60, '1 min'],
  [185, '3 min 5 s'],
  [3_600, '1 h'],
  [7_830, '2 h 10 min'],
  [86_400, '1 d'],
  [443_000, '5 d 3 h'],
])('%d seconds are written as %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
