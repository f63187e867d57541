import { expect, test } from 'vitest';
import { inOrder, metricsRead, readsItself, rulesOf } from './rules-in-order.ts';

const rules = [
  { alert: 'Late', expr: 'level:later:sum > 1' },
  { record: 'level:unused:sum', expr: 'sum(other)' },
  { record: 'level:later:sum', expr: 'sum(level:first:sum) + raw_total offset 1h' },
  { record: 'level:first:sum', expr: 'sum(raw_total{a="b"})' },
];

test('each rule comes after those that it reads, and those without an alert are left out', () => {
  expect(inOrder(rules).map(({ record, alert }) => record ?? alert)).toEqual([
    'level:first:sum',
    'level:later:sum',
    'Late',
  ]);
});

test('rules that read each other are refused', () => {
  const circle = [
    { alert: 'Any', expr: 'level:a:sum' },
    { record: 'level:a:sum', expr: 'level:b:sum' },
    { record: 'level:b:sum', expr: 'level:a:sum' },
  ];
  expect(() => inOrder(circle)).toThrow('level:a:sum reads itself');
});

test('one that reads what it has recorded itself is known', () => {
  const kept = { record: 'level:kept:sum', expr: 'x or last_over_time(level:kept:sum[1w])' };
  const ordered = inOrder([{ alert: 'Any', expr: 'level:kept:sum' }, kept]);
  expect(ordered.filter(readsItself)).toEqual([kept]);
});

test('what is read and not recorded is scraped', () => {
  expect([...metricsRead(inOrder(rules))]).toEqual(['raw_total']);
});

test("the project's rules can be put in order, and read what an exporter shows", () => {
  const read = metricsRead(rulesOf('alerts'));
  expect(read).toContain('secmaster_workflow_attempts_completed_total');
  expect(read).toContain('up');
});
