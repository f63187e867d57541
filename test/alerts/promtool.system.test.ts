import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ruleFiles } from '../../scripts/alerts.ts';
import { readRules } from '../support/alert/rules.ts';

interface UnitTests {
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts?: readonly { readonly exp_labels: object; readonly exp_annotations: object }[];
    }[];
  }[];
}

const files = globSync('*.test.yml', { cwd: import.meta.dirname }).sort();

test.concurrent.for(files)('promtool runs %s', { timeout: 120_000 }, async (file, { expect }) => {
  const run = promisify(execFile)('promtool', ['test', 'rules', file], { cwd: import.meta.dirname });
  // promtool says what differs on stdout or stderr, by version.
  const output = await run.catch((error: { stdout: string; stderr: string }) => error);
  expect(`${output.stdout}${output.stderr}`).toMatch(/^Unit Testing: +\S+\s+SUCCESS\s*$/);
});

const alerts = new Map(
  ruleFiles()
    .flatMap((file) => readRules(file).groups)
    .flatMap(({ rules }) => rules)
    .flatMap(({ alert, annotations = {} }) => (alert === undefined ? [] : [[alert, Object.keys(annotations)]])),
);

describe.each([...alerts])('the unit tests of %s', (alert, annotations) => {
  const tests = files
    .filter((file) => basename(file).startsWith(`${alert}.`))
    .flatMap((file) => (parse(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')) as UnitTests).tests);
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
