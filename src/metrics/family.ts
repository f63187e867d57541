import type { WorkspaceReport } from '../model/report.ts';
import type { Labels, Snapshot } from '../model/snapshot.ts';

/** What `# HELP`, `# TYPE` and the documentation say about a family. */
export interface Declaration {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  /** What is measured, in which unit, as of when. */
  readonly help: string;
  /** In the order of its samples. */
  readonly labels: readonly string[];
  /** STABLE: name, type, labels and meaning stay as they are within a major version; EXPERIMENTAL ones may change. */
  readonly stability: 'STABLE' | 'EXPERIMENTAL';
}

/** A family with samples per workspace. They come without the label `workspace`. */
export type WorkspaceFamily = ReportFamily | LedgerFamily;

export interface ReportFamily extends Declaration {
  readonly fromReport: (report: WorkspaceReport) => Iterable<Sample>;
}

/** From the ledger alone: its samples change only with the snapshot or the buckets. */
export interface LedgerFamily extends Declaration {
  /** @param durationBuckets upper bounds in seconds, ascending */
  readonly fromLedger: (snapshot: Snapshot, durationBuckets: readonly number[]) => Iterable<Sample>;
}

/** A family of the exporter's process, which prom-client measures. */
export interface ProcessFamily extends Declaration {
  readonly source: 'process';
}

export type Family = WorkspaceFamily | ProcessFamily;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** In a histogram: what follows the family's name. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  /** In a bucket: the label `le`, after the other labels. */
  readonly le?: string;
  /** In OpenMetrics: one of the observations behind the value. Its timestamp is in seconds. */
  readonly exemplar?: { readonly labels: Labels; readonly value: number; readonly timestamp: number };
}

/** A family's samples for a workspace, computed while they are read. */
export function samplesOf(
  family: WorkspaceFamily,
  report: WorkspaceReport,
  durationBuckets: readonly number[],
): Iterable<Sample> {
  if ('fromReport' in family) return family.fromReport(report);
  return report.snapshot === null ? [] : family.fromLedger(report.snapshot, durationBuckets);
}
