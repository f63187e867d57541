/** Every family once: the source of `/metrics` and of what is written about it. */
export interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  /** One sentence: what is measured, in which unit, where it comes from. */
  readonly help: string;
  readonly labels: readonly string[];
  /** STABLE: name, type, labels and meaning stay as they are within a major version; EXPERIMENTAL ones may change. */
  readonly stability: 'STABLE' | 'EXPERIMENTAL';
}

const asOfLastPoll = 'as SecMaster listed them at the last poll';

export const workflowInstances = {
  name: 'secmaster_workflow_instances',
  type: 'gauge',
  help: `Number of workflow instances by their status now, ${asOfLastPoll}: those begun within the lookback and every open one however old.`,
  labels: ['workspace', 'playbook', 'trigger_type', 'status'],
  stability: 'STABLE',
} as const satisfies Family;

export const workflowFailureRatio = {
  name: 'secmaster_workflow_failure_ratio',
  type: 'gauge',
  help: `Ratio from 0 to 1 of FAILED to FINISHED, FAILED and TERMINATED workflow instances begun within the lookback, ${asOfLastPoll}; absent where none has ended.`,
  labels: ['workspace', 'playbook', 'trigger_type'],
  stability: 'STABLE',
} as const satisfies Family;

export const workflowRecentRetries = {
  name: 'secmaster_workflow_recent_retries',
  type: 'gauge',
  help: `Number of retries (the sum of retry_count) of the workflow instances begun within the lookback and of every open one, ${asOfLastPoll}.`,
  labels: ['workspace', 'playbook', 'trigger_type'],
  stability: 'STABLE',
} as const satisfies Family;

export const workflowOldestOpenStart = {
  name: 'secmaster_workflow_oldest_open_start_timestamp_seconds',
  type: 'gauge',
  help: 'Unix time in seconds at which the oldest workflow instance that is still open began, by the start_time that SecMaster showed at the last poll.',
  labels: ['workspace', 'playbook', 'status'],
  stability: 'STABLE',
} as const satisfies Family;

export const workflowLastStart = {
  name: 'secmaster_workflow_last_start_timestamp_seconds',
  type: 'gauge',
  help: 'Unix time in seconds at which the newest workflow instance began, by the start_time that SecMaster showed at the last poll.',
  labels: ['workspace', 'playbook', 'trigger_type'],
  stability: 'STABLE',
} as const satisfies Family;

export const workflowLastCompletion = {
  name: 'secmaster_workflow_last_completion_timestamp_seconds',
  type: 'gauge',
  help: 'Unix time in seconds at which the latest workflow instance ended with this status, by the end_time that SecMaster showed at the last poll.',
  labels: ['workspace', 'playbook', 'trigger_type', 'status'],
  stability: 'STABLE',
} as const satisfies Family;

export const workflowInstancesStarted = {
  name: 'secmaster_workflow_instances_started_total',
  type: 'counter',
  help: 'Number of workflow instances begun since the ledger was created, each counted once, as of the last poll of SecMaster.',
  labels: ['workspace', 'playbook', 'trigger_type'],
  stability: 'STABLE',
} as const satisfies Family;

export const workflowInstancesCompleted = {
  name: 'secmaster_workflow_instances_completed_total',
  type: 'counter',
  help: 'Number of ends of workflow instances since the ledger was created, FAILED once for each failed attempt and any other status once an instance, as of the last poll of SecMaster.',
  labels: ['workspace', 'playbook', 'trigger_type', 'status'],
  stability: 'STABLE',
} as const satisfies Family;

export const workflowRetries = {
  name: 'secmaster_workflow_retries_total',
  type: 'counter',
  help: 'Number of retries of workflow instances (the growth of retry_count) since the ledger was created, as of the last poll of SecMaster.',
  labels: ['workspace', 'playbook', 'trigger_type'],
  stability: 'STABLE',
} as const satisfies Family;

export const workflowDuration = {
  name: 'secmaster_workflow_duration_seconds',
  type: 'histogram',
  help: 'Time in seconds from start_time to end_time of each end of a workflow instance that was observed since the ledger was created, as of the last poll of SecMaster.',
  labels: ['workspace', 'playbook', 'trigger_type', 'status'],
  stability: 'STABLE',
} as const satisfies Family;

export const workflowNodeFailures = {
  name: 'secmaster_workflow_node_failures_total',
  type: 'counter',
  help: 'Number of nodes that were FAILED in the topology of a failed attempt, read once after the attempt was first seen to have failed, since the ledger was created.',
  labels: ['workspace', 'playbook', 'node'],
  stability: 'EXPERIMENTAL',
} as const satisfies Family;

export const playbookInfo = {
  name: 'secmaster_playbook_info',
  type: 'gauge',
  help: 'Always 1; tells which playbook of SecMaster, by id and name as of the last poll, a value of the label playbook stands for.',
  labels: ['workspace', 'playbook', 'playbook_id', 'playbook_name'],
  stability: 'STABLE',
} as const satisfies Family;

export const workspaceInfo = {
  name: 'secmaster_workspace_info',
  type: 'gauge',
  help: 'Always 1; tells which workspace of SecMaster, by the ids in the configuration, a value of the label workspace stands for.',
  labels: ['workspace', 'workspace_id', 'project_id', 'region'],
  stability: 'STABLE',
} as const satisfies Family;

export const up = {
  name: 'secmaster_up',
  type: 'gauge',
  help: 'Whether the last poll of the workspace succeeded, 1 or 0, as the exporter saw it; absent before the first poll has ended.',
  labels: ['workspace'],
  stability: 'STABLE',
} as const satisfies Family;

export const lastPoll = {
  name: 'secmaster_exporter_last_poll_timestamp_seconds',
  type: 'gauge',
  help: "Unix time in seconds, by SecMaster's clock, at which the last poll of the workspace ended, whether it succeeded or not.",
  labels: ['workspace'],
  stability: 'STABLE',
} as const satisfies Family;

export const lastSuccess = {
  name: 'secmaster_exporter_last_success_timestamp_seconds',
  type: 'gauge',
  help: "Unix time in seconds, by SecMaster's clock, at which a poll of the workspace last succeeded, remembered over restarts of the exporter.",
  labels: ['workspace'],
  stability: 'STABLE',
} as const satisfies Family;

export const lastPollDuration = {
  name: 'secmaster_exporter_last_poll_duration_seconds',
  type: 'gauge',
  help: 'Time in seconds that the last poll of the workspace took, as the exporter measured it.',
  labels: ['workspace'],
  stability: 'STABLE',
} as const satisfies Family;

export const polls = {
  name: 'secmaster_exporter_polls_total',
  type: 'counter',
  help: 'Number of polls of the workspace that have ended since the exporter was started.',
  labels: ['workspace'],
  stability: 'STABLE',
} as const satisfies Family;

export const pollFailures = {
  name: 'secmaster_exporter_poll_failures_total',
  type: 'counter',
  help: 'Number of polls of the workspace that have failed since the exporter was started, by what made them fail.',
  labels: ['workspace', 'reason'],
  stability: 'STABLE',
} as const satisfies Family;

export const rowsRejected = {
  name: 'secmaster_exporter_rows_rejected_total',
  type: 'counter',
  help: 'Number of rows of SecMaster that could not be understood and were left out since the exporter was started, by what was wrong with them.',
  labels: ['workspace', 'reason'],
  stability: 'STABLE',
} as const satisfies Family;

export const windowComplete = {
  name: 'secmaster_exporter_window_complete',
  type: 'gauge',
  help: 'Whether every workflow instance of the lookback has been read from SecMaster, 1 or 0, as of the last poll.',
  labels: ['workspace'],
  stability: 'STABLE',
} as const satisfies Family;

export const audits = {
  name: 'secmaster_exporter_audits_total',
  type: 'counter',
  help: "Number of times that the ledger was held against one of SecMaster's own counts since the exporter was started.",
  labels: ['workspace'],
  stability: 'EXPERIMENTAL',
} as const satisfies Family;

export const auditMismatches = {
  name: 'secmaster_exporter_audit_mismatches_total',
  type: 'counter',
  help: "Number of times that the ledger differed from one of SecMaster's own counts, twice in a row, since the exporter was started.",
  labels: ['workspace'],
  stability: 'EXPERIMENTAL',
} as const satisfies Family;

export const ledgerInstances = {
  name: 'secmaster_exporter_ledger_instances',
  type: 'gauge',
  help: 'Number of workflow instances that the ledger remembers, open or ended, as of the last poll of SecMaster.',
  labels: ['workspace', 'state'],
  stability: 'STABLE',
} as const satisfies Family;

export const playbooksLimited = {
  name: 'secmaster_exporter_playbooks_limited',
  type: 'gauge',
  help: 'Number of playbooks that share the value other of the label playbook, because the workspace has more playbooks than metrics.max_playbooks.',
  labels: ['workspace'],
  stability: 'STABLE',
} as const satisfies Family;

export const credentialsExpiry = {
  name: 'secmaster_exporter_credentials_expiry_timestamp_seconds',
  type: 'gauge',
  help: 'Unix time in seconds at which the credentials in use expire, as IAM or the metadata service said; absent where they do not say so or are still to be obtained.',
  labels: ['workspace'],
  stability: 'STABLE',
} as const satisfies Family;

export const configLastReloadSuccessful = {
  name: 'secmaster_exporter_config_last_reload_successful',
  type: 'gauge',
  help: 'Whether the last attempt to read the configuration, at the start or by a reload, succeeded, 1 or 0.',
  labels: [],
  stability: 'STABLE',
} as const satisfies Family;

export const configLastReloadSuccess = {
  name: 'secmaster_exporter_config_last_reload_success_timestamp_seconds',
  type: 'gauge',
  help: "Unix time in seconds, by the exporter's clock, at which the configuration was last read with success.",
  labels: [],
  stability: 'STABLE',
} as const satisfies Family;

export const buildInfo = {
  name: 'secmaster_exporter_build_info',
  type: 'gauge',
  help: 'Always 1; tells the version of the exporter and of the Node.js that runs it.',
  labels: ['version', 'nodeversion'],
  stability: 'STABLE',
} as const satisfies Family;

/** Families of the exporter's own calls; they grow with each call and not with each poll. */
export const apiRequests = {
  name: 'secmaster_exporter_api_requests_total',
  type: 'counter',
  help: 'Number of HTTP requests to SecMaster and IAM since the exporter was started, each try counted, by operation and HTTP status or what went wrong.',
  labels: ['operation', 'code'],
  stability: 'STABLE',
} as const satisfies Family;

export const apiRequestDuration = {
  name: 'secmaster_exporter_api_request_duration_seconds',
  type: 'histogram',
  help: 'Time in seconds that HTTP requests to SecMaster and IAM took since the exporter was started, by operation and HTTP status or what went wrong.',
  labels: ['operation', 'code'],
  stability: 'STABLE',
} as const satisfies Family;
