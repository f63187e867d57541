import type { DataClass } from '../model/instance.ts';
import type { WorkspaceReport } from '../model/report.ts';

/** A playbook of SecMaster's list, in `/api/v1/status` and on the page. */
export interface PlaybookStatus {
  /** The value of the label `playbook`; null: there are too many, so it has no series of its own. */
  readonly playbook: string | null;
  readonly name: string;
  readonly id: string;
  /** null: SecMaster doesn't say it in a way that can be understood. */
  readonly enabled: boolean | null;
  readonly dataclass: DataClass | null;
  /** null: none is known, or it has no series of its own. */
  readonly last_start: string | null;
  /** Whether no run within the retention is known, though the lookback has been read. */
  readonly silent: boolean;
}

/** null where the list can't be read, or has not been. */
export function playbookStatuses({ snapshot, nowMs, retentionMs }: WorkspaceReport): readonly PlaybookStatus[] | null {
  if (snapshot === null || snapshot.listed === null) return null;
  const { listed, windowComplete } = snapshot;
  return listed.map(({ label, playbookId, name, isEnabled, dataclass, lastStartMs, lastSeenMs }) => ({
    playbook: label,
    name,
    id: playbookId,
    enabled: isEnabled,
    dataclass,
    last_start: lastStartMs === null ? null : new Date(lastStartMs).toISOString(),
    silent: windowComplete && Math.max(lastStartMs ?? 0, lastSeenMs ?? 0) < nowMs - retentionMs,
  }));
}
