import { extraLabels } from '../model/extra-labels.ts';
import type { Labels } from '../model/snapshot.ts';

/** The ledger counts by label set, so another label needs no new column. */

/** The labels of a run's metrics, always in this order, so that equal sets have equal texts. */
export function runLabels(playbook: string, triggerType: string, extra: Labels = {}): Labels {
  return { playbook, trigger_type: triggerType, ...extra };
}

export function hasExtraLabels(labels: Labels): boolean {
  return extraLabels.some((label) => label in labels);
}

/** One object for each status, for as long as anybody has the labels: each run asks for it several times. */
export function withStatus(labels: Labels, status: string): Labels {
  const byStatus = withStatuses.get(labels) ?? new Map<string, Labels>();
  if (byStatus.size === 0) withStatuses.set(labels, byStatus);
  const known = byStatus.get(status);
  if (known !== undefined) return known;
  const set = { ...labels, status };
  byStatus.set(status, set);
  return set;
}

const withStatuses = new WeakMap<Labels, Map<string, Labels>>();

export function withoutStatus({ status: _, ...labels }: Labels): Labels {
  return labels;
}

export function nodeLabels(playbook: string, node: string): Labels {
  return { playbook, node };
}

export function timedNodeLabels(playbook: string, node: string, status: string): Labels {
  return { ...nodeLabels(playbook, node), status };
}

/** The key of a series in maps and in the store: equal sets have equal texts. */
export function labelsText(labels: Labels): string {
  const known = texts.get(labels);
  if (known !== undefined) return known;
  const text = JSON.stringify(labels);
  texts.set(labels, text);
  return text;
}

const texts = new WeakMap<Labels, string>();

/** Groups sets with the same names and orders them by their first different value. */
export function compareLabels(a: Labels, b: Labels): number {
  const [names, others] = [Object.keys(a), Object.keys(b)];
  if (names.length !== others.length) return names.length - others.length;
  for (const [i, name] of names.entries()) {
    const other = others[i] ?? '';
    if (name !== other) return name < other ? -1 : 1;
  }
  for (const name of names) {
    const [left = '', right = ''] = [a[name], b[name]];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
