/**
 * Generates what depends on `alerts/*.rules.yml`: the links to runbooks in them and in their unit tests, and the PrometheusRule
 * for Kubernetes.
 *
 *     npm pkg set config.runbooks=https://wiki.example.org/runbooks/ && npm run alerts
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, stringify } from 'yaml';

const root = join(import.meta.dirname, '..');
export const prometheusRuleFile = join(root, 'alerts', 'kubernetes', 'prometheus-rule.yaml');

/** The rule files for users, sorted by name. */
export function ruleFiles(): string[] {
  return globSync(join(root, 'alerts', '*.rules.yml')).sort();
}

/** The URL of the folder of runbooks, from package.json. */
export function runbookBase(): string {
  const { config } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { config: { runbooks: string } };
  return config.runbooks.endsWith('/') ? config.runbooks : `${config.runbooks}/`;
}

/** The text of a rule file with each runbook_url under this base. */
export function withRunbooks(text: string, base: string): string {
  return text.replaceAll(/(?<=runbook_url: ).*\/(?=\w+\.md$)/gm, () => base);
}

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
  const base = runbookBase();
  for (const file of [...ruleFiles(), ...globSync(join(root, 'test', 'alerts', '*.test.yml'))]) {
    writeFileSync(file, withRunbooks(readFileSync(file, 'utf8'), base));
  }
  writeFileSync(prometheusRuleFile, prometheusRule(ruleFiles().map((file) => readFileSync(file, 'utf8'))));
}
