import type { Labels } from '../model/snapshot.ts';

/** Label sets are what the ledger counts by: which labels there are is a matter of configuration, not of its tables. */

/** The labels of a run's metrics. Every set names its labels in this order, so that equal sets have equal texts. */
export function runLabels(playbook: string, triggerType: string): Labels {
  return { playbook, trigger_type: triggerType };
}

export function withStatus(labels: Labels, status: string): Labels {
  return { ...labels, status };
}

export function nodeLabels(playbook: string, node: string): Labels {
  return { playbook, node };
}

/** The same text for the same labels: the key of a series in maps and in the store. */
export function labelsText(labels: Labels): string {
  return JSON.stringify(labels);
}

export function parseLabels(text: string): Labels {
  return JSON.parse(text);
}

/** Sets of the same names stand together, in the order of their first value that differs. */
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
