import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const read = (name: string) => readFileSync(join(import.meta.dirname, '..', '..', 'docs', name), 'utf8');

/** The cells of the rows of a section's table, without its head. */
function tableOf(markdown: string, title: string): string[][] {
  const section = markdown.split(`# ${title}\n`)[1]?.split(/^#/m)[0] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const codes = (text = '') => [...text.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);

/** The fields of the API document, as docs/secmaster-api.md lists them; those of an object after its name. */
function documentedFields(): string[] {
  const api = read('secmaster-api.md');
  const instance = tableOf(api, 'Instance').flatMap(([fields, type, notes]) => {
    const names = codes(fields);
    const isPlain = type !== 'object' || names[0] === 'topology';
    return isPlain ? names : codes(notes).map((field) => `${names[0]}.${field}`);
  });
  const nodes = tableOf(api, 'Topology node').flatMap(([fields]) => codes(fields));
  return [...instance, ...nodes.map((field) => `topology.${field}`)];
}

test('each field of the API is in the table of what becomes of it, and no row is empty', () => {
  const rows = tableOf(read('metrics.md'), 'What becomes of each field of the API');
  const fields = documentedFields();
  expect(fields).toHaveLength(32);
  expect(rows.map(([field = '']) => field.replaceAll('`', '')).toSorted()).toEqual(fields.toSorted());
  expect(rows.filter(([, where = '']) => where === '')).toEqual([]);
});
