import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { withExpectedLinks, withLinks } from '../../scripts/alerts.ts';
import { dashboardUrl, expandedDashboardUrl } from '../../scripts/links.ts';
import { temporaryFolder } from '../support/process/processes.ts';

const grafana = 'https://grafana.example.org/';
const success = /^Unit Testing: +\S+\s+SUCCESS\s*$/;

function promtool(folder: string, file: string): string {
  return execFileSync('promtool', ['test', 'rules', file], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
}

test.each(['SecMasterRetryStorm.replicas', 'SecMasterPollFailing', 'SecMasterExporterDown'])(
  'with a Grafana set, promtool gets the expected links from %s',
  { timeout: 120_000 },
  (alert) => {
    const folder = temporaryFolder();
    const written = readFileSync(join(import.meta.dirname, `${alert}.test.yml`), 'utf8');
    const { rule_files: files, ...rest } = parse(withExpectedLinks(written, { address: null, grafana }));
    for (const file of files as string[])
      writeFileSync(
        join(folder, basename(file)),
        withLinks(readFileSync(join(import.meta.dirname, file), 'utf8'), { address: null, grafana }),
      );
    writeFileSync(
      join(folder, 'a.test.yml'),
      stringify({ rule_files: files.map((file: string) => basename(file)), ...rest }),
    );
    expect(stringify(rest)).toContain(`dashboard_url: ${grafana}d/secmaster-`);
    expect(promtool(folder, 'a.test.yml')).toMatch(success);
  },
);

test.each([
  ['of a playbook', { area: 'playbook', workspace: 'prod', playbook: 'Isolate host' }],
  ['of odd names', { area: 'playbook', workspace: 'a&b=c', playbook: `Größe: 100 % "x" + 'y' (z)! * / ? # 隔离` }],
  ['of runs without a playbook', { area: 'playbook', workspace: 'prod', playbook: '(none)' }],
  ['of a whole workspace', { area: 'playbook', workspace: 'prod east' }],
  ['of the exporter in a workspace', { area: 'exporter', workspace: 'prod east' }],
  ['of the exporter', { area: 'exporter' }],
])('the link of an alert %s opens its dashboard with its variables', (_, { area, ...labels }) => {
  const folder = temporaryFolder();
  const rule = {
    alert: 'A',
    expr: 'world',
    labels: { area },
    annotations: { dashboard_url: dashboardUrl(grafana, area) },
  };
  const expected = expandedDashboardUrl(grafana, { area, ...labels });
  const series = `world{${Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)}}`;
  const alerts = [{ exp_labels: { area, ...labels }, exp_annotations: { dashboard_url: expected } }];
  const unit = {
    input_series: [{ series, values: '1x5' }],
    alert_rule_test: [{ eval_time: '2m', alertname: 'A', exp_alerts: alerts }],
  };
  writeFileSync(join(folder, 'a.rules.yml'), stringify({ groups: [{ name: 'g', rules: [rule] }] }));
  writeFileSync(join(folder, 'a.test.yml'), stringify({ rule_files: ['a.rules.yml'], tests: [unit] }));
  expect(promtool(folder, 'a.test.yml')).toMatch(success);

  const { searchParams } = new URL(expected);
  expect(Object.fromEntries(searchParams)).toEqual(
    Object.fromEntries(Object.entries(labels).map(([name, value]) => [`var-${name}`, value])),
  );
});
