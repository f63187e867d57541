import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/config/duration.ts';

describe('parseDuration', () => {
  test.each([
    ['nothing but zero', '0', 0],
    ['zero with a unit', '0s', 0],
    ['milliseconds', '250ms', 250],
    ['seconds', '30s', 30_000],
    ['minutes', '5m', 300_000],
    ['hours', '24h', 86_400_000],
    ['days', '7d', 604_800_000],
    ['weeks', '2w', 1_209_600_000],
    ['years of 365 days', '1y', 31_536_000_000],
    ['several units, greatest first', '1h30m', 5_400_000],
    ['all units', '1y1w1d1h1m1s1ms', 32_230_861_001],
    ['more than a unit holds', '90m', 5_400_000],
  ])('reads %s', (_, text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    ['no text', ''],
    ['a number without unit', '30'],
    ['a unit without number', 's'],
    ['a space', '24 h'],
    ['a word', '24 hours'],
    ['a fraction', '1.5h'],
    ['a sign', '-5m'],
    ['a unit twice', '1m1m'],
    ['units in the wrong order', '30m1h'],
    ['capital letters', '5M'],
    ['a line end', '5m\n'],
    ['more than Prometheus can hold', '293y'],
    ['more digits than a number holds', `${'9'.repeat(400)}s`],
  ])('refuses %s', (_, text) => {
    expect(parseDuration(text)).toBeNull();
  });

  test('survives any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789ywdhms .') }), (text) => {
        const ms = parseDuration(text);
        expect(ms === null || (Number.isSafeInteger(ms) && ms >= 0)).toBe(true);
      }),
    );
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0s'],
    [250, '250ms'],
    [90_000, '1m30s'],
    [86_400_000, '1d'],
    [7 * 86_400_000, '1w'],
    [180 * 86_400_000, '180d'],
    [365 * 86_400_000, '1y'],
    [366 * 86_400_000, '366d'],
  ])('writes %i ms as Prometheus does: %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test('is read back as what it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_223_372_036_854 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});
