import { expect, test } from 'vitest';
import { workflow } from '../../../src/metrics/families.ts';
import type { WorkspaceFamily } from '../../../src/metrics/family.ts';
import type { WorkspaceReport } from '../../../src/model/report.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { linesOf } from '../../support/metrics/exposition.ts';
import { emptySnapshot, withSnapshot } from '../../support/metrics/report.ts';

const exemplar = { instanceId: 'i-1', seconds: 0.5, endTimeMs: 1_784_376_000_500 };
const isolate = { playbook: 'Isolate host', trigger_type: 'EVENT' };
const labelled = (status: string) => ({ labels: { ...isolate, status } });

function withCounters(counters: Partial<Snapshot['counters']>): WorkspaceReport {
  return withSnapshot({ counters: { ...emptySnapshot.counters, ...counters } });
}

test.each<[string, WorkspaceFamily, WorkspaceReport, string[]]>([
  [
    'gauges by status as they are in the window',
    workflow.instances,
    withSnapshot({ window: [{ ...labelled('FAILED'), instances: 2, retries: 3 }] }),
    ['secmaster_workflow_instances{workspace="prod",playbook="Isolate host",trigger_type="EVENT",status="FAILED"} 2'],
  ],
  [
    'a failure ratio of ended instances, without open and undocumented statuses',
    workflow.failureRatio,
    withSnapshot({
      window: [
        { ...labelled('FAILED'), instances: 1, retries: 0 },
        { ...labelled('FINISHED'), instances: 2, retries: 0 },
        { ...labelled('TERMINATED'), instances: 1, retries: 0 },
        { ...labelled('RUNNING'), instances: 50, retries: 0 },
        { ...labelled('SKIPPED'), instances: 50, retries: 0 },
      ],
    }),
    ['secmaster_workflow_failure_ratio{workspace="prod",playbook="Isolate host",trigger_type="EVENT"} 0.25'],
  ],
  [
    'no failure ratio where nothing has ended',
    workflow.failureRatio,
    withSnapshot({ window: [{ ...labelled('RUNNING'), instances: 1, retries: 0 }] }),
    [],
  ],
  [
    'recent retries over all statuses',
    workflow.recentRetries,
    withSnapshot({
      window: [
        { ...labelled('FAILED'), instances: 1, retries: 3 },
        { ...labelled('RETRYING'), instances: 1, retries: 1 },
      ],
    }),
    ['secmaster_workflow_recent_retries{workspace="prod",playbook="Isolate host",trigger_type="EVENT"} 4'],
  ],
  [
    'times in seconds',
    workflow.oldestOpenStart,
    withSnapshot({
      oldestOpen: [{ labels: { playbook: 'Isolate host', status: 'RUNNING' }, startTimeMs: 1_784_376_000_500 }],
    }),
    [
      'secmaster_workflow_oldest_open_start_timestamp_seconds{workspace="prod",playbook="Isolate host",status="RUNNING"} 1784376000.5',
    ],
  ],
  [
    'the last starts apart from the last ends',
    workflow.lastStart,
    withSnapshot({
      lastStarts: [{ labels: isolate, atMs: 1_000 }],
      lastCompletions: [{ ...labelled('FAILED'), atMs: 2_000 }],
    }),
    [
      'secmaster_workflow_last_start_timestamp_seconds{workspace="prod",playbook="Isolate host",trigger_type="EVENT"} 1',
    ],
  ],
  [
    'a name with quotes, backslash, newline and emoji, escaped',
    workflow.started,
    withSnapshot({
      counters: {
        ...emptySnapshot.counters,
        started: [{ labels: { playbook: 'a"b\\c\nd🔥', trigger_type: '' }, value: 7 }],
      },
    }),
    ['secmaster_workflow_instances_started_total{workspace="prod",playbook="a\\"b\\\\c\\nd🔥",trigger_type=""} 7'],
  ],
  [
    'a histogram with cumulative buckets, though it was kept with other bounds',
    workflow.duration,
    withSnapshot({
      counters: { ...emptySnapshot.counters, timed: [{ ...labelled('FINISHED'), value: 8 }] },
      durations: [
        {
          ...labelled('FINISHED'),
          buckets: [
            { le: 0.5, count: 1, sumSeconds: 0.25, exemplar },
            { le: 5, count: 2, sumSeconds: 6, exemplar },
            { le: 10, count: 4, sumSeconds: 30, exemplar },
            { le: Number.POSITIVE_INFINITY, count: 1, sumSeconds: 100, exemplar },
          ],
        },
      ],
    }),
    [
      ...['1"} 1', '10"} 7', '+Inf"} 8'].map(
        (end) =>
          `secmaster_workflow_duration_seconds_bucket{workspace="prod",playbook="Isolate host",trigger_type="EVENT",status="FINISHED",le="${end}`,
      ),
      'secmaster_workflow_duration_seconds_sum{workspace="prod",playbook="Isolate host",trigger_type="EVENT",status="FINISHED"} 136.25',
      'secmaster_workflow_duration_seconds_count{workspace="prod",playbook="Isolate host",trigger_type="EVENT",status="FINISHED"} 8',
    ],
  ],
  [
    'a histogram of a series that is pending, at 0',
    workflow.duration,
    withCounters({ timed: [{ ...labelled('FINISHED'), value: 0 }] }),
    ['bucket', 'bucket', 'bucket', 'sum', 'count'].map((suffix, i) => {
      const le = ['1', '10', '+Inf'][i];
      return `secmaster_workflow_duration_seconds_${suffix}{workspace="prod",playbook="Isolate host",trigger_type="EVENT",status="FINISHED"${le === undefined ? '' : `,le="${le}"`}} 0`;
    }),
  ],
  [
    'failed nodes by the action, without a trigger type',
    workflow.nodeFailures,
    withSnapshot({
      counters: {
        ...emptySnapshot.counters,
        failed_nodes: [{ labels: { playbook: 'Isolate host', node: 'Query "asset"' }, value: 2 }],
      },
    }),
    ['secmaster_workflow_node_failures_total{workspace="prod",playbook="Isolate host",node="Query \\"asset\\""} 2'],
  ],
  [
    'the last ends by status',
    workflow.lastCompletion,
    withSnapshot({ lastCompletions: [{ ...labelled('FAILED'), atMs: 2_500 }] }),
    [
      'secmaster_workflow_last_completion_timestamp_seconds{workspace="prod",playbook="Isolate host",trigger_type="EVENT",status="FAILED"} 2.5',
    ],
  ],
  [
    'attempts that ended by status, and series that are pending at 0',
    workflow.completed,
    withCounters({
      completed: [
        { ...labelled('FAILED'), value: 3 },
        { ...labelled('FINISHED'), value: 0 },
      ],
    }),
    [
      'secmaster_workflow_attempts_completed_total{workspace="prod",playbook="Isolate host",trigger_type="EVENT",status="FAILED"} 3',
      'secmaster_workflow_attempts_completed_total{workspace="prod",playbook="Isolate host",trigger_type="EVENT",status="FINISHED"} 0',
    ],
  ],
  [
    'retries',
    workflow.retries,
    withCounters({ retries: [{ labels: isolate, value: 2 }] }),
    ['secmaster_workflow_retries_total{workspace="prod",playbook="Isolate host",trigger_type="EVENT"} 2'],
  ],
  [
    'labels that come between those of today, as the ledger gives them',
    workflow.started,
    withCounters({ started: [{ labels: { ...isolate, workflow: 'Isolate' }, value: 2 }] }),
    [
      'secmaster_workflow_instances_started_total{workspace="prod",playbook="Isolate host",trigger_type="EVENT",workflow="Isolate"} 2',
    ],
  ],
  [
    'a failure ratio for each set of labels but the status',
    workflow.failureRatio,
    withSnapshot({
      window: ['a', 'b'].flatMap((name) => [
        { labels: { ...isolate, workflow: name, status: 'FAILED' }, instances: 1, retries: 0 },
        { labels: { ...isolate, workflow: name, status: 'FINISHED' }, instances: 1, retries: 0 },
      ]),
    }),
    [
      'secmaster_workflow_failure_ratio{workspace="prod",playbook="Isolate host",trigger_type="EVENT",workflow="a"} 0.5',
      'secmaster_workflow_failure_ratio{workspace="prod",playbook="Isolate host",trigger_type="EVENT",workflow="b"} 0.5',
    ],
  ],
])('%s', async (_, family, given, expected) => {
  expect(await linesOf(family, given)).toEqual(expected);
});
