import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignLabels, type WantedLabel } from '../../../src/poll/fleet/labels.ts';
import { inForm } from '../../support/form.ts';

const none: ReadonlyMap<string, string> = new Map();
const labelsOf = (wanted: readonly WantedLabel[], previous: Record<string, string> = {}) =>
  Object.fromEntries(assignLabels(wanted, new Map(Object.entries(previous))));
const wants = (owner: string, name: string, some: Partial<WantedLabel> = {}): WantedLabel => ({
  owner,
  name,
  origin: 'learnt',
  suffixes: [],
  ...some,
});
const configured = { origin: 'configured' } as const;
const placeholder = { origin: 'placeholder' } as const;

test.each<[string, WantedLabel[], Record<string, string>, Record<string, string>]>([
  [
    'the first keeps the name, others get the first suffix that makes theirs unique, and a number where none does',
    [
      wants('a', 'soc', { suffixes: ['p1'] }),
      wants('b', 'soc', { suffixes: ['p2', 'w2'] }),
      wants('c', 'soc', { suffixes: ['p2', 'w3'] }),
      wants('d', 'soc', { suffixes: ['p2'] }),
      wants('e', 'soc'),
    ],
    {},
    { a: 'soc', b: 'soc (p2)', c: 'soc (w3)', d: 'soc (2)', e: 'soc (3)' },
  ],
  [
    'who has a label keeps it, wherever he stands',
    [wants('b', 'soc', { suffixes: ['p2'] }), wants('c', 'soc', { suffixes: ['p3'] }), wants('a', 'soc')],
    { a: 'soc', b: 'soc (p2)' },
    { a: 'soc', b: 'soc (p2)', c: 'soc (p3)' },
  ],
  [
    'a label stays with a suffix or a number, also when the plain name has become free',
    [wants('b', 'soc', { suffixes: ['p2'] }), wants('c', 'soc')],
    { a: 'soc', b: 'soc (p2)', c: 'soc (2)' },
    { b: 'soc (p2)', c: 'soc (2)' },
  ],
  [
    'a name with a suffix, which several ledgers keep, gets no second one',
    [
      wants('a', 'soc'),
      wants('b', 'soc (p)', { suffixes: ['p', 'w2'] }),
      wants('c', 'soc (p)', { suffixes: ['p', 'w3'] }),
      wants('d', 'soc (p)', { suffixes: ['p'] }),
    ],
    {},
    { a: 'soc', b: 'soc (p)', c: 'soc (w3)', d: 'soc (2)' },
  ],
  ['what nobody wants any more is free', [wants('c', 'soc')], { a: 'soc' }, { c: 'soc' }],
  [
    'a configured name takes its label from who has learnt it',
    [wants('a', 'soc', { suffixes: ['p1'] }), wants('b', 'soc', configured)],
    { a: 'soc' },
    { a: 'soc (p1)', b: 'soc' },
  ],
  [
    'a configured name is the plain one, whatever label its owner had',
    [wants('a', 'soc', { ...configured, suffixes: ['p1'] })],
    { a: 'soc (p1)' },
    { a: 'soc' },
  ],
  [
    'names that are exchanged in the configuration are exchanged',
    [wants('a', 'two', configured), wants('b', 'one', configured)],
    { a: 'one', b: 'two' },
    { a: 'two', b: 'one' },
  ],
  ['a label of another name is not kept', [wants('a', 'soc')], { a: 'prod' }, { a: 'soc' }],
  [
    'a learnt name takes its label from what only stands in for a name',
    [wants('region', 'soc', { ...placeholder, suffixes: ['p1'] }), wants('a', 'soc')],
    { region: 'soc' },
    { a: 'soc', region: 'soc (p1)' },
  ],
])('%s', (_, wanted, previous, expected) => {
  expect(labelsOf(wanted, previous)).toEqual(expected);
});

describe('any wanted labels', () => {
  // Few names that look like each other's labels, so that they meet.
  const wanted = fc.uniqueArray(
    fc.record({
      owner: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      name: fc.constantFrom('soc', 'soc (p1)', 'soc (2)', 'prod'),
      origin: fc.constantFrom('configured', 'learnt', 'placeholder'),
      suffixes: fc.uniqueArray(fc.constantFrom('p1', 'p2', 'w1', '3'), { maxLength: 2 }),
    }),
    { selector: ({ owner }) => owner },
  );
  const origins = ['configured', 'learnt', 'placeholder'];
  const byOrigin = (these: readonly WantedLabel[]) =>
    these.toSorted((a, b) => origins.indexOf(a.origin) - origins.indexOf(b.origin));

  test('everybody has a label, no two have the same, and none changes without a cause, whatever was before', () => {
    fc.assert(
      fc.property(fc.array(wanted, { maxLength: 8 }), (steps) => {
        let labels = none;
        for (const step of steps) {
          labels = assignLabels(step, labels);
          expect([...labels.keys()].toSorted()).toEqual(step.map(({ owner }) => owner).toSorted());
          expect(new Set(labels.values()).size).toBe(step.length);
          expect(new Map(assignLabels(step, labels))).toEqual(labels);
        }
      }),
      { numRuns: inForm(500, 2_000) },
    );
  });

  test('different configured names are the labels, whatever was before', () => {
    fc.assert(
      fc.property(wanted, wanted, (before, step) => {
        const labels = assignLabels(step, assignLabels(before, none));
        const named = step.filter(({ origin }) => origin === 'configured');
        fc.pre(new Set(named.map(({ name }) => name)).size === named.length);
        for (const { owner, name } of named) expect(labels.get(owner)).toBe(name);
      }),
    );
  });

  /** From the start, origin and order decide; by reload also who was there. So those that come later must stand behind. */
  test('the same come to the same labels at once and one after another, if those that come later stand behind', () => {
    fc.assert(
      fc.property(wanted, fc.array(fc.nat(7), { maxLength: 3 }), (step, cuts) => {
        let labels = none;
        for (const cut of cuts.toSorted()) labels = assignLabels(byOrigin(step).slice(0, cut), labels);
        expect(new Map(assignLabels(step, labels))).toEqual(assignLabels(step, none));
      }),
      { numRuns: inForm(250, 1_000) },
    );
  });
});
