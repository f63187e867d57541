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

export function withStatus(labels: Labels, status: string): Labels {
  return { ...labels, status };
}

export function withoutStatus({ status: _, ...labels }: Labels): Labels {
  return labels;
}

export function nodeLabels(playbook: string, node: string): Labels {
  return { playbook, node };
}

/** The key of a series in maps and in the store: equal sets have equal texts. */
export function labelsText(labels: Labels): string {
  return JSON.stringify(labels);
}

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
