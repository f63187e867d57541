import type { ReplicasReport, WorkspaceReport } from '../model/report.ts';
import { type FailedRunStatus, failedRunStatus, type OpenRunStatus, openRunStatus } from './run-status.ts';
import { rounded } from './status-values.ts';
import { type Summary, summaryOf } from './summary.ts';
import { type WorkspaceStatus, workspaceStatus } from './workspace-status.ts';

/** The body of `/api/v1/status`, which the page at `/` shows. Times are ISO 8601 in UTC, null if there is none. */
export interface Status {
  readonly version: string;
  /** The configuration in force as YAML, with all defaults, and secrets as `<secret>`. */
  readonly configuration: string;
  /** The name of the replica that answers; absent without PostgreSQL, as the next one. */
  readonly replica?: string;
  /** The others that live. */
  readonly other_replicas?: readonly OtherReplicaStatus[];
  readonly summary: Summary;
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

export interface StatusParts {
  readonly version: string;
  /** As YAML, without secrets. */
  readonly configuration: string;
  /** Maximum number of runs of each kind, for all workspaces together; 0: their messages are confidential. */
  readonly recentRuns: number;
  /** A pattern of links to SecMaster's console; null: none. */
  readonly consoleUrl: string | null;
  /** null: there are none beside this process. */
  readonly replicas: ReplicasReport | null;
}

export function statusOf(reports: readonly WorkspaceReport[], parts: StatusParts): Status {
  const { version, configuration, recentRuns, consoleUrl, replicas } = parts;
  const failed = reports.flatMap((report) => report.failedRuns.map((run) => failedRunStatus(report, run, consoleUrl)));
  const open = reports.flatMap((report) => report.openRuns.map((run) => openRunStatus(report, run, consoleUrl)));
  // Times of the same format sort as text.
  const newestFirst = failed.toSorted((a, b) => compare(b.failed_time, a.failed_time));
  const oldestFirst = open.toSorted((a, b) => compare(a.start_time ?? '', b.start_time ?? ''));
  const workspaces = reports.map((report) => workspaceStatus(report, consoleUrl));
  const hasAllOpen = recentRuns > 0 && reports.every(({ openRuns }) => openRuns.length < recentRuns);
  return {
    version,
    configuration,
    ...(replicas !== null && replicasStatus(replicas)),
    summary: summaryOf(workspaces, hasAllOpen ? open : null),
    workspaces,
    failed_runs: recentRuns === 0 ? null : newestFirst.slice(0, recentRuns),
    open_runs: recentRuns === 0 ? null : oldestFirst.slice(0, recentRuns),
  };
}

function replicasStatus({ name, others }: ReplicasReport): Pick<Status, 'replica' | 'other_replicas'> {
  return {
    replica: name,
    other_replicas: others.map(({ name: replica, scrapedAgoMs }) => ({
      replica,
      scraped_seconds_ago: scrapedAgoMs === null ? null : rounded(scrapedAgoMs / 1000),
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

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
