import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { dashboards } from '../../dashboards/src/files.ts';
import { prometheusRule, prometheusRuleFile, ruleFiles, withExpectedLinks, withLinks } from '../../scripts/alerts.ts';
import { dashboardUrl, runbookUrl } from '../../scripts/links.ts';
import { projectAddress } from '../../scripts/project-address.ts';
import { settings } from '../../scripts/settings.ts';
import { parseDuration } from '../../src/config/duration.ts';
import { families } from '../../src/metrics/families.ts';
import { extraLabels } from '../../src/model/extra-labels.ts';
import { readExpression } from '../support/alert/promql.ts';
import { readRules } from '../support/alert/rules.ts';

const root = join(import.meta.dirname, '..', '..');
const examples = join(root, 'alerts', 'examples');
const tuningFile = join(examples, 'tuning.rules.yml');
const groups = ruleFiles().flatMap((file) => readRules(file).groups);
const rules = groups.flatMap((group) => group.rules.map((rule) => ({ ...rule, name: rule.record ?? rule.alert })));
const alerts = rules.flatMap(({ alert, ...rule }) => (alert === undefined ? [] : [{ alert, ...rule }]));
const set = settings();
const documentation = readFileSync(join(root, 'docs', 'alerts.md'), 'utf8');

/** The contract's, each with who is told. */
const wanted: Readonly<Record<string, string>> = {
  SecMasterExporterDown: 'exporter',
  SecMasterPollFailing: 'exporter',
  SecMasterDataStale: 'exporter',
  SecMasterWindowIncomplete: 'exporter',
  SecMasterThrottled: 'exporter',
  SecMasterCredentialsExpiring: 'exporter',
  SecMasterLedgerMismatch: 'exporter',
  SecMasterLedgerRestarted: 'exporter',
  SecMasterPlaybookFailing: 'playbook',
  SecMasterWorkspaceFailing: 'playbook',
  SecMasterPlaybookFailureBudgetBurn: 'playbook',
  SecMasterPlaybookSilent: 'playbook',
  SecMasterInstanceStuck: 'playbook',
  SecMasterRunsPilingUp: 'playbook',
  SecMasterPlaybookSlow: 'playbook',
  SecMasterPlaybookTerminated: 'playbook',
  SecMasterRetryStorm: 'playbook',
};

test('the alerts are those that were promised', () => {
  expect(Object.fromEntries(alerts.map(({ alert, labels }) => [alert, labels?.area]))).toEqual(wanted);
});

test.each(alerts)('$alert says how bad it is, what has happened, and what to do', (alert) => {
  expect(['critical', 'warning']).toContain(alert.labels?.severity);
  expect(alert.annotations).toEqual({
    summary: expect.stringMatching(/^[A-Z]/),
    description: expect.stringMatching(/\.(?: \{\{- end \}\})?$/),
    runbook_url: runbookUrl(alert.alert, set.address),
    ...(set.grafana && { dashboard_url: dashboardUrl(set.grafana, alert.labels?.area ?? '') }),
  });
  const runbook = readFileSync(join(root, 'docs', 'runbooks', `${alert.alert}.md`), 'utf8');
  const headings = [...runbook.matchAll(/^#+ .*/gm)].map(([heading]) => heading);
  expect(headings).toEqual([`# ${alert.alert}`, '## Meaning', '## Impact', '## Diagnosis', '## Mitigation']);
});

test('each runbook is of an alert, and docs/alerts.md has each alert', () => {
  const runbooks = globSync('docs/runbooks/*.md', { cwd: root }).map((file) => basename(file, '.md'));
  expect(runbooks.toSorted()).toEqual(Object.keys(wanted).toSorted());
  const rows = [...documentation.matchAll(/^\| \[(\w+)\]\(runbooks\/(\w+)\.md\)/gm)];
  expect(rows.map(([, alert, file]) => [alert, file])).toEqual(
    expect.arrayContaining(Object.keys(wanted).map((alert) => [alert, alert])),
  );
});

describe('the runbooks', () => {
  const queries = globSync('docs/{alerts,runbooks/*}.md', { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/```promql\n(.*?)```/gs)].map(([, query = '']) => [
      file,
      query,
    ]),
  );
  test.each(queries)('%s asks only for what there is: %s', (_, query = '') => {
    expect(unknownIn(query)).toEqual([]);
  });
});

const unitTests = globSync('test/alerts/SecMaster*.test.yml', { cwd: root }).map((file) => join(root, file));

test.each([
  ...ruleFiles().map((file) => [file, withLinks] as const),
  ...unitTests.map((file) => [file, withExpectedLinks] as const),
])('%s has the links of its alerts, and nothing else depends on them; if not, run npm run alerts', (file, edit) => {
  const text = readFileSync(file, 'utf8');
  expect(edit(text, set)).toBe(text);
  const address = projectAddress('https://github.com/acme/soc', '1.2.3');
  const linked = edit(text, { address, grafana: 'https://grafana.example.org' });
  const linesWithout = (all: string) => all.split('\n').filter((line) => !/^ +(runbook|dashboard)_url: /.test(line));
  expect(linesWithout(linked)).toEqual(linesWithout(text));
  expect(edit(linked, set)).toBe(text);
});

test('the PrometheusRule matches the rule files; if not, run npm run alerts', () => {
  const texts = ruleFiles().map((file) => readFileSync(file, 'utf8'));
  expect(existsSync(prometheusRuleFile) && readFileSync(prometheusRuleFile, 'utf8')).toBe(prometheusRule(texts));
});

// What the scraper adds, and what Prometheus itself keeps.
const scraped = ['job', 'instance'];
const recorded = new Set(rules.map(({ record }) => record));
const tunable = new Set(
  readRules(tuningFile)
    .groups.flatMap((group) => group.rules)
    .map(({ record }) => record),
);
const allLabels = [...scraped, 'url', 'suffix', 'le', ...families.flatMap(({ labels }) => labels), ...extraLabels];

/** The labels that a metric can have; null where there is no such metric. */
function labelsOf(metric: string): readonly string[] | null {
  if (metric === 'up' || metric === 'process_start_time_seconds') return scraped;
  if (/^secmaster:runbooks(_folder)?:info$/.test(metric)) return ['url', 'suffix'];
  // The level of a recording rule is the labels that it keeps.
  if (recorded.has(metric)) return allLabels.filter((label) => `_${metric.replace(/:.*/, '')}_`.includes(`_${label}_`));
  // Metrics by a pattern: those of thresholds.
  if (metric === '') return ['__name__'];
  if (/^secmaster:(playbook|workspace)_\w+:(ratio|count|seconds)$/.test(metric)) return ['workspace', 'playbook'];
  const family = families.find(({ name }) => name === metric.replace(/_(bucket|sum|count)$/, '') || name === metric);
  return family === undefined ? null : [...scraped, ...family.labels, ...(family.type === 'histogram' ? ['le'] : [])];
}

/** Each metric and label of an expression that no family and no rule has. */
function unknownIn(text: string): string[] {
  const { selectors, groupingLabels } = readExpression(text);
  expect(selectors.length + (text.startsWith('vector(') ? 1 : 0)).toBeGreaterThan(0);
  return [
    ...selectors.flatMap(({ metric, labels }) => {
      const known = labelsOf(metric);
      return known === null
        ? [metric]
        : labels.filter((label) => !known.includes(label)).map((label) => `${metric}{${label}}`);
    }),
    ...groupingLabels.filter((label) => !allLabels.includes(label)),
  ];
}

describe('every metric and label is there', () => {
  test.each(rules)('of $name', ({ expr, annotations = {} }) => {
    expect(unknownIn(expr)).toEqual([]);
    for (const [, query = ''] of JSON.stringify(annotations).matchAll(/with printf \\"(.*?[^\\])\\" [^|]*\| query/g)) {
      expect(unknownIn(query.replaceAll('\\\\\\"', '"').replaceAll('%q', '"x"'))).toEqual([]);
    }
  });

  test.each(alerts)('that the annotations of $alert use', ({ annotations = {}, expr }) => {
    const used = [...JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
    const known = new Set(readExpression(expr).selectors.flatMap(({ metric }) => labelsOf(metric) ?? []));
    expect(used.filter((label) => !known.has(label))).toEqual([]);
  });
});

test('what can be tuned is told in docs/alerts.md, and the example tunes nothing else', () => {
  const selectors = rules.flatMap(({ expr }) => readExpression(expr).selectors.map(({ metric }) => metric));
  const onDashboards = Object.values(dashboards).flatMap(
    (one) => JSON.stringify(one).match(/secmaster:\w+:\w+/g) ?? [],
  );
  const settable = new Set(
    [...selectors, ...onDashboards].filter((metric) => /^secmaster:((playbook|workspace)_|runbooks:)/.test(metric)),
  );
  expect([...settable].filter((metric) => !documentation.includes(`\`${metric}\``))).toEqual([]);
  expect([...tunable].filter((metric) => !settable.has(metric ?? ''))).toEqual([]);
});

test('the query for tuning that matches nothing is tested as docs/alerts.md has it', () => {
  const { tests } = parse(readFileSync(join(import.meta.dirname, 'tuning.test.yml'), 'utf8')) as {
    tests: { promql_expr_test: { expr: string }[] }[];
  };
  for (const { expr } of tests.flatMap((one) => one.promql_expr_test)) {
    expect(documentation).toContain(`\`\`\`promql\n${expr}\`\`\``);
  }
});

test('no range is as short as the interval of its group, where versions of Prometheus differ', () => {
  for (const { interval = '1m', rules: ofGroup } of groups) {
    for (const { expr } of ofGroup) {
      for (const [, fn = '', range = ''] of expr.matchAll(/\b(\w+)\([^()]*\[(\w+)(?::\w+)?\]/g)) {
        // One sample tells the minimum, and no increase.
        const samples = fn.endsWith('_over_time') ? 1 : 2;
        expect(parseDuration(range) ?? 0, expr).toBeGreaterThan(samples * (parseDuration(interval) ?? 0));
      }
    }
  }
});
