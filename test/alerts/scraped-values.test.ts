import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { UnitTests } from '../support/alert/with-replicas.ts';
import { scrapedValues, withScrapedValues } from './scraped-values.ts';

const tests = globSync('*.test.yml', { cwd: import.meta.dirname }).flatMap(
  (file) => (parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as UnitTests).tests,
);

test.each(Object.entries(scrapedValues))(
  'there is one test "%s", and it expects what the table names',
  (name, values) => {
    const named = tests.filter((one) => one.name === name);
    expect(named).toHaveLength(1);
    for (const { text } of values) expect(JSON.stringify(named[0]?.alert_rule_test)).toContain(text);
  },
);

test('a test expects the value of its scrapes, and others stay', () => {
  const [alert] = withScrapedValues(tests, 15)
    .filter(({ name }) => name === 'fires: it dies again and again')
    .flatMap(({ alert_rule_test }) => alert_rule_test)
    .flatMap(({ exp_alerts = [] }) => exp_alerts);
  expect(alert?.exp_annotations.description).toContain('in the last 5 minutes, 30% succeeded.');
  const others = (all: typeof tests) => all.filter(({ name }) => !(name in scrapedValues));
  expect(others(withScrapedValues(tests, 15))).toEqual(others(tests));
});
