import { expect, test } from 'vitest';
import { ruleFiles } from '../../scripts/alerts.ts';
import { parseDuration } from '../../src/config/duration.ts';
import { readExpression } from '../support/alert/promql.ts';
import { type RuleFile, readRules } from '../support/alert/rules.ts';
import { scaledRules } from '../support/alert/scaled-rules.ts';

const scaledRule = (rule: object) =>
  scaledRules({ groups: [{ name: 'g', interval: '1m', rules: [{ expr: 'up', ...rule }] }] }, 60).groups[0]?.rules[0];

test.each([
  ['a range', { expr: 'increase(a[1h])' }, { expr: 'increase(a[1m])' }],
  ['a subquery and its resolution', { expr: 'sum_over_time(a[3d:1h])' }, { expr: 'sum_over_time(a[1h12m:1m])' }],
  ['an offset', { expr: 'a - a offset 1m' }, { expr: 'a - a offset 1s' }],
  ['what an alert waits', { for: '5m', keep_firing_for: '90s' }, { for: '5s', keep_firing_for: '1s500ms' }],
  [
    'a threshold in seconds',
    { record: 'secmaster:default_open_limit:seconds', expr: 'vector(4 * 3600)' },
    { expr: '(vector(4 * 3600)) / 60' },
  ],
  ['an age in an expression', { expr: 'time() - a < 7 * 86400' }, { expr: 'time() - a < 7 * (86400 / 60)' }],
  ['a rate by the hour', { expr: 'a * b / 3600' }, { expr: 'a * b / (3600 / 60)' }],
])('%s is shortened', (_, rule, scaled) => {
  expect(scaledRule(rule)).toMatchObject(scaled);
});

test.each([
  ['a threshold that is a count', { record: 'secmaster:default_retries_limit:count', expr: 'vector(10)' }],
  ['a number in an expression', { expr: 'a:b60 * 360 > 6 * (1 - 0.60)' }],
  ['a label and an annotation', { labels: { window: '6h' }, annotations: { summary: 'in 6h' } }],
])('%s stays', (_, rule) => {
  expect(scaledRule(rule)).toMatchObject(rule);
});

test.each(ruleFiles())('every duration of an expression of %s is shortened, and none is lost', (file) => {
  const durationsOf = (rules: RuleFile) =>
    rules.groups
      .flatMap((group) => group.rules)
      .flatMap(({ expr }) => readExpression(expr).durations.map(({ from, to }) => parseDuration(expr.slice(from, to))));
  const written = readRules(file);
  expect(durationsOf(scaledRules(written, 60)).map((ms) => Number(ms) * 60)).toEqual(durationsOf(written));
});
