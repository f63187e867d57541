import { consoleLink } from '../model/console-link.ts';
import type { Profile } from '../model/profile.ts';
import { findingsOf } from '../model/profile-text.ts';
import type { EndedPoll, WorkspaceReport } from '../model/report.ts';
import { isEnded } from '../model/status.ts';
import { type PlaybookStatus, playbookStatuses } from './playbook-status.ts';
import { consoleIds } from './run-status.ts';
import { rounded, secondsBetween, time } from './status-values.ts';

/** A workspace in `/api/v1/status`. */
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
  /** Those that have run, and those of SecMaster's list of playbooks, by name. */
  readonly playbooks: readonly PlaybookStatus[];
  /** Whether SecMaster's list of playbooks is known. */
  readonly playbooks_listed: boolean;
  /** The workspace's page in SecMaster's console; null: none is configured. */
  readonly console_url: string | null;
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

/** Whether nothing is known of its runs: none of its polls has succeeded, and none has read a run. */
export function isUnread({ last_success: success, instances }: WorkspaceStatus): boolean {
  return success === null && Object.keys(instances).length === 0;
}

export function workspaceStatus(whole: WorkspaceReport, consoleUrl: string | null): WorkspaceStatus {
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
    last_poll_duration_seconds: last === null ? null : rounded(last.durationSeconds),
    last_success: time(lastSuccessMs),
    age_seconds: secondsBetween(lastSuccessMs, nowMs),
    window_complete: snapshot?.windowComplete ?? false,
    instances,
    open_instances: open,
    playbooks: playbookStatuses(whole),
    playbooks_listed: snapshot !== null && snapshot.listed !== null,
    console_url: consoleUrl === null ? null : consoleLink(consoleUrl, consoleIds(whole)),
    profile: profileStatus(report.profile),
    recent_polls: polls.recent.map(pollStatus),
  };
}

function profileStatus(profile: Profile): BehaviourStatus[] {
  return findingsOf(profile).map(({ text, isFriendly }) => ({ text, slower: !isFriendly }));
}

function pollStatus({ endedMs, durationSeconds, requests, error }: EndedPoll): PollStatus {
  return { ended: new Date(endedMs).toISOString(), duration_seconds: rounded(durationSeconds), requests, error };
}
