import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { uids } from '../../dashboards/src/links.ts';
import * as thresholds from '../../dashboards/src/thresholds.ts';
import { dashboardUrl } from '../../scripts/links.ts';
import { readRules } from '../support/alert/rules.ts';

/** Where a panel changes colour is where an alert fires, by the rules' own numbers. */

const root = join(import.meta.dirname, '..', '..');
const rules = globSync('alerts/*.rules.yml', { cwd: root }).flatMap((file) =>
  readRules(join(root, file)).groups.flatMap((group) => group.rules),
);

/** The number of a rule such as `vector(4 * 3600)`. */
function defaultOf(name: string): number {
  const expr = rules.find(({ record }) => record === `secmaster:default_${name}`)?.expr ?? '';
  const factors = /^vector\(([\d.* ]+)\)$/.exec(expr)?.[1]?.split('*') ?? [Number.NaN];
  return factors.reduce((product: number, factor) => product * Number(factor), 1);
}

function alertsNamed(name: string): string {
  return rules
    .filter(({ alert }) => alert === name)
    .map(({ expr }) => expr)
    .join('\n');
}

test.each<[string, number, number]>([
  ['the objective', 1 - thresholds.objective.failureRatio, defaultOf('objective:ratio')],
  ['failures in a row', thresholds.failing.inARow, defaultOf('failures_limit:count')],
  ['failures within an hour', thresholds.failing.runs, 2 * defaultOf('failures_limit:count')],
  ['a stuck run', thresholds.stuckAfterSeconds, defaultOf('open_limit:seconds')],
  ['stale data', thresholds.staleAfterSeconds, defaultOf('data_age_limit:seconds')],
  ['expiring credentials', thresholds.credentialsSeconds.critical, defaultOf('credentials_limit:seconds')],
])('%s: dashboards and alerts have one number', (_, onDashboards, inRules) => {
  expect(onDashboards).toBeCloseTo(inRules, 9);
});

test.each<[string, string, RegExp]>([
  [
    'the share of failed runs',
    'SecMasterPlaybookFailing',
    new RegExp(`ratio${thresholds.failing.window} >= ${thresholds.failing.ratio}\\b`),
  ],
  ['throttling', 'SecMasterThrottled', new RegExp(`>= ${thresholds.throttledRatio} \\*`)],
  ['mismatches', 'SecMasterLedgerMismatch', new RegExp(`>= ${thresholds.auditMismatches.critical}\\b`)],
])('%s: the alert compares with the same number', (_, alert, expected) => {
  expect(alertsNamed(alert)).toMatch(expected);
});

test('every runbook that a dashboard links to is there', () => {
  const names = globSync('dashboards/*.json', { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\/(SecMaster\w+)\$\{runbooks_suffix:raw\}/g)].map(
      ([, name = '']) => name,
    ),
  );
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => !existsSync(join(root, 'docs', 'runbooks', `${name}.md`)))).toEqual([]);
});

test('the links to runbooks begin and end with what the rules have found out', () => {
  for (const file of globSync('dashboards/*.json', { cwd: root })) {
    const { templating } = JSON.parse(readFileSync(join(root, file), 'utf8'));
    const queries = new Map(templating.list.map(({ name, query }: { name: string; query: unknown }) => [name, query]));
    const { record = '', expr = '' } = rules.find(({ record }) => record?.startsWith('secmaster:runbooks')) ?? {};
    expect(queries.get('runbooks')).toBe(`query_result(${record})`);
    expect(queries.get('runbooks_suffix')).toBe(`query_result(${record})`);
    expect(expr).toMatch(/^max by \(url, suffix\)/);
  }
});

test('alerts link to the dashboards by their uids', () => {
  for (const area of ['playbook', 'exporter'])
    for (const [, uid = ''] of dashboardUrl('https://grafana.example.org', area).matchAll(/(secmaster-\w+)/g))
      expect(Object.values(uids)).toContain(uid);
});
