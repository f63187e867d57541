import { describe, expect, test } from 'vitest';
import { type LabelValue, LabelValues, maxLimitedValues, valueKey } from '../../src/ledger/label-values.ts';

const remembered = (values: readonly LabelValue[]) =>
  new Map(values.map((one) => [valueKey(one.label, one.value), one]));

/** The values that a page meets, in turn. */
function meetAll(values: LabelValues, ...types: string[]): string[] {
  for (const type of types) values.meet('trigger_type', type, 1);
  return types.map((type) => values.of('trigger_type', type));
}

describe('values of a label', () => {
  test('have their own as they come, and further ones share other', () => {
    const values = new LabelValues(new Map(), 2);
    expect(meetAll(values, 'A', 'B', 'C', 'A')).toEqual(['A', 'B', 'other', 'A']);
    expect(values.met()).toEqual([
      { label: 'trigger_type', value: 'A', isOwn: true, seenMs: 1 },
      { label: 'trigger_type', value: 'B', isOwn: true, seenMs: 1 },
      { label: 'trigger_type', value: 'C', isOwn: false, seenMs: 1 },
    ]);
  });

  test('keep what they have on a later page, whichever comes first', () => {
    const before = new LabelValues(new Map(), 2);
    meetAll(before, 'A', 'B', 'C');
    const after = new LabelValues(remembered(before.met()), 2);
    expect(meetAll(after, 'C', 'B', 'A')).toEqual(['other', 'B', 'A']);
    expect(after.met()).toMatchObject([{ value: 'C', isOwn: false }]);
  });

  test('keep their own when the limit is lowered, and get it when the limit is raised', () => {
    const before = new LabelValues(new Map(), 2);
    meetAll(before, 'A', 'B', 'C', 'D');
    expect(meetAll(new LabelValues(remembered(before.met()), 1), 'B', 'C')).toEqual(['B', 'other']);
    const raised = new LabelValues(remembered(before.met()), 3);
    expect(meetAll(raised, 'C', 'D')).toEqual(['C', 'other']);
    expect(raised.met()).toMatchObject([
      { value: 'C', isOwn: true },
      { value: 'D', isOwn: false },
    ]);
  });

  test('that are documented have their own beyond the limit', () => {
    const values = new LabelValues(new Map(), 1);
    expect(meetAll(values, 'A', 'B', 'TIMER', 'EVENT', 'MANUAL', 'DEBUG')).toEqual([
      'A',
      'other',
      'TIMER',
      'EVENT',
      'MANUAL',
      'DEBUG',
    ]);
    for (const status of ['FINISHED', 'FAILED', 'TERMINATED', 'RUNNING', 'RETRYING', 'TERMINATING', 'CREATED'])
      expect(values.of('status', status)).toBe(status);
  });

  test('are limited for each label by itself', () => {
    const values = new LabelValues(new Map(), 1);
    meetAll(values, 'A');
    expect([values.of('status', 'X'), values.of('status', 'A')]).toEqual(['X', 'other']);
  });

  test('that are empty or called other take no place', () => {
    const values = new LabelValues(new Map(), 1);
    expect(meetAll(values, '', 'other', 'A', 'B')).toEqual(['', 'other', 'A', 'other']);
    expect(values.met().map(({ value }) => value)).toEqual(['A', 'B']);
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('may be called %s', (name) => {
    const values = new LabelValues(new Map(), 1);
    expect(meetAll(values, name, 'B')).toEqual([name, 'other']);
  });

  test('that share other are remembered up to a bound', () => {
    const values = new LabelValues(new Map(), 1);
    meetAll(values, ...Array.from({ length: maxLimitedValues + 10 }, (_, n) => `T${n}`));
    expect(values.met().filter(({ isOwn }) => !isOwn)).toHaveLength(maxLimitedValues);
  });
});
