import { expect, test } from 'vitest';
import { nearest } from '../../src/config/nearest.ts';

const candidates = ['schedule', 'lookback', 'timeout', 'rate_limit', 'sk', 'sk_file'];

test.each([
  ['a missing letter', 'timout', 'timeout'],
  ['a letter too many', 'schedulle', 'schedule'],
  ['two letters swapped', 'loobkack', 'lookback'],
  ['another separator', 'rate-limit', 'rate_limit'],
  ['a short word with one slip', 'sj', 'sk'],
  ['the word itself', 'sk', 'sk'],
  ['a short word with two slips', 'ab', null],
  ['a word of its own', 'interval', null],
  ['no letters', '', null],
])('of %s', (_, word, expected) => {
  expect(nearest(word, candidates)).toBe(expected);
});
