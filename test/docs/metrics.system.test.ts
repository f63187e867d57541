import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/process/processes.ts';

const markdown = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'metrics.md'), 'utf8');
const queries = [...markdown.matchAll(/```promql\n(.*?)```/gs)].map(([, query = '']) => query.trim());

test.each(queries)('Prometheus understands the query: %s', (query) => {
  const file = join(temporaryFolder(), 'rules.yml');
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'docs', rules: [{ record: 'a:b:c', expr: query }] }] }));
  expect(execFileSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })).toContain('SUCCESS');
});
