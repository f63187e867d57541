import { expect, test } from 'vitest';
import { pagingRun } from './run.ts';

test('without a flag, the rules of this repository are put to four weeks of all worlds', () => {
  const asked = pagingRun([]);
  expect(asked).toMatchObject({ rules: ['alerts'], days: 28, prometheus: 'prometheus' });
  expect(asked).toHaveProperty('worlds.length', 10);
});

test('other rules, worlds and another Prometheus can be asked for', () => {
  const line = [
    '--rules=old',
    '--rules=alerts',
    '--only=busy',
    '--only=rare',
    '--days=30',
    '--prometheus=/opt/prometheus',
  ];
  expect(pagingRun(line)).toMatchObject({
    rules: ['old', 'alerts'],
    worlds: ['busy', 'rare'],
    days: 30,
    prometheus: '/opt/prometheus',
  });
});

test.each(['--days=0', '--days=x', '--only=none', '--seed=x', '--more', 'x'])('%s is refused in one line', (line) => {
  expect(pagingRun([line])).toMatch(/^.+; usage: npm run paging \[.+\]$/s);
});
