import { describe, expect, test } from 'vitest';
import { createExposition } from '../../src/metrics/exposition.ts';
import type { Family } from '../../src/metrics/families.ts';
import * as families from '../../src/metrics/families.ts';
import { collect } from '../../src/metrics/samples.ts';
import type { WorkspaceReport } from '../../src/model/report.ts';
import { scrapeOf } from '../support/exposition.ts';
import { emptySnapshot, goodPoll, report } from '../support/report.ts';

const exemplar = { instanceId: 'i-1', seconds: 0.5, endTimeMs: 1_784_376_000_500 };
const isolate = { playbook: 'Isolate host', trigger_type: 'EVENT' };
const labelled = (status: string) => ({ labels: { ...isolate, status } });

/** The lines of one family that the reports come to, without HELP and TYPE. */
async function lines(family: Family, ...reports: WorkspaceReport[]): Promise<string[]> {
  const exposition = createExposition('1.2.3', () => 0);
  await exposition.update(collect(reports, [1, 10]));
  const text = await scrapeOf(exposition);
  return text.split('\n').filter((line) => line.startsWith(`${family.name}{`) || line.startsWith(`${family.name}_`));
}

function withSnapshot(fields: Partial<typeof emptySnapshot>): WorkspaceReport {
  return report({ snapshot: { ...emptySnapshot, ...fields } });
}

describe('what a report comes to', () => {
  test.each<[string, Family, WorkspaceReport, string[]]>([
    [
      'gauges by status as they are in the window',
      families.workflowInstances,
      withSnapshot({ window: [{ ...labelled('FAILED'), instances: 2, retries: 3 }] }),
      ['secmaster_workflow_instances{workspace="prod",playbook="Isolate host",trigger_type="EVENT",status="FAILED"} 2'],
    ],
    [
      'a failure ratio of what has ended, open and undocumented statuses left out',
      families.workflowFailureRatio,
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
      families.workflowFailureRatio,
      withSnapshot({ window: [{ ...labelled('RUNNING'), instances: 1, retries: 0 }] }),
      [],
    ],
    [
      'recent retries over all statuses',
      families.workflowRecentRetries,
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
      families.workflowOldestOpenStart,
      withSnapshot({
        oldestOpen: [{ labels: { playbook: 'Isolate host', status: 'RUNNING' }, startTimeMs: 1_784_376_000_500 }],
      }),
      [
        'secmaster_workflow_oldest_open_start_timestamp_seconds{workspace="prod",playbook="Isolate host",status="RUNNING"} 1784376000.5',
      ],
    ],
    [
      'the last starts apart from the last ends',
      families.workflowLastStart,
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
      families.workflowInstancesStarted,
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
      families.workflowDuration,
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
    ['1 for a workspace whose last poll succeeded', families.up, report(), ['secmaster_up{workspace="prod"} 1']],
    [
      '0 for one whose last poll failed',
      families.up,
      report({ polls: { ...goodPoll, last: { endedMs: 1, durationSeconds: 1, requests: 1, error: 'no' } } }),
      ['secmaster_up{workspace="prod"} 0'],
    ],
    [
      'nothing about a poll before the first has ended',
      families.up,
      report({ polls: { ...goodPoll, last: null }, snapshot: null }),
      [],
    ],
    [
      'failed polls by reason',
      families.pollFailures,
      report({ polls: { ...goodPoll, failures: new Map([['throttled', 2]]) } }),
      ['secmaster_exporter_poll_failures_total{workspace="prod",reason="throttled"} 2'],
    ],
    [
      '0 where a part of the lookback has not been read',
      families.windowComplete,
      withSnapshot({ windowComplete: false }),
      ['secmaster_exporter_window_complete{workspace="prod"} 0'],
    ],
    [
      'instances of the ledger, open and ended',
      families.ledgerInstances,
      withSnapshot({ instances: 10, openInstances: 3 }),
      [
        'secmaster_exporter_ledger_instances{workspace="prod",state="open"} 3',
        'secmaster_exporter_ledger_instances{workspace="prod",state="ended"} 7',
      ],
    ],
    [
      'what the labels stand for',
      families.playbookInfo,
      withSnapshot({ playbooks: [{ playbookId: '3e96', name: 'Isolate host', label: 'Isolate host (3e96)' }] }),
      [
        'secmaster_playbook_info{workspace="prod",playbook="Isolate host (3e96)",playbook_id="3e96",playbook_name="Isolate host"} 1',
      ],
    ],
    [
      'failed nodes by the action, without a trigger type',
      families.workflowNodeFailures,
      withSnapshot({
        counters: {
          ...emptySnapshot.counters,
          failed_nodes: [{ labels: { playbook: 'Isolate host', node: 'Query "asset"' }, value: 2 }],
        },
      }),
      ['secmaster_workflow_node_failures_total{workspace="prod",playbook="Isolate host",node="Query \\"asset\\""} 2'],
    ],
    [
      'when the credentials expire',
      families.credentialsExpiry,
      report({ credentialsExpireAtMs: 1_784_376_000_500 }),
      ['secmaster_exporter_credentials_expiry_timestamp_seconds{workspace="prod"} 1784376000.5'],
    ],
    ['nothing of credentials that do not expire', families.credentialsExpiry, report(), []],
  ])('%s', async (_, family, given, expected) => {
    expect(await lines(family, given)).toEqual(expected);
  });

  test('each workspace under its own label', async () => {
    expect(await lines(families.up, report(), report({ workspace: 'lab' }))).toEqual([
      'secmaster_up{workspace="prod"} 1',
      'secmaster_up{workspace="lab"} 1',
    ]);
  });
});

describe('families', () => {
  const all: Family[] = Object.values(families);

  test.each(all.map((family) => [family.name, family] as const))(
    '%s is declared as the field expects',
    (name, family) => {
      expect(name).toMatch(/^secmaster_(workflow_|playbook_|workspace_|exporter_)?[a-z_]+$/);
      expect(family.help).toMatch(/^[A-Z].{40,}\.$/);
      expect(name.endsWith('_total')).toBe(family.type === 'counter');
      if (/timestamp|duration/.test(name)) expect(family.help).toContain('in seconds');
    },
  );

  test('stand in the exposition under the labels that they are declared with, each family once', async () => {
    const exposition = createExposition('1.2.3', () => 0);
    const ended = labelled('FAILED');
    const started = { labels: isolate };
    const snapshot = {
      ...emptySnapshot,
      counters: {
        started: [{ ...started, value: 1 }],
        completed: [{ ...ended, value: 1 }],
        retries: [{ ...started, value: 1 }],
        timed: [{ ...ended, value: 1 }],
        failed_nodes: [{ labels: { playbook: 'Isolate host', node: 'Query asset' }, value: 1 }],
      },
      durations: [{ ...ended, buckets: [{ le: 1, count: 1, sumSeconds: 1, exemplar }] }],
      window: [{ ...ended, instances: 1, retries: 1 }],
      oldestOpen: [{ labels: { playbook: 'Isolate host', status: 'RUNNING' }, startTimeMs: 1 }],
      lastStarts: [{ ...started, atMs: 1 }],
      lastCompletions: [{ ...ended, atMs: 1 }],
      playbooks: [{ playbookId: 'i', name: 'n', label: 'l' }],
    };
    const polls = { ...goodPoll, failures: new Map([['timeout', 1]]), rejectedRows: new Map([['no_id', 1]]) };
    await exposition.update(collect([report({ snapshot, polls, credentialsExpireAtMs: 1 })], [1]));
    exposition.observeRequest('list_instances', '200', 0.1);
    const text = await scrapeOf(exposition);
    for (const { name, type, help, labels } of all) {
      expect(text.split('\n')).toContain(`# TYPE ${name} ${type}`);
      expect(text).toContain(`# HELP ${name} ${help}\n`);
      const sample = new RegExp(`^${name}(?:_count)?(?:\\{(.*?)\\})? \\S+$`, 'm').exec(text)?.[1] ?? '';
      expect([...sample.matchAll(/(\w+)="/g)].map(([, label]) => label).sort(), name).toEqual([...labels].sort());
    }
    const types = text.split('\n').filter((line) => line.startsWith('# TYPE'));
    expect(new Set(types).size).toBe(types.length);
  });
});

test('samples are made as they are asked for', () => {
  const unread = {
    ...report(),
    get snapshot(): never {
      throw new Error('read too early');
    },
  };
  const window = [{ ...labelled('RUNNING'), instances: 3, retries: 0 }];
  const [first] = collect([withSnapshot({ window }), unread], [1]);
  const samples = first?.samples[Symbol.iterator]();
  expect(samples?.next().value).toMatchObject({ value: 3 });
  expect(() => samples?.next()).toThrow('read too early');
});
