import { consoleLink } from '../model/console-link.ts';
import type { FailedNode, FailedRun } from '../model/failed-run.ts';
import type { DataClass, Workflow } from '../model/instance.ts';
import { type OpenRun, stuckMs } from '../model/open-run.ts';
import type { WorkspaceReport } from '../model/report.ts';
import { asOfMs } from './playbook-status.ts';
import { secondsBetween, time } from './status-values.ts';

/** A run in `/api/v1/status`. */
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
  /** In SecMaster's console; null: none is configured. */
  readonly console_url: string | null;
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

/** A run that is being retried or stuck. */
export interface OpenRunStatus extends RunStatus {
  /** Whether it has been open for more than four hours. */
  readonly stuck: boolean;
  readonly retries: number;
  readonly open_seconds: number | null;
}

function runStatus(report: WorkspaceReport, run: FailedRun | OpenRun, consoleUrl: string | null): RunStatus {
  const { name, workflow, dataclass, dataobjectId, defenseId } = run.details;
  return {
    workspace: report.workspace,
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
    console_url:
      consoleUrl === null ? null : consoleLink(consoleUrl, { ...consoleIds(report), instance_id: run.instanceId }),
  };
}

function workflowStatus({ id, name, version, versionId }: Workflow): WorkflowStatus {
  return { id, name, version, version_id: versionId };
}

export function failedRunStatus(report: WorkspaceReport, run: FailedRun, consoleUrl: string | null): FailedRunStatus {
  return {
    ...runStatus(report, run, consoleUrl),
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

export function openRunStatus(report: WorkspaceReport, run: OpenRun, consoleUrl: string | null): OpenRunStatus {
  return {
    ...runStatus(report, run, consoleUrl),
    stuck: run.startTimeMs !== null && run.startTimeMs < asOfMs(report) - stuckMs,
    retries: run.retryCount,
    open_seconds: secondsBetween(run.startTimeMs, report.nowMs),
  };
}

/** What a link to the console may have of a workspace. */
export function consoleIds({ region, projectId, workspaceId }: WorkspaceReport) {
  return { region, project_id: projectId, workspace_id: workspaceId };
}
