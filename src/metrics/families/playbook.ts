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
  consecutiveFailures: {
    name: 'secmaster_playbook_consecutive_failures',
    type: 'gauge',
    help: 'Number of workflow instances that failed for good in a row, by end_time, since the last one that FINISHED, as of the last poll: FAILED and not retried within metrics.failure_grace.',
    labels: ['workspace', 'playbook', 'trigger_type'],
    stability: 'STABLE',
    fromLedger: ({ streaks }) => streaks.map(({ labels, failures }) => ({ labels, value: failures })),
  },
  failingSince: {
    name: 'secmaster_playbook_failing_since_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time in seconds at which the first of the consecutive failures ended, as of the last poll; absent if there is none.',
    labels: ['workspace', 'playbook', 'trigger_type'],
    stability: 'STABLE',
    fromLedger: ({ streaks }) =>
      streaks.flatMap(({ labels, sinceMs }) => (sinceMs === null ? [] : [{ labels, value: sinceMs / 1000 }])),
  },
  expectedStart: {
    name: 'secmaster_playbook_expected_start_timestamp_seconds',
    type: 'gauge',
    help: "Unix time in seconds by when the next workflow instance is due, learned from the playbook's own starts within the retention, as of the last poll; absent while no rhythm is known.",
    labels: ['workspace', 'playbook', 'trigger_type'],
    stability: 'STABLE',
    fromLedger: ({ expectedStarts }) => expectedStarts.map(({ labels, atMs }) => ({ labels, value: atMs / 1000 })),
  },
} as const satisfies Readonly<Record<string, LedgerFamily>>;
