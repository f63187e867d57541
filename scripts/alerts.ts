/**
 * Generates what depends on `alerts/*.rules.yml`: the links in them and in their unit tests, and the PrometheusRule for Kubernetes.
 *
 *     npm pkg set config.dashboards=https://grafana.example.org && npm run alerts
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { annotateRules, annotateTests } from './annotate.ts';
import { dashboardUrl, expandedDashboardUrl, runbookUrl, unknownRunbook } from './links.ts';
import { type Settings, settings } from './settings.ts';

const root = join(import.meta.dirname, '..');
export const prometheusRuleFile = join(root, 'alerts', 'kubernetes', 'prometheus-rule.yaml');

/** The rule files for users, sorted by name. */
export function ruleFiles(): string[] {
  return globSync(join(root, 'alerts', '*.rules.yml')).sort();
}

/** The text of a rule file with the links of its alerts. */
export function withLinks(text: string, { address, grafana }: Settings): string {
  return annotateRules(text, (alert, { area = '' }) => ({
    runbook_url: quoted(runbookUrl(alert, address)),
    dashboard_url: grafana && quoted(dashboardUrl(grafana, area)),
  }));
}

/** The text of a unit test whose world has no series that says where runbooks are. */
export function withExpectedLinks(text: string, { address, grafana }: Settings): string {
  return annotateTests(text, (alert, labels) => ({
    runbook_url: unknownRunbook(alert, address),
    dashboard_url: grafana && quoted(expandedDashboardUrl(grafana, labels)),
  }));
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

interface RuleFile {
  readonly groups: readonly unknown[];
}

/** All groups of the rule files as one object of the Prometheus Operator. */
export function prometheusRule(texts: readonly string[]): string {
  const manifest = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'secmaster-exporter', labels: { 'app.kubernetes.io/name': 'secmaster-exporter' } },
    spec: { groups: texts.flatMap((text) => (parse(text) as RuleFile).groups) },
  };
  const sources = ruleFiles().map((file) => basename(file));
  return `# generated from ${sources.join(', ')} by npm run alerts\n${stringify(manifest, { aliasDuplicateObjects: false, lineWidth: 0 })}`;
}

if (import.meta.main) {
  const current = settings();
  const rewrite = (file: string, edit: typeof withLinks) =>
    writeFileSync(file, edit(readFileSync(file, 'utf8'), current));
  for (const file of ruleFiles()) rewrite(file, withLinks);
  for (const file of globSync(join(root, 'test', 'alerts', 'SecMaster*.test.yml'))) rewrite(file, withExpectedLinks);
  writeFileSync(prometheusRuleFile, prometheusRule(ruleFiles().map((file) => readFileSync(file, 'utf8'))));
}
