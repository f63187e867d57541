import { expect, test } from 'vitest';
import { chaosRun } from './run.ts';

test('without a flag, one process on SQLite is tested', () => {
  expect(chaosRun([])).toMatchObject({ args: ['--project=integration', 'test/chaos'] });
});

test('with replicas, several on PostgreSQL are', () => {
  expect(chaosRun(['--replicas=4'])).toMatchObject({
    args: ['--project=system', 'test/chaos'],
    environment: { CHAOS_REPLICAS: '4' },
  });
});

test.each(['--replica=3', '--replicas', '--replicas=1', '--replicas=10', '--replicas=x', '--replicas=3 --more', 'x'])(
  '%s is refused in one line',
  (line) => {
    expect(chaosRun(line.split(' '))).toMatch(/^.+; usage: npm run chaos \[-- --replicas=3\]$/);
  },
);
