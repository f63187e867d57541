import { execFile } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { ruleFiles } from '../../scripts/alerts.ts';
import { readRules } from '../support/alert/rules.ts';
import { type UnitTests, withReplicas } from '../support/alert/with-replicas.ts';
import { temporaryFolder } from '../support/process/processes.ts';

const files = globSync('*.test.yml', { cwd: import.meta.dirname }).sort();

const readTests = (file: string) => parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as UnitTests;

test.concurrent.for(files)('promtool runs %s', { timeout: 300_000 }, async (file, { expect }) => {
  expect(await outputOf(file)).toMatch(success);
});

test.concurrent.for(files.filter((file) => !file.includes('.replicas.')))(
  'three replicas that show the same make no difference to %s',
  { timeout: 300_000 },
  async (file, { expect }) => {
    const { tests, rule_files, ...rest } = readTests(file);
    const rules = rule_files.map((path) => join(import.meta.dirname, path));
    const copy = join(temporaryFolder(), file);
    writeFileSync(copy, stringify({ ...rest, rule_files: rules, tests: withReplicas(tests, 3) }));
    expect(await outputOf(copy)).toMatch(success);
  },
);

const success = /^Unit Testing: +\S+\s+SUCCESS\s*$/;

/** promtool says what differs on stdout or stderr, by version. */
async function outputOf(file: string): Promise<string> {
  const run = promisify(execFile)('promtool', ['test', 'rules', file], { cwd: import.meta.dirname });
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
