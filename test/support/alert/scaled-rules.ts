import { formatDuration, parseDuration } from '../../../src/config/duration.ts';
import { readExpression } from './promql.ts';
import type { Rule, RuleFile } from './rules.ts';

/**
 * The same rules in a world that runs so many times faster: each range, offset, interval, `for` and `keep_firing_for`, each
 * threshold in seconds, and each minute, hour and day in seconds, is that much shorter. Counts and ratios stay.
 */
export function scaledRules({ groups }: RuleFile, factor: number): RuleFile {
  return {
    groups: groups.map((group) => ({
      ...group,
      ...scaledKeys(group, ['interval'], factor),
      rules: group.rules.map((rule) => ({
        ...rule,
        ...scaledKeys(rule, ['for', 'keep_firing_for'], factor),
        expr: scaledExpression(rule, factor),
      })),
    })),
  };
}

/** A duration as Prometheus and Alertmanager write it, so many times shorter. */
export function scaledDuration(text: string, factor: number): string {
  const ms = parseDuration(text);
  if (ms === null) throw new Error(`no duration: ${text}`);
  return formatDuration(Math.round(ms / factor));
}

type WithDurations<K extends string> = Readonly<Partial<Record<K, string>>>;

function scaledKeys<K extends string>(from: WithDurations<K>, keys: readonly K[], factor: number): WithDurations<K> {
  const scaled: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const text = from[key];
    if (text !== undefined) scaled[key] = scaledDuration(text, factor);
  }
  return scaled;
}

/** A threshold that a rule sets, as a default or for one playbook or workspace. */
const isThreshold = /^secmaster:\w+:seconds$/;

/** A minute, an hour or a day as a number of an expression. */
const unit = /(?<![\w.:])(?:60|3600|86400)(?![\w.:])/g;

function scaledExpression({ record, expr }: Rule, factor: number): string {
  let scaled = expr;
  for (const { from, to } of readExpression(expr).durations.toReversed()) {
    scaled = scaled.slice(0, from) + scaledDuration(expr.slice(from, to), factor) + scaled.slice(to);
  }
  if (record !== undefined && isThreshold.test(record)) return `(${scaled}) / ${factor}`;
  return scaled.replaceAll(unit, (seconds) => `(${seconds} / ${factor})`);
}
