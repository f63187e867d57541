import type { ExtraLabel } from '../../model/extra-labels.ts';

export interface WorkspaceSettings {
  /** null: the workspace's own name. */
  readonly name: string | null;
  readonly projectId: string;
  readonly workspaceId: string;
  readonly region: string;
  readonly lookbackMs: number;
  readonly retentionMs: number;
  /** How long a new counter series stays at 0 after its first scrape. */
  readonly newSeriesHoldMs: number;
  /** Upper bounds in seconds. */
  readonly durationBuckets: readonly number[];
  /** Maximum number of playbooks with their own series. */
  readonly maxPlaybooks: number;
  /** Maximum number of values of a label with their own series. */
  readonly maxValues: number;
  /** Labels of the run metrics beside playbook, trigger_type and status. */
  readonly labels: readonly ExtraLabel[];
  /** Whether `playbooks` excludes a playbook by its name; null, or absent: none are. */
  readonly isExcluded?: ((playbook: string) => boolean) | null;
  /** The topology of which ended instances is read. */
  readonly nodes: 'off' | 'failed' | 'all';
  /** An instance that has FAILED and is not retried within this time has failed for good. */
  readonly failureGraceMs: number;
  /** Failed runs in the report. */
  readonly recentRuns: number;
}
