import { expect, test } from 'vitest';
import { createRest } from '../../src/poll/rest.ts';

test('a rest doubles up to its maximum, and starts anew once it has been ended', () => {
  let elapsedMs = 1_000;
  const rest = createRest(() => elapsedMs, { firstMs: 100, maxMs: 300 });
  expect(rest.isOver()).toBe(true);
  expect([rest.begin(), rest.begin(), rest.begin(), rest.begin()]).toEqual([100, 200, 300, 300]);
  elapsedMs += 299;
  expect(rest.isOver()).toBe(false);
  elapsedMs += 1;
  expect(rest.isOver()).toBe(true);
  rest.end();
  expect(rest.begin()).toBe(100);
});
