import type { LedgerFamily } from '../family.ts';

export const playbook = {
  info: {
    name: 'secmaster_playbook_info',
    type: 'gauge',
    help: 'Always 1. Id and name of the playbook behind a value of the label playbook, and the data class of its newest run, as of the last poll.',
    labels: ['workspace', 'playbook', 'playbook_id', 'playbook_name', 'dataclass'],
    stability: 'STABLE',
    fromLedger: ({ playbooks }) =>
      playbooks.map(({ label, playbookId, name, dataclass }) => ({
        labels: { playbook: label, playbook_id: playbookId, playbook_name: name, dataclass },
        value: 1,
      })),
  },
} as const satisfies Readonly<Record<string, LedgerFamily>>;
