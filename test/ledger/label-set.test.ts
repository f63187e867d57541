import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareLabels, labelsText, nodeLabels, runLabels, withStatus } from '../../src/ledger/label-set.ts';
import { readLabels } from '../../src/ledger/stored-json.ts';

const value = fc.string({ unit: 'binary', maxLength: 4 });
const labels = fc.oneof(
  fc.tuple(value, value).map(([playbook, trigger]) => runLabels(playbook, trigger)),
  fc.tuple(value, value, value).map(([playbook, trigger, status]) => withStatus(runLabels(playbook, trigger), status)),
  fc.tuple(value, value).map(([playbook, node]) => nodeLabels(playbook, node)),
);

test('label sets stand in the order of their values', () => {
  const sorted = [runLabels('a', 'TIMER'), runLabels('a', 'EVENT'), runLabels('B', 'TIMER'), runLabels('', '')];
  expect(sorted.toSorted(compareLabels)).toEqual([
    runLabels('', ''),
    runLabels('B', 'TIMER'),
    runLabels('a', 'EVENT'),
    runLabels('a', 'TIMER'),
  ]);
});

test('sets of different names are ordered too, so that any of them can be sorted together', () => {
  fc.assert(
    fc.property(labels, labels, labels, (a, b, c) => {
      expect(Math.sign(compareLabels(a, b))).toBe(-Math.sign(compareLabels(b, a)) + 0);
      if (compareLabels(a, b) <= 0 && compareLabels(b, c) <= 0) expect(compareLabels(a, c)).toBeLessThanOrEqual(0);
      expect(compareLabels(a, b) === 0).toBe(labelsText(a) === labelsText(b));
    }),
  );
});

test('a set is the same after it has been text', () => {
  fc.assert(fc.property(labels, (set) => void expect(readLabels(labelsText(set))).toEqual(set)));
});
