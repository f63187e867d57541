export interface WorkspaceSettings {
  /** null: the workspace's own name. */
  readonly name: string | null;
  readonly projectId: string;
  readonly workspaceId: string;
  readonly region: string;
  readonly lookbackMs: number;
  readonly retentionMs: number;
  /** How long a new series of a counter stays at 0 once it has been scraped. */
  readonly newSeriesHoldMs: number;
  /** Upper bounds in seconds. */
  readonly durationBuckets: readonly number[];
  /** Playbooks with series of their own, at most. */
  readonly maxPlaybooks: number;
  /** Whether the topology of failed instances is read. */
  readonly nodes: 'failed' | 'off';
  /** Failed runs in the report. */
  readonly recentRuns: number;
}
