import { expect, test } from 'vitest';
import { createRest } from '../../src/poll/rest.ts';

test('a rest doubles up to its maximum, and starts anew once it has been ended', () => {
  let nowMs = 1_000;
  const rest = createRest(() => nowMs, { firstMs: 100, maxMs: 300 });
  expect(rest.isOver()).toBe(true);
  expect([rest.begin(), rest.begin(), rest.begin(), rest.begin()]).toEqual([100, 200, 300, 300]);
  nowMs += 299;
  expect(rest.isOver()).toBe(false);
  nowMs += 1;
  expect(rest.isOver()).toBe(true);
  rest.end();
  expect(rest.begin()).toBe(100);
});

test.each([-1, -1e11, 1e11])('a clock that jumps by %i ms makes no rest longer', (jumpMs) => {
  let nowMs = 1e12;
  const rest = createRest(() => nowMs, { firstMs: 100, maxMs: 300 });
  rest.begin();
  nowMs += jumpMs;
  expect(rest.isOver()).toBe(true);
});
