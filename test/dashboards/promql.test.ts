import { join } from 'node:path';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { describe, expect, test, vi } from 'vitest';
import { placeholder } from '../../dashboards/src/placeholder.ts';
import { ruleFiles } from '../../scripts/alerts.ts';
import { families } from '../../src/metrics/families.ts';
import { extraLabels } from '../../src/model/extra-labels.ts';
import { readExpression } from '../support/alert/promql.ts';
import { readRules } from '../support/alert/rules.ts';
import { asked, fill, loadDashboards, type Values } from './asked.ts';
import { syntaxErrors, typeErrors } from './promql.ts';

const tuningFile = join(import.meta.dirname, '..', '..', 'alerts', 'examples', 'tuning.rules.yml');
const times = { rateInterval: '2m', range: '24h' };
const all: Values = { workspace: null, playbook: null, trigger_type: null };
const hostile: Values = {
  workspace: ['prod', 'C:\\test (1)'],
  playbook: ['Notify "on call" \\ SMS 🚨\nescalation'],
  trigger_type: ['TIMER', 'EVENT'],
};

/** The labels of each metric that we, the process or Prometheus itself writes; Prometheus adds job and instance. */
const labelsOf = new Map<string, readonly string[]>();
for (const { name, type, labels } of families) {
  if (type !== 'histogram') labelsOf.set(name, labels);
  else for (const end of ['_bucket', '_sum', '_count']) labelsOf.set(name + end, [...labels, 'le']);
}
const process = new Registry();
collectDefaultMetrics({ register: process });
for (const { name } of process.getMetricsAsArray()) labelsOf.set(name, []);
for (const name of ['up', 'scrape_samples_scraped', 'scrape_duration_seconds']) labelsOf.set(name, []);
for (const name of ['ALERTS', 'ALERTS_FOR_STATE']) {
  labelsOf.set(name, ['alertname', 'alertstate', 'severity', 'area', 'workspace', 'playbook']);
}
// What rules record, and what users may set, by workspace and playbook or by one of them.
for (const file of [...ruleFiles(), tuningFile]) {
  for (const { record } of readRules(file).groups.flatMap(({ rules }) => rules)) {
    if (record !== undefined)
      labelsOf.set(
        record,
        ['workspace', 'playbook'].filter((label) => record.includes(label)),
      );
  }
}
const everyLabel = new Set([...labelsOf.values()].flat().concat('job', 'instance', 'alert', extraLabels));

const questions = loadDashboards().flatMap(asked);
const named = questions.map((question) => ({
  ...question,
  name: `${question.dashboard}: ${question.panel} ${question.refId}`,
}));

describe.each(named)('$name asks $expr', ({ expr, legend }) => {
  test.each([
    ['for everything', all],
    ['for names with quotes, backslashes, brackets and line breaks', hostile],
  ])('in good syntax and with the right types, %s', (_, values) => {
    const filled = fill(expr, values, times);
    expect({ syntax: syntaxErrors(filled), types: typeErrors(filled) }).toEqual({ syntax: [], types: [] });
  });

  test('for metrics and labels that there are', () => {
    const filled = fill(expr, all, times);
    const { selectors, groupingLabels } = readExpression(filled);
    expect(selectors).not.toEqual([]);
    for (const { metric, labels } of selectors) {
      expect([...labelsOf.keys()]).toContain(metric);
      for (const label of labels) expect(labelsOf.get(metric), metric).toContain(label);
    }
    for (const label of groupingLabels) expect(everyLabel).toContain(label);
    for (const [, label] of legend.matchAll(/\{\{(.*?)\}\}/g)) expect(everyLabel).toContain(label);
  });
});

test('a type is told from the whole expression, however slow the machine is', () => {
  let ms = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => (ms += 15));
  expect(typeErrors('sum by (workspace) (increase(up[5m])) / on (workspace) sum(rate(up[1m]))')).toEqual([]);
  expect(typeErrors('sum by (workspace) (increase(up[5m])) / on (workspace) sum(rate(up))')).not.toEqual([]);
});

test('every family is on a dashboard, but those that only name things', () => {
  const shown = new Set(
    questions.flatMap(({ expr }) => readExpression(fill(expr, all, times)).selectors).map(({ metric }) => metric),
  );
  const missing = families.map(({ name }) => name).filter((name) => !shown.has(name) && !shown.has(`${name}_bucket`));
  expect(missing).toEqual([
    'secmaster_workflow_info',
    'secmaster_playbook_info',
    'secmaster_workspace_info',
    'secmaster_exporter_web_info',
  ]);
});

describe('the parsers notice', () => {
  test.each([
    ['a bracket that is not closed', 'sum(rate(secmaster_workflow_retries_total[5m])'],
    ['a string that is not closed', 'secmaster_up{workspace="prod}'],
    ['a variable that nobody filled in', 'rate(secmaster_workflow_retries_total[$__interval])'],
  ])('%s', (_, expr) => {
    expect(syntaxErrors(expr)).not.toEqual([]);
  });

  test.each([
    ['a rate of a single value', 'rate(secmaster_workflow_retries_total)'],
    ['a sum of ranges', 'sum(secmaster_workflow_retries_total[5m])'],
    ['an argument that is missing', 'histogram_quantile(secmaster_workflow_duration_seconds_bucket)'],
    ['a comparison of scalars that lacks bool', '1 > 0'],
  ])('%s', (_, expr) => {
    expect(syntaxErrors(expr)).toEqual([]);
    expect(typeErrors(expr)).not.toEqual([]);
  });

  test('nothing is left to Grafana that the checks have not filled in', () => {
    expect(() => fill(`up{workspace="${placeholder('workspace')}"}`, all, times)).toThrow('nothing fills in');
    expect(() => fill('rate(up[$__interval])', all, times)).toThrow('nothing fills in');
  });
});
