import { assumptionsOf } from '../../model/profile.ts';
import type { Sample, WorkspaceFamily } from '../family.ts';

/** What the exporter does for each workspace. */
export const exporter = {
  up: {
    name: 'secmaster_up',
    type: 'gauge',
    help: 'Whether the last poll of the workspace succeeded (1) or not (0); absent before the first poll has ended.',
    labels: ['workspace'],
    stability: 'STABLE',
    fromReport: ({ polls: { last } }) => single(last === null ? null : Number(last.error === null)),
  },
  lastPoll: {
    name: 'secmaster_exporter_last_poll_timestamp_seconds',
    type: 'gauge',
    help: "Unix time in seconds, by SecMaster's clock, at which the last poll of the workspace ended, successful or not.",
    labels: ['workspace'],
    stability: 'STABLE',
    fromReport: ({ polls: { last } }) => single(seconds(last?.endedMs)),
  },
  lastSuccess: {
    name: 'secmaster_exporter_last_success_timestamp_seconds',
    type: 'gauge',
    help: "Unix time in seconds, by SecMaster's clock, of the last successful poll of the workspace; kept across restarts.",
    labels: ['workspace'],
    stability: 'STABLE',
    fromReport: ({ polls: { lastSuccessMs } }) => single(seconds(lastSuccessMs)),
  },
  lastPollDuration: {
    name: 'secmaster_exporter_last_poll_duration_seconds',
    type: 'gauge',
    help: 'Duration in seconds of the last poll of the workspace.',
    labels: ['workspace'],
    stability: 'STABLE',
    fromReport: ({ polls: { last } }) => single(last?.durationSeconds),
  },
  lease: {
    name: 'secmaster_exporter_lease',
    type: 'gauge',
    help: 'Whether this replica polls the workspace (1) or another one does (0); only with PostgreSQL.',
    labels: ['workspace'],
    stability: 'STABLE',
    fromReport: ({ lease }) => single(lease === null ? null : Number(lease.isHeld)),
  },
  polls: {
    name: 'secmaster_exporter_polls_total',
    type: 'counter',
    help: 'Number of completed polls of the workspace since the exporter started, or with PostgreSQL, by all replicas, since the ledger was created.',
    labels: ['workspace'],
    stability: 'STABLE',
    fromReport: ({ polls: { count } }) => single(count),
  },
  pollFailures: {
    name: 'secmaster_exporter_poll_failures_total',
    type: 'counter',
    help: 'Number of failed polls of the workspace since the exporter started, or with PostgreSQL, by all replicas, since the ledger was created, by reason.',
    labels: ['workspace', 'reason'],
    stability: 'STABLE',
    fromReport: ({ polls: { failures } }) => byReason(failures),
  },
  rowsRejected: {
    name: 'secmaster_exporter_rows_rejected_total',
    type: 'counter',
    help: 'Number of rows from SecMaster that the exporter could not understand and skipped since it started, or with PostgreSQL, by all replicas, since the ledger was created, by reason.',
    labels: ['workspace', 'reason'],
    stability: 'STABLE',
    fromReport: ({ polls: { rejectedRows } }) => byReason(rejectedRows),
  },
  windowComplete: {
    name: 'secmaster_exporter_window_complete',
    type: 'gauge',
    help: 'Whether every workflow instance of the lookback has been read (1), or some may be missing (0): not yet read, to be looked up, or unreadable; as of the last poll.',
    labels: ['workspace'],
    stability: 'STABLE',
    fromLedger: ({ windowComplete }) => single(Number(windowComplete)),
  },
  assumptions: {
    name: 'secmaster_exporter_api_assumption',
    type: 'gauge',
    help: 'Whether SecMaster behaves as the fastest way to read it needs (1), or a slower way is used (0), by assumption; absent while not tried.',
    labels: ['workspace', 'assumption'],
    stability: 'EXPERIMENTAL',
    fromReport: ({ profile }) =>
      assumptionsOf(profile).map(({ name, holds }) => ({ labels: { assumption: name }, value: Number(holds) })),
  },
  audits: {
    name: 'secmaster_exporter_audits_total',
    type: 'counter',
    help: "Number of audits since the exporter started, or with PostgreSQL since the ledger was created: comparisons of the ledger with one of SecMaster's counts, or with the list, read again.",
    labels: ['workspace'],
    stability: 'EXPERIMENTAL',
    fromReport: ({ polls: { audits } }) => single(audits),
  },
  auditMismatches: {
    name: 'secmaster_exporter_audit_mismatches_total',
    type: 'counter',
    help: 'Number of audits since the exporter started, or with PostgreSQL since the ledger was created, in which a count differed twice in a row, or the list showed what no poll had seen.',
    labels: ['workspace'],
    stability: 'EXPERIMENTAL',
    fromReport: ({ polls: { mismatches } }) => single(mismatches),
  },
  topologies: {
    name: 'secmaster_exporter_topologies_total',
    type: 'counter',
    help: 'Number of ended attempts, of those that metrics.nodes selects, by what became of their topology since the ledger was created: read, skipped (retried meanwhile, or too many to be read), or failed.',
    labels: ['workspace', 'result'],
    stability: 'EXPERIMENTAL',
    fromLedger: ({ topologies }) =>
      Object.entries(topologies).map(([result, value]) => ({ labels: { result }, value })),
  },
  ledgerInstances: {
    name: 'secmaster_exporter_ledger_instances',
    type: 'gauge',
    help: 'Number of workflow instances in the ledger, by state (open or ended), as of the last poll.',
    labels: ['workspace', 'state'],
    stability: 'STABLE',
    fromLedger: ({ instances, openInstances }) => [
      { labels: { state: 'open' }, value: openInstances },
      { labels: { state: 'ended' }, value: instances - openInstances },
    ],
  },
  ledgerCreated: {
    name: 'secmaster_exporter_ledger_created_timestamp_seconds',
    type: 'gauge',
    help: "Unix time in seconds, by SecMaster's clock, at which the workspace's ledger was created and counting began; a later value means that counters started over.",
    labels: ['workspace'],
    stability: 'STABLE',
    fromReport: ({ counting }) => single(seconds(counting?.sinceMs)),
  },
  playbooksLimited: {
    name: 'secmaster_exporter_playbooks_limited',
    type: 'gauge',
    help: 'Number of playbooks that share the label value other, or have no series because they never ran, because the workspace has more than metrics.max_playbooks.',
    labels: ['workspace'],
    stability: 'STABLE',
    fromLedger: ({ limitedPlaybooks }) => single(limitedPlaybooks),
  },
  valuesLimited: {
    name: 'secmaster_exporter_label_values_limited',
    type: 'gauge',
    help: 'Number of values of a label that share the value other because there are too many, by label (playbook, trigger_type, status, node, and those of metrics.labels).',
    labels: ['workspace', 'label'],
    stability: 'EXPERIMENTAL',
    fromLedger: ({ limitedPlaybooks, limitedValues }) =>
      Object.entries({ playbook: limitedPlaybooks, ...limitedValues }).map(([label, value]) => ({
        labels: { label },
        value,
      })),
  },
  credentialsExpiry: {
    name: 'secmaster_exporter_credentials_expiry_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time in seconds at which the credentials in use expire; absent if unknown or not yet obtained.',
    labels: ['workspace'],
    stability: 'STABLE',
    fromReport: ({ credentialsExpireAtMs }) => single(seconds(credentialsExpireAtMs)),
  },
} as const satisfies Readonly<Record<string, WorkspaceFamily>>;

/** The one sample of a workspace; none if there is no value. */
function single(value: number | null | undefined): Sample[] {
  return value === null || value === undefined ? [] : [{ labels: {}, value }];
}

function seconds(ms: number | null | undefined): number | null {
  return typeof ms === 'number' ? ms / 1000 : null;
}

function byReason(counts: ReadonlyMap<string, number>): Sample[] {
  return [...counts].map(([reason, value]) => ({ labels: { reason }, value }));
}
