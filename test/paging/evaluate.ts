import { type Fired, firedOf } from './alert-states.ts';
import type { Alert } from './alertmanager.ts';
import { durationMs } from './duration.ts';
import { type Labels, labelsKey } from './labels.ts';
import type { Prometheus, Series, Span } from './prometheus.ts';
import { type PlacedRule, readsItself } from './rules-in-order.ts';

/** How far apart the groups of rules are evaluated. */
const staggerMs = 7_000;

/** What fires in all the time in which rules are evaluated; what they record is written beside what they read. */
export async function evaluate(
  prometheus: Prometheus,
  rules: readonly PlacedRule[],
  { fromMs, toMs, stagger = staggerMs }: Pick<Span, 'fromMs' | 'toMs'> & { readonly stagger?: number },
  onRule: (rule: PlacedRule, ms: number) => void = () => {},
): Promise<Alert[]> {
  const alerts: Alert[] = [];
  for (const rule of rules) {
    const beganMs = performance.now();
    const { intervalMs: stepMs, group } = rule;
    const firstMs = Math.ceil(fromMs / stepMs) * stepMs + ((group * stagger) % stepMs);
    const span = { fromMs: firstMs, toMs: firstMs + Math.floor((toMs - firstMs) / stepMs) * stepMs, stepMs };
    if (rule.record === undefined) alerts.push(...(await alertsOf(prometheus, rule, span)));
    else await record(prometheus, rule, span);
    onRule(rule, performance.now() - beganMs);
  }
  return alerts;
}

/** @throws where a rule reads its own samples, and there is one: it is evaluated over the whole span at once */
async function record(prometheus: Prometheus, rule: PlacedRule, span: Span) {
  const { record: name = '', expr, labels: own } = rule;
  const writer = prometheus.writer();
  /** The last sample of each series. */
  const last = new Map<string, { readonly labels: Labels; atMs: number }>();
  for await (const result of prometheus.range(expr, span)) {
    if (result.length > 0 && readsItself(rule)) throw new Error(`${name} reads its own samples, and here it has some`);
    for (const { metric, values } of result) {
      const labels = labelled(metric, own);
      const key = labelsKey(labels);
      const known = last.get(key) ?? { labels, atMs: Number.POSITIVE_INFINITY };
      last.set(key, known);
      for (const [seconds, text] of values) {
        const atMs = msOf(seconds);
        const dueMs = known.atMs + span.stepMs;
        if (atMs > dueMs) await writer.write({ name, labels, atMs: dueMs, value: null });
        await writer.write({ name, labels, atMs, value: numberOf(text) });
        known.atMs = atMs;
      }
    }
  }
  for (const { labels, atMs } of last.values()) {
    if (atMs < span.toMs) await writer.write({ name, labels, atMs: atMs + span.stepMs, value: null });
  }
  await writer.flush();
}

async function alertsOf(prometheus: Prometheus, rule: PlacedRule, span: Span): Promise<Alert[]> {
  const { alert: alertname = '', expr, labels: own } = rule;
  const held = new Map<string, { readonly labels: Labels; readonly atMs: number[] }>();
  for await (const result of prometheus.range(expr, span)) {
    for (const { metric, values } of result) addTo(held, { ...labelled(metric, own), alertname }, values);
  }
  const waits = { forMs: durationMs(rule.for), keepMs: durationMs(rule.keep_firing_for) };
  const steps = { intervalMs: span.stepMs, lastMs: span.toMs };
  return [...held.values()].flatMap(({ labels, atMs }) =>
    firedOf(atMs, waits, steps).map((fired: Fired) => ({ labels, ...fired })),
  );
}

function addTo(
  held: Map<string, { readonly labels: Labels; readonly atMs: number[] }>,
  labels: Labels,
  values: Series['values'],
): void {
  const key = labelsKey(labels);
  const known = held.get(key) ?? { labels, atMs: [] };
  held.set(key, known);
  for (const [seconds] of values) known.atMs.push(msOf(seconds));
}

/** Labels that a rule sets take the place of the expression's; those with a template are the same for all. */
function labelled({ __name__: _, ...labels }: Labels, own: Labels = {}): Labels {
  return { ...labels, ...own };
}

function msOf(seconds: number): number {
  return Math.round(seconds * 1000);
}

function numberOf(text: string): number {
  return text.endsWith('Inf')
    ? text.startsWith('-')
      ? Number.NEGATIVE_INFINITY
      : Number.POSITIVE_INFINITY
    : Number(text);
}
