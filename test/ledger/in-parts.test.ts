import { expect, test } from 'vitest';
import { inParts } from '../../src/ledger/in-parts.ts';

test.each([
  ['no items: no part', [], []],
  ['fewer than a part holds', [1], [[1]]],
  ['as many as a part holds', [1, 2], [[1, 2]]],
  ['the last part holds the rest', [1, 2, 3, 4, 5], [[1, 2], [3, 4], [5]]],
])('%s', (_, items, parts) => {
  expect(inParts<number>(items, 2)).toEqual(parts);
});
