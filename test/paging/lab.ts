import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type AlertmanagerConfig, notificationsOf } from './alertmanager.ts';
import { evaluate } from './evaluate.ts';
import { incidentWorlds } from './incidents.ts';
import { quietWorlds } from './kinds.ts';
import { startPrometheus } from './prometheus.ts';
import { metricsRead, rulesOf } from './rules-in-order.ts';
import { verdictOn, type WorldVerdict } from './verdicts.ts';
import { type MadeWorld, makeWorld, type WorldPlan } from './world.ts';

export const worlds: readonly WorldPlan[] = [...quietWorlds, ...incidentWorlds];

export interface LabOptions {
  /** Folders such as alerts/: rules, and examples/alertmanager.yml. */
  readonly rules: readonly string[];
  readonly days: number;
  readonly seed: number;
  /** The file of a Prometheus. */
  readonly prometheus: string;
  /** An empty one. */
  readonly folder: string;
  readonly onProgress: (text: string) => void;
}

/** Lives through one world, puts the rules of each folder to it, and says for each what the receivers were told. */
export async function judge(plan: WorldPlan, options: LabOptions): Promise<WorldVerdict[]> {
  const { rules, onProgress } = options;
  const made = await timed(`${plan.name}: ${options.days} days`, onProgress, () => make(plan, options));
  const verdicts: WorldVerdict[] = [];
  for (const [index, folder] of rules.entries()) {
    const put = () => putRules(plan, made, folder, { ...options, copy: `with-rules-${index}` });
    verdicts.push(await timed(`${plan.name}: ${folder}`, onProgress, put));
  }
  return verdicts;
}

export function alertmanagerOf(folder: string): AlertmanagerConfig {
  const file = join(folder, 'examples', 'alertmanager.yml');
  if (!existsSync(file)) throw new Error(`${folder} has no examples/alertmanager.yml`);
  return parse(readFileSync(file, 'utf8')) as AlertmanagerConfig;
}

async function make(plan: WorldPlan, { rules, days, seed, prometheus: program, folder }: LabOptions) {
  const read = new Set(rules.flatMap((one) => [...metricsRead(rulesOf(one))]));
  await using prometheus = await startPrometheus(join(folder, 'world'), program);
  return await makeWorld(plan, prometheus.writer(), { seed, days, read });
}

/** In a copy: what rules of one folder record is not there for those of another. */
async function putRules(
  plan: WorldPlan,
  made: MadeWorld,
  rulesFolder: string,
  { folder, prometheus: program, copy, onProgress }: LabOptions & { readonly copy: string },
): Promise<WorldVerdict> {
  cpSync(join(folder, 'world'), join(folder, copy), { recursive: true });
  await using prometheus = await startPrometheus(join(folder, copy), program);
  const span = { fromMs: made.installedMs, toMs: made.endMs };
  const alerts = await evaluate(prometheus, rulesOf(rulesFolder), span, (rule, ms) => {
    if (ms > 20_000) onProgress(`${plan.name}: ${rule.record ?? rule.alert} took ${seconds(ms)}`);
  });
  return verdictOn(plan, made, notificationsOf(alertmanagerOf(rulesFolder), alerts, made.endMs));
}

async function timed<T>(what: string, onProgress: (text: string) => void, work: () => Promise<T>): Promise<T> {
  const beganMs = performance.now();
  const result = await work();
  onProgress(`${what} in ${seconds(performance.now() - beganMs)}`);
  return result;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
