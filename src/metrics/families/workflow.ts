import type { Labels, WindowSeries } from '../../model/snapshot.ts';
import type { LedgerFamily } from '../family.ts';
import { histogram } from '../histogram.ts';

/** Workflow instances: runs, in prose. */
export const workflow = {
  instances: {
    name: 'secmaster_workflow_instances',
    type: 'gauge',
    help: 'Number of workflow instances by current status, as of the last poll: those started within the lookback, and every open one however old.',
    labels: ['workspace', 'playbook', 'trigger_type', 'status'],
    stability: 'STABLE',
    fromLedger: ({ window }) => window.map(({ labels, instances }) => ({ labels, value: instances })),
  },
  failureRatio: {
    name: 'secmaster_workflow_failure_ratio',
    type: 'gauge',
    help: 'Ratio, 0 to 1, of FAILED to all ended workflow instances (FINISHED, FAILED, TERMINATED) started within the lookback, as of the last poll; absent if none has ended.',
    labels: ['workspace', 'playbook', 'trigger_type'],
    stability: 'STABLE',
    fromLedger: ({ window }) =>
      withoutStatus(window).flatMap(({ labels, series }) => {
        const ended = sum(series, (one) => (isEnded(one) ? one.instances : 0));
        const failed = sum(series, (one) => (one.labels.status === 'FAILED' ? one.instances : 0));
        return ended === 0 ? [] : [{ labels, value: failed / ended }];
      }),
  },
  recentRetries: {
    name: 'secmaster_workflow_recent_retries',
    type: 'gauge',
    help: 'Number of retries (sum of retry_count) of workflow instances started within the lookback and of every open one, as of the last poll.',
    labels: ['workspace', 'playbook', 'trigger_type'],
    stability: 'STABLE',
    fromLedger: ({ window }) =>
      withoutStatus(window).map(({ labels, series }) => ({ labels, value: sum(series, ({ retries }) => retries) })),
  },
  oldestOpenStart: {
    name: 'secmaster_workflow_oldest_open_start_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time in seconds at which the oldest open workflow instance started, as of the last poll.',
    labels: ['workspace', 'playbook', 'status'],
    stability: 'STABLE',
    fromLedger: ({ oldestOpen }) =>
      oldestOpen.map(({ labels, startTimeMs }) => ({ labels, value: startTimeMs / 1000 })),
  },
  lastStart: {
    name: 'secmaster_workflow_last_start_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time in seconds at which the newest workflow instance started, as of the last poll.',
    labels: ['workspace', 'playbook', 'trigger_type'],
    stability: 'STABLE',
    fromLedger: ({ lastStarts }) => lastStarts.map(({ labels, atMs }) => ({ labels, value: atMs / 1000 })),
  },
  lastCompletion: {
    name: 'secmaster_workflow_last_completion_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time in seconds at which a workflow instance last ended with this status, as of the last poll.',
    labels: ['workspace', 'playbook', 'trigger_type', 'status'],
    stability: 'STABLE',
    fromLedger: ({ lastCompletions }) => lastCompletions.map(({ labels, atMs }) => ({ labels, value: atMs / 1000 })),
  },
  started: {
    name: 'secmaster_workflow_instances_started_total',
    type: 'counter',
    help: 'Number of workflow instances started since the ledger was created, as of the last poll.',
    labels: ['workspace', 'playbook', 'trigger_type'],
    stability: 'STABLE',
    fromLedger: ({ counters }) => counters.started,
  },
  completed: {
    name: 'secmaster_workflow_attempts_completed_total',
    type: 'counter',
    help: 'Number of ended attempts since the ledger was created, as of the last poll: FAILED once per failed attempt, other statuses once per workflow instance.',
    labels: ['workspace', 'playbook', 'trigger_type', 'status'],
    stability: 'STABLE',
    fromLedger: ({ counters }) => counters.completed,
  },
  retries: {
    name: 'secmaster_workflow_retries_total',
    type: 'counter',
    help: 'Number of retries of workflow instances (growth of retry_count) since the ledger was created, as of the last poll.',
    labels: ['workspace', 'playbook', 'trigger_type'],
    stability: 'STABLE',
    fromLedger: ({ counters }) => counters.retries,
  },
  duration: {
    name: 'secmaster_workflow_duration_seconds',
    type: 'histogram',
    help: 'Duration in seconds, start_time to end_time, of each end of a workflow instance observed since the ledger was created, as of the last poll.',
    labels: ['workspace', 'playbook', 'trigger_type', 'status'],
    stability: 'STABLE',
    fromLedger: ({ counters, durations }, bounds) => histogram(counters.timed, durations, bounds),
  },
  nodeFailures: {
    name: 'secmaster_workflow_node_failures_total',
    type: 'counter',
    help: 'Number of FAILED nodes in the topologies of failed attempts, read once per attempt, since the ledger was created.',
    labels: ['workspace', 'playbook', 'node'],
    stability: 'EXPERIMENTAL',
    fromLedger: ({ counters }) => counters.failed_nodes,
  },
  nodeDuration: {
    name: 'secmaster_workflow_node_duration_seconds',
    type: 'histogram',
    help: 'Duration in seconds, start_time to end_time, of each node of the topologies that metrics.nodes lets be read, once per attempt, since the ledger was created.',
    labels: ['workspace', 'playbook', 'node', 'status'],
    stability: 'EXPERIMENTAL',
    fromLedger: ({ counters, nodeDurations }, bounds) => histogram(counters.timed_nodes, nodeDurations, bounds),
  },
  info: {
    name: 'secmaster_workflow_info',
    type: 'gauge',
    help: 'Always 1. Workflows and their versions of which a workflow instance has started within the lookback, as of the last poll.',
    labels: ['workspace', 'playbook', 'workflow_id', 'workflow', 'version'],
    stability: 'STABLE',
    fromLedger: ({ workflows }) => workflows.map(({ labels }) => ({ labels, value: 1 })),
  },
  versionFirstStart: {
    name: 'secmaster_workflow_version_first_start_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time in seconds at which the first workflow instance with this version of the workflow started, of those that have been read, as of the last poll.',
    labels: ['workspace', 'playbook', 'workflow', 'version'],
    stability: 'STABLE',
    fromLedger: ({ firstStarts }) => firstStarts.map(({ labels, atMs }) => ({ labels, value: atMs / 1000 })),
  },
} as const satisfies Readonly<Record<string, LedgerFamily>>;

function isEnded({ labels: { status = '' } }: WindowSeries): boolean {
  return status === 'FINISHED' || status === 'FAILED' || status === 'TERMINATED';
}

/** Groups the series of the window that differ only in their status. */
function withoutStatus(window: readonly WindowSeries[]): { labels: Labels; series: WindowSeries[] }[] {
  const groups = new Map<string, { labels: Labels; series: WindowSeries[] }>();
  for (const one of window) {
    const { status: _, ...labels } = one.labels;
    const key = JSON.stringify(labels);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { labels, series: [one] });
    else group.series.push(one);
  }
  return [...groups.values()];
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
