import { globSync } from 'node:fs';
import { join } from 'node:path';
import { readExpression } from '../support/alert/promql.ts';
import { type Rule, readRules } from '../support/alert/rules.ts';
import { durationMs } from './duration.ts';

/** A rule, and when it is evaluated. */
export interface PlacedRule extends Rule {
  readonly intervalMs: number;
  /** Groups are evaluated side by side, each at an offset of its own. */
  readonly group: number;
}

/** Prometheus' default where neither the group nor `evaluation_interval` says otherwise. */
const defaultIntervalMs = 60_000;

/** The rules of a folder such as alerts/, in an order in which each comes after those that it reads. */
export function rulesOf(folder: string): PlacedRule[] {
  const files = globSync('*.rules.yml', { cwd: folder }).sort();
  if (files.length === 0) throw new Error(`${folder} has no *.rules.yml`);
  const groups = files.flatMap((file) => readRules(join(folder, file)).groups);
  return inOrder(
    groups.flatMap(({ interval, rules }, group) =>
      rules.map((rule) => ({ ...rule, group, intervalMs: durationMs(interval) || defaultIntervalMs })),
    ),
  );
}

/** The metrics that rules read and no rule records. */
export function metricsRead(rules: readonly Pick<Rule, 'record' | 'expr'>[]): Set<string> {
  const recorded = new Set(rules.map(({ record }) => record));
  return new Set(rules.flatMap(readBy).filter((metric) => !recorded.has(metric)));
}

/**
 * Each rule after those that it reads; those that lead to no alert are left out.
 *
 * @throws where several rules read each other in a circle, since each is evaluated over the whole span at once
 */
export function inOrder<R extends Rule>(rules: readonly R[]): R[] {
  const ordered: R[] = [];
  const underWay = new Set<R>();
  const add = (rule: R): void => {
    if (ordered.includes(rule)) return;
    if (underWay.has(rule)) throw new Error(`${rule.record} reads itself`);
    underWay.add(rule);
    const read = new Set(readBy(rule));
    for (const other of rules) {
      if (other !== rule && other.record !== undefined && read.has(other.record)) add(other);
    }
    ordered.push(rule);
  };
  for (const rule of rules) if (rule.alert !== undefined) add(rule);
  return ordered;
}

/** Whether it reads what it has recorded itself. */
export function readsItself(rule: Pick<Rule, 'record' | 'expr'>): boolean {
  return rule.record !== undefined && readBy(rule).includes(rule.record);
}

function readBy({ expr }: Pick<Rule, 'expr'>): string[] {
  return readExpression(expr).selectors.map(({ metric }) => metric);
}
