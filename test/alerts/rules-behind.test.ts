import { expect, test } from 'vitest';
import { rulesBehind } from '../support/alert/rules-behind.ts';

const groups = [
  {
    name: 'thresholds',
    rules: [
      { record: 'secmaster:limit:count', expr: 'vector(3)' },
      { record: 'secmaster:other_limit:count', expr: 'vector(4)' },
    ],
  },
  {
    name: 'alerts',
    rules: [
      { record: 'secmaster:failed:count', expr: 'sum(failed)' },
      { record: 'secmaster:said:count', expr: 'sum(said)' },
      {
        alert: 'Failing',
        expr: 'secmaster:failed:count > secmaster:limit:count',
        annotations: { summary: '{{ query "secmaster:said:count" }}' },
      },
      { alert: 'Other', expr: 'secmaster:other_limit:count > 0' },
    ],
  },
];

test.each([
  {
    sentence: 'an alert, what it compares and what it says',
    text: 'alertname: Failing',
    left: [['secmaster:limit:count'], ['secmaster:failed:count', 'secmaster:said:count', 'Failing']],
  },
  {
    sentence: 'a recorded series alone',
    text: 'secmaster:other_limit:count',
    left: [['secmaster:other_limit:count'], []],
  },
  { sentence: 'nothing', text: 'Silent', left: [[], []] },
])('the rules behind $sentence', ({ text, left }) => {
  const names = rulesBehind(groups, text).map(({ rules }) =>
    rules.map((rule) => ('alert' in rule ? rule.alert : rule.record)),
  );
  expect(names).toEqual(left);
});
