import type { WorkspaceReport } from '../model/report.ts';
import type { DurationBucket, Labels, LastTime, Snapshot, WindowSeries } from '../model/snapshot.ts';
import * as families from './families.ts';

/** A family and its samples, not yet text. */
export interface Collected {
  readonly family: families.Family;
  /** Made as they are asked for, so that a great many needn't be made at once. */
  readonly samples: Iterable<Sample>;
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of a histogram's samples: behind the family's name. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  /** In OpenMetrics: one of the observations behind the value. Its timestamp is in seconds. */
  readonly exemplar?: {
    readonly labelSet: Readonly<Record<string, string>>;
    readonly value: number;
    readonly timestamp: number;
  };
}

/** What the reports of the workspaces come to as samples. `durationBuckets` in seconds, ascending. */
export function collect(reports: readonly WorkspaceReport[], durationBuckets: readonly number[]): Collected[] {
  const each = (family: families.Family, samplesOf: (report: WorkspaceReport) => Iterable<Sample>): Collected => ({
    family,
    samples: {
      *[Symbol.iterator]() {
        for (const report of reports) {
          for (const sample of samplesOf(report)) {
            yield { ...sample, labels: { workspace: report.workspace, ...sample.labels } };
          }
        }
      },
    },
  });
  const fromLedger = (family: families.Family, samplesOf: (snapshot: Snapshot) => Iterable<Sample>) =>
    each(family, ({ snapshot }) => (snapshot === null ? [] : samplesOf(snapshot)));

  return [
    fromLedger(families.workflowInstances, ({ window }) =>
      window.map(({ labels, instances }) => ({ labels, value: instances })),
    ),
    fromLedger(families.workflowFailureRatio, failureRatios),
    fromLedger(families.workflowRecentRetries, ({ window }) =>
      withoutStatus(window).map(({ labels, series }) => ({ labels, value: sum(series, ({ retries }) => retries) })),
    ),
    fromLedger(families.workflowOldestOpenStart, ({ oldestOpen }) =>
      oldestOpen.map(({ labels, startTimeMs }) => ({ labels, value: startTimeMs / 1000 })),
    ),
    fromLedger(families.workflowLastStart, ({ lastStarts }) => lastStarts.map(inSeconds)),
    fromLedger(families.workflowLastCompletion, ({ lastCompletions }) => lastCompletions.map(inSeconds)),
    fromLedger(families.workflowInstancesStarted, ({ counters }) => counters.started),
    fromLedger(families.workflowInstancesCompleted, ({ counters }) => counters.completed),
    fromLedger(families.workflowRetries, ({ counters }) => counters.retries),
    fromLedger(families.workflowDuration, (snapshot) => durationSamples(snapshot, durationBuckets)),
    fromLedger(families.workflowNodeFailures, ({ counters }) => counters.failed_nodes),
    fromLedger(families.playbookInfo, ({ playbooks }) =>
      playbooks.map(({ label, playbookId, name }) => ({
        labels: { playbook: label, playbook_id: playbookId, playbook_name: name },
        value: 1,
      })),
    ),
    each(families.workspaceInfo, ({ workspaceId, projectId, region }) => [
      { labels: { workspace_id: workspaceId, project_id: projectId, region }, value: 1 },
    ]),
    each(families.up, ({ polls: { last } }) => optional(last === null ? null : Number(last.error === null))),
    each(families.lastPoll, ({ polls: { last } }) => optional(seconds(last?.endedMs))),
    each(families.lastSuccess, ({ polls: { lastSuccessMs } }) => optional(seconds(lastSuccessMs))),
    each(families.lastPollDuration, ({ polls: { last } }) => optional(last?.durationSeconds)),
    each(families.polls, ({ polls: { count } }) => optional(count)),
    each(families.pollFailures, ({ polls: { failures } }) => byReason(failures)),
    each(families.rowsRejected, ({ polls: { rejectedRows } }) => byReason(rejectedRows)),
    fromLedger(families.windowComplete, ({ windowComplete }) => optional(Number(windowComplete))),
    each(families.audits, ({ polls: { audits } }) => optional(audits)),
    each(families.auditMismatches, ({ polls: { mismatches } }) => optional(mismatches)),
    fromLedger(families.ledgerInstances, ({ instances, openInstances }) => [
      { labels: { state: 'open' }, value: openInstances },
      { labels: { state: 'ended' }, value: instances - openInstances },
    ]),
    fromLedger(families.playbooksLimited, ({ limitedPlaybooks }) => optional(limitedPlaybooks)),
    each(families.credentialsExpiry, ({ credentialsExpireAtMs }) => optional(seconds(credentialsExpireAtMs))),
  ];
}

function inSeconds({ labels, atMs }: LastTime): Sample {
  return { labels, value: atMs / 1000 };
}

function optional(value: number | null | undefined): Sample[] {
  return value === null || value === undefined ? [] : [{ labels: {}, value }];
}

function seconds(ms: number | null | undefined): number | null {
  return typeof ms === 'number' ? ms / 1000 : null;
}

function byReason(counts: ReadonlyMap<string, number>): Sample[] {
  return [...counts].map(([reason, value]) => ({ labels: { reason }, value }));
}

/** The series of the window that differ in their status alone, together. */
function withoutStatus(window: readonly WindowSeries[]): { labels: Labels; series: WindowSeries[] }[] {
  const groups = new Map<string, { labels: Labels; series: WindowSeries[] }>();
  for (const one of window) {
    const { status: _, ...labels } = one.labels;
    const key = JSON.stringify(labels);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { labels, series: [one] });
    else group.series.push(one);
  }
  return [...groups.values()];
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

/** FAILED / (FINISHED + FAILED + TERMINATED); absent where nothing has ended (docs/metrics.md#families). */
function failureRatios({ window }: Snapshot): Sample[] {
  const instances = (series: readonly WindowSeries[], statuses: readonly string[]) =>
    sum(series, (one) => (statuses.includes(one.labels.status ?? '') ? one.instances : 0));
  return withoutStatus(window).flatMap(({ labels, series }) => {
    const ended = instances(series, ['FINISHED', 'FAILED', 'TERMINATED']);
    return ended === 0 ? [] : [{ labels, value: instances(series, ['FAILED']) / ended }];
  });
}

/**
 * The ledger keeps each bucket by the bounds of its day. Where the configuration has others now, an observation is
 * counted from the first bound on that is no less than its own: counts and sums stay whole and never fall.
 */
function* durationSamples({ counters, durations }: Snapshot, bounds: readonly number[]): Iterable<Sample> {
  const known = new Map(durations.map(({ labels, buckets }) => [JSON.stringify(labels), buckets]));
  for (const { labels } of counters.timed) {
    const buckets = known.get(JSON.stringify(labels)) ?? [];
    const upTo = (bound: number) => sum(buckets, ({ le, count }) => (le <= bound ? count : 0));
    for (const [i, le] of [...bounds, Number.POSITIVE_INFINITY].entries()) {
      const newest = buckets.findLast((bucket) => bucket.le <= le && bucket.le > (bounds[i - 1] ?? 0));
      const bound = le === Number.POSITIVE_INFINITY ? '+Inf' : String(le);
      yield { suffix: '_bucket', labels: { ...labels, le: bound }, value: upTo(le), ...exemplarOf(newest) };
    }
    yield { suffix: '_sum', labels, value: sum(buckets, ({ sumSeconds }) => sumSeconds) };
    yield { suffix: '_count', labels, value: upTo(Number.POSITIVE_INFINITY) };
  }
}

/** OpenMetrics allows 128 characters for the names and values of an exemplar's labels. */
const maxExemplarCharacters = 128 - 'instance_id'.length;

function exemplarOf(bucket: DurationBucket | undefined): Pick<Sample, 'exemplar'> {
  if (bucket === undefined || [...bucket.exemplar.instanceId].length > maxExemplarCharacters) return {};
  const { instanceId, seconds, endTimeMs } = bucket.exemplar;
  return { exemplar: { labelSet: { instance_id: instanceId }, value: seconds, timestamp: endTimeMs / 1000 } };
}
