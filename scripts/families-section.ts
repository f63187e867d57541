import type { Family } from '../src/metrics/families.ts';
import * as declared from '../src/metrics/families.ts';
import { table } from './sections.ts';

/** The families of docs/metrics.md, from their declarations. */

// A module's names come in an order of the runtime's own.
export const families = Object.values<Family>(declared).toSorted((a, b) => (a.name < b.name ? -1 : 1));

const groups: readonly { readonly title: string; readonly isIn: (name: string) => boolean }[] = [
  { title: 'Runs', isIn: (name) => name.startsWith('secmaster_workflow_') },
  { title: 'What labels stand for', isIn: (name) => /^secmaster_(playbook|workspace)_/.test(name) },
  { title: 'The exporter', isIn: (name) => name === 'secmaster_up' || name.startsWith('secmaster_exporter_') },
];

export function familiesSection(): string {
  return groups
    .map(({ title, isIn }) => `### ${title}\n\n${familiesTable(families.filter(({ name }) => isIn(name)))}`)
    .join('\n\n');
}

function familiesTable(group: readonly Family[]): string {
  return table(
    ['family', 'type', 'labels', 'meaning', 'stability'],
    group.map(({ name, type, labels, help, stability }) => [
      `\`${name}\``,
      type,
      labels.map((label) => `\`${label}\``).join(', '),
      help,
      stability,
    ]),
  );
}
