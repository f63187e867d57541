import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const markdown = readFileSync(join(root, 'docs', 'troubleshooting.md'), 'utf8');
const sources = globSync('src/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
// What a template puts in varies, as does what the document leaves open.
const code = sources
  .join('\n')
  .replaceAll(/\$\{[^}]*\}/g, '…')
  .replaceAll("\\'", "'");

/** Messages are what is quoted and has a blank in it; names of metrics and keys have none. */
const messages = [...markdown.matchAll(/^\| (.*?) \| (.*?) \|/gm)]
  .flatMap(([, seen = '', because = '']) => [...`${seen} ${because}`.matchAll(/`([^`]+)`/g)])
  .map(([, quoted = '']) => quoted)
  .filter((quoted) => quoted.includes(' '));

test('the document quotes messages', () => {
  expect(messages.length).toBeGreaterThan(25);
});

test.each(messages)('the code says: %s', (message) => {
  const parts = message
    .split('…')
    .map((part) => part.replace(/^[:, ]+/, '').trim())
    .filter((part) => /\w{3}/.test(part));
  expect(parts.filter((part) => !code.includes(part))).toEqual([]);
});
