import { expect, test } from 'vitest';
import { createTicker } from '../../src/poll/ticker.ts';

test('a line is due every ten seconds, however often it is asked for and wherever the clock jumps', () => {
  let nowMs = 1e12;
  const ticker = createTicker(() => nowMs);
  const due = (passedMs: number) => {
    nowMs += passedMs;
    return ticker.isDue();
  };
  expect([due(0), due(9_999), due(1), due(0), due(9_999), due(60_000)]).toEqual([
    false,
    false,
    true,
    false,
    false,
    true,
  ]);
  expect([due(-1e9), due(9_999), due(1)]).toEqual([false, false, true]);
});
