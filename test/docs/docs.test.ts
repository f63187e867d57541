import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writtenDocs } from '../../scripts/docs.ts';
import { replaceSection, table } from '../../scripts/sections.ts';

const root = join(import.meta.dirname, '..', '..');

test.each([...writtenDocs()])('%s holds what the code says; if not: npm run docs', (file, text) => {
  expect(readFileSync(join(root, file), 'utf8')).toBe(text);
});

test('a section is replaced whole, again and again, and nothing else is', () => {
  const empty = 'a\n<!-- begin x: written by npm run docs -->\n<!-- end x -->\nb\n';
  const once = replaceSection(empty, 'x', 'new');
  expect(once).toBe('a\n<!-- begin x: written by npm run docs -->\n\nnew\n\n<!-- end x -->\nb\n');
  expect(replaceSection(once, 'x', 'new')).toBe(once);
  expect(() => replaceSection(empty, 'y', 'new')).toThrow('no section y');
});

test('a bar in a cell does not end it', () => {
  expect(table(['a'], [['x|y']])).toBe('| a |\n| --- |\n| x\\|y |');
});
