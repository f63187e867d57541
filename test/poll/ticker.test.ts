import { expect, test } from 'vitest';
import { createTicker } from '../../src/poll/ticker.ts';

test('a line is due every ten seconds, however often it is asked for', () => {
  let elapsedMs = 500;
  const ticker = createTicker(() => elapsedMs);
  const due = (passedMs: number) => {
    elapsedMs += passedMs;
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
});
