import { families } from '../src/metrics/families.ts';
import type { Declaration } from '../src/metrics/family.ts';
import { table } from './sections.ts';

/** The families of docs/metrics.md, from their declarations. */

const sorted: readonly Declaration[] = families.toSorted((a, b) => (a.name < b.name ? -1 : 1));

const groups: readonly { readonly title: string; readonly isIn: (name: string) => boolean }[] = [
  { title: 'Runs', isIn: (name) => name.startsWith('secmaster_workflow_') },
  { title: 'Label values', isIn: (name) => /^secmaster_(playbook|workspace)_/.test(name) },
  { title: 'The exporter', isIn: (name) => name === 'secmaster_up' || name.startsWith('secmaster_exporter_') },
];

export function familiesSection(): string {
  return groups
    .map(({ title, isIn }) => `### ${title}\n\n${familiesTable(sorted.filter(({ name }) => isIn(name)))}`)
    .join('\n\n');
}

function familiesTable(group: readonly Declaration[]): string {
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
