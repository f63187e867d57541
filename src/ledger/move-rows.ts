import type { Labels } from '../model/snapshot.ts';
import { labelsText } from './label-set.ts';

/** The rows under the current labels of their playbooks; those that meet under one are combined. */
export function moveRows<Row extends { readonly labels: Labels }>(
  rows: readonly Row[],
  current: (label: string) => string,
  combine: (one: Row, other: Row) => Row,
): readonly Row[] {
  const isMoved = ({ labels: { playbook = '' } }: Row) => current(playbook) !== playbook;
  if (!rows.some(isMoved)) return rows;
  const moved = new Map<string, Row>();
  for (const row of rows) {
    const labels = isMoved(row) ? { ...row.labels, playbook: current(row.labels.playbook ?? '') } : row.labels;
    const text = labelsText(labels);
    const known = moved.get(text);
    moved.set(text, known === undefined ? { ...row, labels } : combine(known, { ...row, labels }));
  }
  return [...moved.values()];
}
