import type { Profile } from '../../../src/model/profile.ts';
import type { PollReport, WorkspaceReport } from '../../../src/model/report.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';

const minuteMs = Date.parse('2026-07-18T12:00:00Z');

export const emptySnapshot: Snapshot = {
  counters: { started: [], completed: [], retries: [], timed: [], failed_nodes: [], timed_nodes: [] },
  durations: [],
  nodeDurations: [],
  topologies: { read: 0, skipped: 0, failed: 0 },
  window: [],
  oldestOpen: [],
  lastStarts: [],
  lastCompletions: [],
  streaks: [],
  expectedStarts: [],
  playbooks: [],
  listed: null,
  workflows: [],
  firstStarts: [],
  limitedPlaybooks: 0,
  limitedValues: { trigger_type: 0, status: 0, node: 0, workflow: 0, workflow_version: 0, dataclass: 0, defense: 0 },
  instances: 0,
  openInstances: 0,
  windowComplete: true,
};

const ended = { endedMs: minuteMs, durationSeconds: 0.25, requests: 1, error: null };

export const goodPoll: PollReport = {
  count: 3,
  failures: new Map(),
  rejectedRows: new Map(),
  audits: 0,
  mismatches: 0,
  last: ended,
  recent: [ended],
  lastSuccessMs: minuteMs,
};

/** Of a SecMaster with short pages. */
export const shortPages: Profile = {
  page: { value: { rows: 50, limit: 100 }, learnedMs: minuteMs, how: 'a full page' },
  offset: { value: 'honoured', learnedMs: minuteMs, how: 'two pages' },
};

export function report(fields: Partial<WorkspaceReport> = {}): WorkspaceReport {
  return {
    workspace: 'prod',
    workspaceName: 'prod',
    workspaceId: '11111111-2222-3333-4444-555555555555',
    projectId: '0123456789abcdef0123456789abcdef',
    region: 'eu-west-101',
    credentialsExpireAtMs: null,
    snapshot: emptySnapshot,
    counting: { sinceMs: minuteMs - 86_400_000, prunedBeforeMs: 0 },
    retentionMs: 30 * 86_400_000,
    profile: {},
    hours: [],
    failedRuns: [],
    openRuns: [],
    nowMs: minuteMs + 12_000,
    polls: goodPoll,
    lease: null,
    ...fields,
  };
}

export function withSnapshot(fields: Partial<Snapshot>): WorkspaceReport {
  return report({ snapshot: { ...emptySnapshot, ...fields } });
}
