import type { FailedNode, FailedRun } from '../model/failed-run.ts';
import type { DataClass, Workflow } from '../model/instance.ts';
import type { OpenRun } from '../model/open-run.ts';
import type { Profile } from '../model/profile.ts';
import { findingsOf } from '../model/profile-text.ts';
import type { EndedPoll, ReplicasReport, WorkspaceReport } from '../model/report.ts';
import { isEnded } from '../model/status.ts';
import { type PlaybookStatus, playbookStatuses } from './playbook-status.ts';

/** The body of `/api/v1/status`, which the page at `/` shows. Times are ISO 8601 in UTC, null if there is none. */
export interface Status {
  readonly version: string;
  /** The configuration in force as YAML, with all defaults, and secrets as `<secret>`. */
  readonly configuration: string;
  /** The name of the replica that answers; absent without PostgreSQL, as the next one. */
  readonly replica?: string;
  /** The others that live. */
  readonly other_replicas?: readonly OtherReplicaStatus[];
  readonly workspaces: readonly WorkspaceStatus[];
  /** Of all workspaces, newest first; null if runs are not shown. */
  readonly failed_runs: readonly FailedRunStatus[] | null;
  /** Of all workspaces, oldest first; null if runs are not shown. */
  readonly open_runs: readonly OpenRunStatus[] | null;
}

export interface OtherReplicaStatus {
  readonly replica: string;
  /** Since its metrics were last scraped; null: never. */
  readonly scraped_seconds_ago: number | null;
}

export interface WorkspaceStatus {
  readonly workspace: string;
  readonly workspace_id: string;
  readonly project_id: string;
  readonly region: string;
  /** The replica that polls the workspace; null: none at present. Absent without PostgreSQL. */
  readonly polled_by?: string | null;
  /** `starting` before the first poll has ended. */
  readonly state: 'starting' | 'succeeding' | 'failing';
  /** Why the last poll failed, and what to fix. */
  readonly error: string | null;
  readonly polls: number;
  readonly last_poll: string | null;
  readonly last_poll_duration_seconds: number | null;
  readonly last_success: string | null;
  /** Since the last success, by SecMaster's clock. */
  readonly age_seconds: number | null;
  readonly window_complete: boolean;
  /** Started within the lookback, and every open one. */
  readonly instances: Readonly<Record<string, number>>;
  readonly open_instances: number;
  /** SecMaster's list of playbooks, by name; null where it can't be read, or has not been. */
  readonly playbooks: readonly PlaybookStatus[] | null;
  /** How SecMaster behaves, as far as it has been tried. */
  readonly profile: readonly BehaviourStatus[];
  /** The latest ones, newest first. */
  readonly recent_polls: readonly PollStatus[];
}

export interface BehaviourStatus {
  readonly text: string;
  /** Whether the exporter uses a slower way because of it. */
  readonly slower: boolean;
}

export interface PollStatus {
  readonly ended: string;
  readonly duration_seconds: number;
  readonly requests: number;
  readonly error: string | null;
}

export interface RunStatus {
  readonly workspace: string;
  readonly instance_id: string;
  /** null here and below: SecMaster gives none. */
  readonly instance_name: string | null;
  readonly playbook: string;
  readonly trigger_type: string;
  /** Of the instance now: a failed one may have been retried since. */
  readonly status: string;
  readonly start_time: string | null;
  readonly workflow: WorkflowStatus | null;
  readonly dataclass: DataClass | null;
  /** Of the object, such as an alert, that the run handles. */
  readonly dataobject_id: string | null;
  /** Of the defense layer. */
  readonly defense_id: string | null;
}

export interface WorkflowStatus {
  readonly id: string | null;
  readonly name: string | null;
  readonly version: string | null;
  readonly version_id: string | null;
}

export interface FailedRunStatus extends RunStatus {
  readonly attempt: number;
  readonly failed_time: string;
  /** The first ones; null until the topology has been read. */
  readonly nodes: readonly FailedNodeStatus[] | null;
  /** How many more have failed; absent: none. */
  readonly more_nodes?: number;
}

export interface FailedNodeStatus {
  readonly name: string;
  readonly error: string;
  /** Absent: SecMaster gives none. */
  readonly start_time?: string;
  readonly end_time?: string;
}

/** A run that is being retried, or has been open for an hour or longer. */
export interface OpenRunStatus extends RunStatus {
  readonly retries: number;
  readonly open_seconds: number | null;
}

/** @param recentRuns maximum number of runs of each kind, for all workspaces together; 0: their messages are confidential */
export function statusOf(
  reports: readonly WorkspaceReport[],
  version: string,
  configuration: string,
  recentRuns: number,
  replicas: ReplicasReport | null = null,
): Status {
  const failed = reports.flatMap((report) => report.failedRuns.map((run) => failedRunStatus(report, run)));
  const open = reports.flatMap((report) => report.openRuns.map((run) => openRunStatus(report, run)));
  // Times of the same format sort as text.
  const newestFirst = failed.toSorted((a, b) => compare(b.failed_time, a.failed_time));
  const oldestFirst = open.toSorted((a, b) => compare(a.start_time ?? '', b.start_time ?? ''));
  return {
    version,
    configuration,
    ...(replicas !== null && replicasStatus(replicas)),
    workspaces: reports.map(workspaceStatus),
    failed_runs: recentRuns === 0 ? null : newestFirst.slice(0, recentRuns),
    open_runs: recentRuns === 0 ? null : oldestFirst.slice(0, recentRuns),
  };
}

function replicasStatus({ name, others }: ReplicasReport): Pick<Status, 'replica' | 'other_replicas'> {
  return {
    replica: name,
    other_replicas: others.map(({ name: replica, scrapedAgoMs }) => ({
      replica,
      scraped_seconds_ago: scrapedAgoMs === null ? null : scrapedAgoMs / 1000,
    })),
  };
}

/** Since when every workspace would show its failures; null before a ledger has been read. */
export interface FailuresSince {
  readonly time: string;
  /** Whether that is when counting began: otherwise older failures may have been pruned. */
  readonly isBeginning: boolean;
}

export function failuresSince(reports: readonly WorkspaceReport[]): FailuresSince | null {
  const known = reports.flatMap(({ counting }) => counting ?? []);
  if (known.length === 0) return null;
  const sinceMs = Math.max(...known.map((counting) => counting.sinceMs));
  const prunedBeforeMs = Math.max(...known.map((counting) => counting.prunedBeforeMs));
  return { time: new Date(Math.max(sinceMs, prunedBeforeMs)).toISOString(), isBeginning: sinceMs >= prunedBeforeMs };
}

function workspaceStatus(whole: WorkspaceReport): WorkspaceStatus {
  const { snapshot, polls, nowMs, ...report } = whole;
  const { last, lastSuccessMs } = polls;
  // Without a prototype: a status may be called `constructor`.
  const instances: Record<string, number> = Object.create(null);
  // Not all of the ledger's: some may be of playbooks that are excluded.
  let open = 0;
  for (const { labels, instances: some } of snapshot?.window ?? []) {
    const { status = '' } = labels;
    instances[status] = (instances[status] ?? 0) + some;
    if (!isEnded({ status, endTimeMs: null })) open += some;
  }
  return {
    workspace: report.workspace,
    workspace_id: report.workspaceId,
    project_id: report.projectId,
    region: report.region,
    ...(report.lease !== null && { polled_by: report.lease.holder }),
    state: last === null ? 'starting' : last.error === null ? 'succeeding' : 'failing',
    error: last?.error ?? null,
    polls: polls.count ?? 0,
    last_poll: time(last?.endedMs ?? null),
    last_poll_duration_seconds: last?.durationSeconds ?? null,
    last_success: time(lastSuccessMs),
    age_seconds: secondsBetween(lastSuccessMs, nowMs),
    window_complete: snapshot?.windowComplete ?? false,
    instances,
    open_instances: open,
    playbooks: playbookStatuses(whole),
    profile: profileStatus(report.profile),
    recent_polls: polls.recent.map(pollStatus),
  };
}

function profileStatus(profile: Profile): BehaviourStatus[] {
  return findingsOf(profile).map(({ text, isFriendly }) => ({ text, slower: !isFriendly }));
}

function pollStatus({ endedMs, durationSeconds, requests, error }: EndedPoll): PollStatus {
  return { ended: new Date(endedMs).toISOString(), duration_seconds: durationSeconds, requests, error };
}

function runStatus({ workspace }: WorkspaceReport, run: FailedRun | OpenRun): RunStatus {
  const { name, workflow, dataclass, dataobjectId, defenseId } = run.details;
  return {
    workspace,
    instance_id: run.instanceId,
    instance_name: name,
    playbook: run.playbook,
    trigger_type: run.triggerType,
    status: run.status,
    start_time: time(run.startTimeMs),
    workflow: workflow === null ? null : workflowStatus(workflow),
    dataclass,
    dataobject_id: dataobjectId,
    defense_id: defenseId,
  };
}

function workflowStatus({ id, name, version, versionId }: Workflow): WorkflowStatus {
  return { id, name, version, version_id: versionId };
}

function failedRunStatus(report: WorkspaceReport, run: FailedRun): FailedRunStatus {
  return {
    ...runStatus(report, run),
    attempt: run.attempt,
    failed_time: new Date(run.failedMs).toISOString(),
    nodes: run.nodes === null ? null : run.nodes.map(failedNodeStatus),
    ...(run.moreNodes !== undefined && { more_nodes: run.moreNodes }),
  };
}

function failedNodeStatus({ name, error, startMs, endMs }: FailedNode): FailedNodeStatus {
  return {
    name,
    error,
    ...(startMs !== undefined && { start_time: new Date(startMs).toISOString() }),
    ...(endMs !== undefined && { end_time: new Date(endMs).toISOString() }),
  };
}

function openRunStatus(report: WorkspaceReport, run: OpenRun): OpenRunStatus {
  const openSeconds = secondsBetween(run.startTimeMs, report.nowMs);
  return { ...runStatus(report, run), retries: run.retryCount, open_seconds: openSeconds };
}

function time(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function secondsBetween(fromMs: number | null, toMs: number): number | null {
  return fromMs === null ? null : Math.max(0, (toMs - fromMs) / 1000);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
