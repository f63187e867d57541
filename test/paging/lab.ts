import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type AlertmanagerConfig, notificationsOf } from './alertmanager.ts';
import { evaluate } from './evaluate.ts';
import { incidentWorlds } from './incidents.ts';
import { quietWorlds } from './kinds.ts';
import { startPrometheus } from './prometheus.ts';
import { metricsRead, rulesOf } from './rules-in-order.ts';
import { verdictOn, type WorldVerdict } from './verdicts.ts';
import { makeWorld, type WorldPlan } from './world.ts';

export const worlds: readonly WorldPlan[] = [...quietWorlds, ...incidentWorlds];

export interface LabOptions {
  /** A folder such as alerts/: rules, and examples/alertmanager.yml. */
  readonly rules: string;
  readonly days: number;
  readonly seed: number;
  /** The file of a Prometheus. */
  readonly prometheus: string;
  /** An empty one. */
  readonly folder: string;
  readonly onProgress: (text: string) => void;
}

/** Lives through one world, puts the rules to it, and says what the receivers were told. */
export async function judge(plan: WorldPlan, options: LabOptions): Promise<WorldVerdict> {
  const { rules: rulesFolder, days, seed, prometheus: program, folder, onProgress } = options;
  const rules = rulesOf(rulesFolder);
  await using prometheus = await startPrometheus(folder, program);
  let sinceMs = performance.now();
  const lap = (what: string) => {
    onProgress(`${plan.name}: ${what} in ${Math.round((performance.now() - sinceMs) / 1000)} s`);
    sinceMs = performance.now();
  };
  const made = await makeWorld(plan, prometheus.writer(), { seed, days, read: metricsRead(rules) });
  lap(`${days} days`);
  const alerts = await evaluate(prometheus, rules, { fromMs: made.installedMs, toMs: made.endMs }, (rule, ms) => {
    if (ms > 20_000) onProgress(`${plan.name}: ${rule.record ?? rule.alert} took ${Math.round(ms / 1000)} s`);
  });
  lap(`${rules.length} rules`);
  return verdictOn(plan, made, notificationsOf(alertmanagerOf(rulesFolder), alerts, made.endMs));
}

export function alertmanagerOf(folder: string): AlertmanagerConfig {
  const file = join(folder, 'examples', 'alertmanager.yml');
  if (!existsSync(file)) throw new Error(`${folder} has no examples/alertmanager.yml`);
  return parse(readFileSync(file, 'utf8')) as AlertmanagerConfig;
}
