import { execFile, execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { ruleFiles } from '../../scripts/alerts.ts';
import { type PrometheusVersion, prometheusVersions } from '../support/alert/prometheus-versions.ts';
import { readRules } from '../support/alert/rules.ts';
import { rulesBehind } from '../support/alert/rules-behind.ts';
import { type UnitTest, type UnitTests, withReplicas } from '../support/alert/with-replicas.ts';
import { withScrapes } from '../support/alert/with-scrapes.ts';
import { missingSuites } from '../tools/prometheus-suites.ts';
import { withScrapedValues } from './scraped-values.ts';

const files = globSync('*.test.yml', { cwd: import.meta.dirname }).sort();

function readTests(file: string): UnitTests {
  const read = parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as UnitTests;
  // Some test queries only.
  return { ...read, tests: read.tests.map((one) => ({ ...one, alert_rule_test: one.alert_rule_test ?? [] })) };
}

const versions = prometheusVersions();

test('each Prometheus on which the rules promise the same is there', () => {
  expect(missingSuites(versions.map(({ version }) => version))).toEqual([]);
});

test.each(versions.map((version) => [version.version, version.promtool]))(
  'promtool %s takes all rule files',
  (_, promtool) => {
    execFileSync(promtool, ['check', 'rules', ...ruleFiles()], { stdio: 'pipe' });
  },
);

/** Another world in which a file expects the same. */
interface Variant {
  readonly sentence: string;
  readonly change: (tests: readonly UnitTest[]) => readonly UnitTest[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly isFor?: (file: string) => boolean;
}

const asItIs: Variant = { sentence: 'as it is', change: (tests) => tests };

const threeReplicas: Variant = {
  sentence: 'with three replicas that show the same',
  change: (tests) => withReplicas(tests, 3),
  isFor: (file) => !file.includes('.replicas.'),
};

// Such as the namespace that an operator enforces.
const namespace = { namespace: 'soc' };

const labelled: Variant = {
  sentence: 'with a label on each rule',
  labels: namespace,
  change: (tests) =>
    tests.map((one) => ({
      ...one,
      alert_rule_test: one.alert_rule_test.map(({ exp_alerts, ...asked }) => ({
        ...asked,
        ...(exp_alerts && {
          exp_alerts: exp_alerts.map((alert) => ({ ...alert, exp_labels: { ...alert.exp_labels, ...namespace } })),
        }),
      })),
    })),
  isFor: (file) => file === 'unknown-past.test.yml',
};

const scrapedEach = (everySeconds: number, beforeSeconds: number): Variant => ({
  sentence: `scraped each ${everySeconds} s, ${beforeSeconds} s before the minute`,
  change: (tests) => withScrapedValues(withScrapes(tests, { everySeconds, beforeSeconds }), everySeconds),
});

/** Everything on everything would take too long, so each interval is tried on one of them: the oldest, and the newest, which reads PromQL anew. */
const variantsOn = (version: PrometheusVersion): Variant[] => {
  if (version === versions[0]) return [asItIs, threeReplicas, labelled, scrapedEach(60, 20)];
  if (version === versions.at(-1)) return [asItIs, scrapedEach(15, 5), scrapedEach(30, 10)];
  return [asItIs];
};

const runs = versions.flatMap((version) =>
  variantsOn(version).flatMap((variant) =>
    files
      .filter(variant.isFor ?? (() => true))
      .map(
        (file) => [`promtool ${version.version} runs ${file}, ${variant.sentence}`, version, file, variant] as const,
      ),
  ),
);

test.concurrent.for(runs)('%s', { timeout: 600_000 }, async ([, version, file, variant], { expect }) => {
  expect(await outputOf(version.promtool, writeVariant(file, variant))).toMatch(success);
});

let copies: string;
beforeAll(() => {
  copies = mkdtempSync(join(tmpdir(), 'secmaster-exporter-'));
  return () => rmSync(copies, { recursive: true });
});

/** A copy of the file, with only those rules that lead to what it asks for: all of them take four times as long. */
function writeVariant(file: string, { change, labels: added }: Variant): string {
  const { tests, rule_files, ...rest } = readTests(file);
  const folder = mkdtempSync(join(copies, 'run-'));
  const asked = JSON.stringify(tests.map(({ input_series, ...questions }) => questions));
  const groups = rulesBehind(
    rule_files.flatMap((path) => readRules(join(import.meta.dirname, path)).groups),
    asked,
  ).map((group) => ({
    ...group,
    rules: group.rules.map((rule) => ({ ...rule, ...(added && { labels: { ...rule.labels, ...added } }) })),
  }));
  writeFileSync(join(folder, 'rules.yml'), stringify({ groups }));
  writeFileSync(join(folder, file), stringify({ ...rest, rule_files: ['rules.yml'], tests: change(tests) }));
  return join(folder, file);
}

const success = /^(?:Unit Testing: +\S+)?\s+SUCCESS\s*$/;

/** promtool says what differs on stdout or stderr, by version. */
async function outputOf(promtool: string, file: string): Promise<string> {
  const run = promisify(execFile)(promtool, ['test', 'rules', file], {
    cwd: import.meta.dirname,
    // Half of the time would go into collecting garbage.
    env: { ...process.env, GOGC: '400' },
  });
  const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
  return `${stdout}${stderr}`;
}

const alerts = new Map(
  ruleFiles()
    .flatMap((file) => readRules(file).groups)
    .flatMap(({ rules }) => rules)
    .flatMap(({ alert, annotations = {} }) => (alert === undefined ? [] : [[alert, Object.keys(annotations)]])),
);

describe.each([...alerts])('the unit tests of %s', (alert, annotations) => {
  const tests = files.filter((file) => basename(file).startsWith(`${alert}.`)).flatMap((file) => readTests(file).tests);
  const fired = tests.flatMap((one) => one.alert_rule_test).flatMap((one) => one.exp_alerts ?? []);

  test.each(['fires', 'does not fire', 'absent', 'restart', 'reset'])('have the case "%s"', (kind) => {
    const cases = tests.filter(({ name }) => name.startsWith(`${kind}: `)).flatMap((one) => one.alert_rule_test);
    expect(cases.map(({ alertname }) => alertname)).toContain(alert);
    if (kind === 'fires') expect(cases.some(({ exp_alerts }) => exp_alerts !== undefined)).toBe(true);
    if (kind === 'does not fire') expect(cases.every(({ exp_alerts }) => exp_alerts === undefined)).toBe(true);
  });

  test('name every label and annotation of what fires', () => {
    expect(fired.length).toBeGreaterThan(0);
    for (const { exp_labels, exp_annotations } of fired) {
      expect(Object.keys(exp_labels)).toEqual(expect.arrayContaining(['severity', 'area']));
      expect(Object.keys(exp_annotations).toSorted()).toEqual([...annotations].toSorted());
    }
  });
});
