import type { FailedRun } from '../model/failed-run.ts';
import type { WorkspaceReport } from '../model/report.ts';

/** The body of `/api/v1/status`. Times are ISO 8601 in UTC, null where there is none yet. */
export interface Status {
  readonly version: string;
  readonly workspaces: readonly WorkspaceStatus[];
  /** Of all workspaces, the newest first. */
  readonly failed_runs: readonly FailedRunStatus[];
}

export interface WorkspaceStatus {
  readonly workspace: string;
  readonly workspace_id: string;
  readonly project_id: string;
  readonly region: string;
  /** `starting` before the first poll has ended. */
  readonly state: 'starting' | 'succeeding' | 'failing';
  /** What made the last poll fail, and what to do about it. */
  readonly error: string | null;
  readonly polls: number;
  readonly last_poll: string | null;
  readonly last_poll_duration_seconds: number | null;
  readonly last_success: string | null;
  readonly window_complete: boolean;
  /** Begun within the lookback, and every open one. */
  readonly instances: Readonly<Record<string, number>>;
}

export interface FailedRunStatus {
  readonly workspace: string;
  readonly instance_id: string;
  readonly playbook: string;
  readonly trigger_type: string;
  /** Of the instance now: it may have been retried since. */
  readonly status: string;
  readonly attempt: number;
  readonly start_time: string | null;
  readonly failed_time: string;
  /** null until the topology has been read. */
  readonly nodes: readonly { readonly name: string; readonly error: string }[] | null;
}

/** @param recentRuns failed runs at the most, of all workspaces together */
export function statusOf(reports: readonly WorkspaceReport[], version: string, recentRuns: number): Status {
  const failed = reports.flatMap(({ workspace, failedRuns }) => failedRuns.map((run) => ({ workspace, run })));
  return {
    version,
    workspaces: reports.map(workspaceStatus),
    failed_runs: failed
      .toSorted((a, b) => b.run.failedMs - a.run.failedMs)
      .slice(0, recentRuns)
      .map(({ workspace, run }) => failedRunStatus(workspace, run)),
  };
}

function workspaceStatus({ snapshot, polls, ...report }: WorkspaceReport): WorkspaceStatus {
  const { last } = polls;
  const instances: Record<string, number> = {};
  for (const series of snapshot?.window ?? []) {
    instances[series.status] = (instances[series.status] ?? 0) + series.instances;
  }
  return {
    workspace: report.workspace,
    workspace_id: report.workspaceId,
    project_id: report.projectId,
    region: report.region,
    state: last === null ? 'starting' : last.error === null ? 'succeeding' : 'failing',
    error: last?.error ?? null,
    polls: polls.count,
    last_poll: time(last?.endedMs ?? null),
    last_poll_duration_seconds: last?.durationSeconds ?? null,
    last_success: time(polls.lastSuccessMs),
    window_complete: snapshot?.windowComplete ?? false,
    instances,
  };
}

function failedRunStatus(workspace: string, run: FailedRun): FailedRunStatus {
  return {
    workspace,
    instance_id: run.instanceId,
    playbook: run.playbook,
    trigger_type: run.triggerType,
    status: run.status,
    attempt: run.attempt,
    start_time: time(run.startTimeMs),
    failed_time: new Date(run.failedMs).toISOString(),
    nodes: run.nodes,
  };
}

function time(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
