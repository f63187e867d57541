import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('promtool has nothing to say about the text format', () => {
  const input = readFileSync(join(import.meta.dirname, 'golden', 'text.txt'), 'utf8');
  expect(execFileSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8', stdio: 'pipe' })).toBe('');
});
