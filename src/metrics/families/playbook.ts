import type { LedgerFamily } from '../family.ts';

export const playbook = {
  info: {
    name: 'secmaster_playbook_info',
    type: 'gauge',
    help: 'Always 1. Id and name of the playbook behind a value of the label playbook, as of the last poll.',
    labels: ['workspace', 'playbook', 'playbook_id', 'playbook_name'],
    stability: 'STABLE',
    fromLedger: ({ playbooks }) =>
      playbooks.map(({ label, playbookId, name }) => ({
        labels: { playbook: label, playbook_id: playbookId, playbook_name: name },
        value: 1,
      })),
  },
  enabled: {
    name: 'secmaster_playbook_enabled',
    type: 'gauge',
    help: "Whether the playbook is enabled (1) or not (0) by SecMaster's list of playbooks, including those that never ran; absent where the list can't be read.",
    labels: ['workspace', 'playbook'],
    stability: 'STABLE',
    fromLedger: ({ listed }) =>
      (listed ?? []).flatMap(({ label, isEnabled }) =>
        label === null || isEnabled === null ? [] : [{ labels: { playbook: label }, value: Number(isEnabled) }],
      ),
  },
} as const satisfies Readonly<Record<string, LedgerFamily>>;
