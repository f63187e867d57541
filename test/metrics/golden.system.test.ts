import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test.each(['text.txt', 'everything-text.txt'])('promtool has nothing to say about %s', (name) => {
  const input = readFileSync(join(import.meta.dirname, 'golden', name), 'utf8');
  expect(execFileSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8', stdio: 'pipe' })).toBe('');
});
