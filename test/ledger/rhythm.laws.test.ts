import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectedStartMs } from '../../src/ledger/rhythm.ts';
import { inForm } from '../support/form.ts';
import { day, hour, minute, week } from '../support/rhythm/calendar.ts';

const numRuns = inForm(50, 3_000);
/** No clock is changed in the 12 weeks before or the weeks after. */
const summer = Date.UTC(2026, 7, 3);

const triggerType = fc.constantFrom('TIMER', 'EVENT');

/** Pauses as schedules have them, with some disorder. */
const pause = fc.oneof(
  fc.constantFrom(minute, 5 * minute, hour, 8 * hour, day, 3 * day, week),
  fc.integer({ min: 0, max: 2 * day }),
);
const starts = fc
  .tuple(fc.array(fc.tuple(pause, fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 6 }), fc.boolean())
  .map(([runs, again]) => {
    const pauses = runs.flatMap(([ms, count]) => Array.from({ length: count }, () => ms));
    const all: number[] = [summer];
    for (const ms of (again ? [...pauses, ...pauses] : pauses).reverse()) {
      const earlier = (all.at(-1) ?? 0) - ms;
      if (earlier > summer - 12 * week) all.push(earlier);
    }
    return all.reverse();
  });

const anything = fc.array(fc.oneof(fc.double(), fc.integer(), fc.integer({ min: 0, max: 4e12 })), { maxLength: 300 });

test('whatever the starts are, it is a time after the last one or nothing', () => {
  fc.assert(
    fc.property(fc.oneof(starts, anything), triggerType, (all, type) => {
      const due = expectedStartMs(all, { triggerType: type });
      if (due === null) return;
      expect(Number.isFinite(due)).toBe(true);
      expect(due).toBeGreaterThan(Math.max(...all.filter((ms) => ms >= -day && ms < Date.UTC(2200, 0, 2))));
    }),
    { numRuns },
  );
});

test('order and duplicates do not matter, and the starts are left as they are', () => {
  fc.assert(
    fc.property(starts, triggerType, fc.integer({ min: 0, max: 100 }), (all, type, cut) => {
      const turned = [...all.slice(cut), ...all, ...all.slice(0, cut)];
      const before = [...turned];
      expect(expectedStartMs(turned, { triggerType: type })).toBe(expectedStartMs(all, { triggerType: type }));
      expect(turned).toEqual(before);
    }),
    { numRuns },
  );
});

test('weeks later, all is weeks later, as long as no clock is changed', () => {
  fc.assert(
    fc.property(starts, triggerType, fc.integer({ min: 1, max: 3 }), (all, type, weeks) => {
      // Clocks are changed again in September; a due time may be that far off.
      const due = expectedStartMs(all, { triggerType: type });
      fc.pre(all.length > 0 && (all[0] ?? 0) > Date.UTC(2026, 5, 1) && (due ?? 0) < Date.UTC(2026, 7, 10));
      const later = expectedStartMs(
        all.map((ms) => ms + weeks * week),
        { triggerType: type },
      );
      if (due === null) expect(later).toBeNull();
      else expect(later).toBeCloseTo(due + weeks * week, -1);
    }),
    { numRuns },
  );
});

test('a typed array gives the same as a list', () => {
  fc.assert(
    fc.property(starts, triggerType, (all, type) => {
      expect(expectedStartMs(Float64Array.from(all), { triggerType: type })).toBe(
        expectedStartMs(all, { triggerType: type }),
      );
    }),
    { numRuns: 50 },
  );
});

test.each([
  ['in order', (index: number) => summer - index * minute],
  ['in disorder', (index: number) => summer - ((index * 7_919) % 50_000) * minute],
  ['all at once', () => summer],
  ['in dense clusters', (index: number) => summer - Math.floor(index / 1_000) * 40 * hour - (index % 1_000) * 31_000],
])('50,000 starts take milliseconds: %s', (_, startOf) => {
  const all = Array.from({ length: 50_000 }, (_, index) => startOf(index));
  for (const type of ['TIMER', 'EVENT']) {
    expectedStartMs(all, { triggerType: type });
    const beganMs = performance.now();
    expectedStartMs(all, { triggerType: type });
    // A quadratic way takes minutes.
    expect(performance.now() - beganMs).toBeLessThan(2_000);
  }
});
