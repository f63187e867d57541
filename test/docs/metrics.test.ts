import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { families } from '../../src/metrics/families.ts';
import { extraLabels } from '../../src/model/extra-labels.ts';

const markdown = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'metrics.md'), 'utf8');
const queries = [...markdown.matchAll(/```promql\n(.*?)```/gs)].map(([, query = '']) => query.trim());

/** The families' names in a text, without what a histogram's samples have behind them. */
function namesIn(text: string): string[] {
  const isFamily = (name: string) => families.some((family) => family.name === name);
  const names = [...text.matchAll(/\bsecmaster_\w+/g)].map(([name]) => name);
  return [...new Set(names.map((name) => (isFamily(name) ? name : name.replace(/_(bucket|sum|count)$/, ''))))];
}

test('every family is in the document, and the document names no other', () => {
  expect(namesIn(markdown).toSorted()).toEqual(families.map(({ name }) => name).toSorted());
});

test.each(queries)('the labels of the query are there: %s', (query) => {
  const known = new Set([...families.flatMap(({ labels }) => labels), ...extraLabels, 'le']);
  const used = [...query.matchAll(/(?:by|on|group_left) \(([^)]*)\)|\{(\w+)=/g)].flatMap(([, list, one]) =>
    (list ?? one ?? '').split(', '),
  );
  expect(used.length).toBeGreaterThan(0);
  expect(used.filter((label) => !known.has(label))).toEqual([]);
});
