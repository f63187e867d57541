import { describe, expect, test } from 'vitest';
import { playbookStatuses } from '../../src/http/playbook-status.ts';
import type { WorkspaceReport } from '../../src/model/report.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { emptySnapshot, report } from '../support/metrics/report.ts';

const { nowMs, polls } = report();
const asOf = polls.lastSuccessMs ?? nowMs;
const hourMs = 3_600_000;
const at = (ms: number) => new Date(ms).toISOString();
const labels = (triggerType = 'EVENT', playbook = 'Isolate host') => ({ playbook, trigger_type: triggerType });
const listed = {
  playbookId: 'p-1',
  name: 'Isolate host',
  label: 'Isolate host',
  isEnabled: true,
  dataclass: null,
  lastStartMs: asOf,
  lastSeenMs: asOf,
};
const failing = { labels: labels(), failures: 2, sinceMs: asOf - hourMs };

function statuses(snapshot: Partial<Snapshot>, fields: Partial<WorkspaceReport> = {}) {
  return playbookStatuses(report({ snapshot: { ...emptySnapshot, ...snapshot }, ...fields }));
}

const open = (ms: number) => ({ labels: { playbook: 'Isolate host', status: 'RUNNING' }, startTimeMs: asOf - ms });
const due = (ms: number, triggerType?: string) => ({ labels: labels(triggerType), atMs: asOf + ms });

describe('a playbook is in trouble', () => {
  test.each<[string, Partial<Snapshot>, string[]]>([
    ['not where its latest run finished', { streaks: [{ ...failing, failures: 0, sinceMs: null }] }, []],
    ['where its latest runs failed', { streaks: [failing] }, ['failing']],
    ['not where it is disabled and failed', { streaks: [failing], listed: [{ ...listed, isEnabled: false }] }, []],
    [
      'where nobody knows whether it is enabled',
      { streaks: [failing], listed: [{ ...listed, isEnabled: null }] },
      ['failing'],
    ],
    ['not with a run that is open for four hours', { oldestOpen: [open(4 * hourMs)] }, []],
    ['with a run that is open for longer', { oldestOpen: [open(1), open(4 * hourMs + 1)] }, ['stuck']],
    [
      'with such a run, though it is disabled',
      { oldestOpen: [open(5 * hourMs)], listed: [{ ...listed, isEnabled: false }] },
      ['stuck'],
    ],
    ['not before a run is due', { expectedStarts: [due(0)] }, []],
    ['where one of its trigger types is overdue', { expectedStarts: [due(1), due(-1, 'TIMER')] }, ['overdue']],
    ['where it is enabled and never ran', { listed: [{ ...listed, lastStartMs: null, lastSeenMs: null }] }, ['silent']],
    [
      'not while the lookback has not been read',
      { listed: [{ ...listed, lastStartMs: null, lastSeenMs: null }], windowComplete: false },
      [],
    ],
    [
      'in several ways, the most urgent first',
      { streaks: [failing], expectedStarts: [due(-1)], oldestOpen: [open(5 * hourMs)] },
      ['failing', 'stuck', 'overdue'],
    ],
  ])('%s', (_, snapshot, expected) => {
    expect(statuses(snapshot).map(({ troubles }) => troubles)).toEqual([expected]);
  });

  test('as of the last success: what has begun since, nobody knows', () => {
    const snapshot = { expectedStarts: [due(1)], oldestOpen: [open(4 * hourMs)] };
    expect(statuses(snapshot, { nowMs: asOf + hourMs })).toMatchObject([{ troubles: [] }]);
  });
});

test('a playbook has all that is known of it, whichever list it is from', () => {
  const snapshot: Partial<Snapshot> = {
    listed: [{ ...listed, dataclass: { id: 'c', name: 'Alert' } }],
    playbooks: [
      { playbookId: 'p-1', name: 'Isolate host', label: 'Isolate host', dataclass: 'Alert' },
      { playbookId: 'p-2', name: 'Enrich', label: 'Enrich', dataclass: 'Incident' },
      { playbookId: '', name: '', label: '(none)', dataclass: '(none)' },
    ],
    window: [{ labels: { ...labels('EVENT', '(none)'), status: 'FINISHED' }, instances: 1, retries: 0 }],
    lastStarts: [
      { labels: labels('TIMER'), atMs: asOf - 5 },
      { labels: labels('EVENT'), atMs: asOf - 9 },
    ],
    streaks: [failing, { ...failing, labels: labels('TIMER'), failures: 3, sinceMs: asOf - 2 * hourMs }],
    expectedStarts: [due(9), due(5, 'TIMER')],
    oldestOpen: [open(7), open(8)],
  };
  const hours = [
    { playbook: 'Enrich', hourMs: 0, ended: 3, failed: 1 },
    { playbook: 'Enrich', hourMs, ended: 2, failed: 0 },
  ];
  const none = {
    durations: null,
    expected_start: null,
    failures_in_a_row: 0,
    failing_since: null,
    oldest_open_start: null,
  };
  expect(statuses(snapshot, { hours })).toEqual([
    {
      playbook: '(none)',
      name: '(none)',
      id: null,
      troubles: [],
      enabled: null,
      dataclass: null,
      last_start: null,
      hours: [],
      ...none,
    },
    {
      playbook: 'Enrich',
      name: 'Enrich',
      id: 'p-2',
      troubles: [],
      enabled: null,
      dataclass: { id: null, name: 'Incident' },
      last_start: null,
      hours: [
        { hour: '1970-01-01T00:00:00.000Z', ended: 3, failed: 1 },
        { hour: '1970-01-01T01:00:00.000Z', ended: 2, failed: 0 },
      ],
      ...none,
    },
    {
      playbook: 'Isolate host',
      name: 'Isolate host',
      id: 'p-1',
      troubles: ['failing'],
      enabled: true,
      dataclass: { id: 'c', name: 'Alert' },
      last_start: at(asOf - 5),
      expected_start: at(asOf + 5),
      failures_in_a_row: 3,
      failing_since: at(asOf - 2 * hourMs),
      oldest_open_start: at(asOf - 8),
      durations: null,
      hours: [],
    },
  ]);
});

test.each<[string, readonly [le: number, count: number][], object | null]>([
  ['nothing finished', [[30, 0]], null],
  ['all are short', [[30, 3]], { runs: 3, half_within_seconds: 30, most_within_seconds: 30 }],
  [
    'one in twenty is long',
    [
      [300, 1],
      [30, 19],
    ],
    { runs: 20, half_within_seconds: 30, most_within_seconds: 30 },
  ],
  [
    'one in ten is long',
    [
      [30, 9],
      [300, 1],
    ],
    { runs: 10, half_within_seconds: 30, most_within_seconds: 300 },
  ],
  [
    'one in ten is longer than all buckets',
    [
      [30, 9],
      [Number.POSITIVE_INFINITY, 1],
    ],
    { runs: 10, half_within_seconds: 30, most_within_seconds: null },
  ],
])('its durations are those of finished runs where %s', (_, counts, expected) => {
  const bucket = (le: number, count: number) => ({
    le,
    count,
    sumSeconds: 1,
    exemplar: { instanceId: 'i', seconds: 1, endTimeMs: 0 },
  });
  const series = (status: string, buckets: readonly [number, number][], triggerType = 'EVENT') => ({
    labels: { ...labels(triggerType), status },
    buckets: buckets.map(([le, count]) => bucket(le, count)),
  });
  const durations = [
    ...counts.map((one, i) => series('FINISHED', [one], i === 0 ? 'EVENT' : 'TIMER')),
    series('FAILED', [[7, 100]]),
  ];
  expect(statuses({ listed: [listed], durations, streaks: [{ ...failing, failures: 0 }] })).toMatchObject([
    { durations: expected },
  ]);
});
