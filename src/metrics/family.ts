import type { WorkspaceReport } from '../model/report.ts';
import type { Labels, Snapshot } from '../model/snapshot.ts';

/** What is said of a family in `# HELP` and `# TYPE`, and in the documentation. */
export interface Declaration {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  /** One sentence: what is measured, in which unit, where it comes from. */
  readonly help: string;
  /** In the order in which its samples show them. */
  readonly labels: readonly string[];
  /** STABLE: name, type, labels and meaning stay as they are within a major version; EXPERIMENTAL ones may change. */
  readonly stability: 'STABLE' | 'EXPERIMENTAL';
}

/** A family whose samples are made of what is known of each workspace. They are given without the label `workspace`. */
export type WorkspaceFamily = ReportFamily | LedgerFamily;

export interface ReportFamily extends Declaration {
  readonly fromReport: (report: WorkspaceReport) => Iterable<Sample>;
}

/** Of the ledger alone: they change only where the snapshot or the buckets are others. */
export interface LedgerFamily extends Declaration {
  /** @param durationBuckets upper bounds in seconds, ascending */
  readonly fromLedger: (snapshot: Snapshot, durationBuckets: readonly number[]) => Iterable<Sample>;
}

/** A family of the exporter's process, which prom-client counts. */
export interface ProcessFamily extends Declaration {
  readonly source: 'process';
}

export type Family = WorkspaceFamily | ProcessFamily;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Of a histogram's samples: what follows the family's name. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  /** Of a bucket: the label `le`, which comes after the others. */
  readonly le?: string;
  /** In OpenMetrics: one of the observations behind the value. Its timestamp is in seconds. */
  readonly exemplar?: { readonly labels: Labels; readonly value: number; readonly timestamp: number };
}

/** What a workspace's report comes to in a family, made as it is asked for. */
export function samplesOf(
  family: WorkspaceFamily,
  report: WorkspaceReport,
  durationBuckets: readonly number[],
): Iterable<Sample> {
  if ('fromReport' in family) return family.fromReport(report);
  return report.snapshot === null ? [] : family.fromLedger(report.snapshot, durationBuckets);
}
