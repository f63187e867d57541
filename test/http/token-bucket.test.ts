import { expect, test } from 'vitest';
import { createTokenBucket } from '../../src/http/token-bucket.ts';

test('so many at once, then one each interval', () => {
  let nowMs = 0;
  const allow = createTokenBucket({ intervalMs: 1_000, burst: 3 }, () => nowMs);
  const allowed = () => [1, 2, 3, 4, 5].filter(() => allow()).length;
  expect(allowed()).toBe(3);
  nowMs = 999;
  expect(allowed()).toBe(0);
  nowMs = 1_000;
  expect(allowed()).toBe(1);
  nowMs = 3_500;
  expect(allowed()).toBe(2);
  nowMs = 4_000;
  expect(allowed()).toBe(1);
  nowMs = 1e9;
  expect(allowed()).toBe(3);
});
