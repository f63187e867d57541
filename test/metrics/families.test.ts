import { expect, test } from 'vitest';
import { families } from '../../src/metrics/families.ts';
import type { Declaration } from '../../src/metrics/family.ts';
import { expositionOf, scrapeOf } from '../support/metrics/exposition.ts';
import { emptySnapshot, goodPoll, report, shortPages } from '../support/metrics/report.ts';

const exemplar = { instanceId: 'i-1', seconds: 0.5, endTimeMs: 1_784_376_000_500 };
const isolate = { playbook: 'Isolate host', trigger_type: 'EVENT' };
const all: readonly Declaration[] = families;

test.each(all.map((family) => [family.name, family] as const))(
  '%s is declared as the field expects',
  (name, family) => {
    expect(name).toMatch(/^secmaster_(workflow_|playbook_|workspace_|exporter_)?[a-z_]+$/);
    expect(family.help).toMatch(/^[A-Z].{40,}\.$/);
    expect(name.endsWith('_total')).toBe(family.type === 'counter');
    if (/timestamp|duration/.test(name)) expect(family.help).toContain('in seconds');
  },
);

test('families stand in the exposition under the labels that they are declared with, each family once', async () => {
  const exposition = expositionOf();
  const ended = { labels: { ...isolate, status: 'FAILED' } };
  const started = { labels: isolate };
  const snapshot = {
    ...emptySnapshot,
    counters: {
      started: [{ ...started, value: 1 }],
      completed: [{ ...ended, value: 1 }],
      retries: [{ ...started, value: 1 }],
      timed: [{ ...ended, value: 1 }],
      failed_nodes: [{ labels: { playbook: 'Isolate host', node: 'Query asset' }, value: 1 }],
      timed_nodes: [{ labels: { playbook: 'Isolate host', node: 'Query asset', status: 'FINISHED' }, value: 1 }],
    },
    durations: [{ ...ended, buckets: [{ le: 1, count: 1, sumSeconds: 1, exemplar }] }],
    window: [{ ...ended, instances: 1, retries: 1 }],
    oldestOpen: [{ labels: { playbook: 'Isolate host', status: 'RUNNING' }, startTimeMs: 1 }],
    lastStarts: [{ ...started, atMs: 1 }],
    lastCompletions: [{ ...ended, atMs: 1 }],
    streaks: [{ ...started, failures: 1, sinceMs: 1 }],
    expectedStarts: [{ ...started, atMs: 1 }],
    listed: [
      { playbookId: 'i', name: 'n', label: 'l', isEnabled: true, dataclass: null, lastStartMs: null, lastSeenMs: null },
    ],
    playbooks: [{ playbookId: 'i', name: 'n', label: 'l', dataclass: 'd' }],
    workflows: [{ labels: { playbook: 'l', workflow_id: 'w', workflow: 'n', version: 'v' } }],
    firstStarts: [{ labels: { playbook: 'l', workflow: 'n', version: 'v' }, atMs: 1 }],
  };
  const polls = { ...goodPoll, failures: new Map([['timeout', 1]]), rejectedRows: new Map([['no_id', 1]]) };
  const lease = { isHeld: true, holder: 'a' };
  await exposition.update([report({ snapshot, polls, profile: shortPages, credentialsExpireAtMs: 1, lease })], [1]);
  exposition.observeRequest('eu-west-101', 'list_instances', '200', 0.1);
  const text = await scrapeOf(exposition);
  for (const { name, type, help, labels } of all) {
    expect(text.split('\n')).toContain(`# TYPE ${name} ${type}`);
    expect(text).toContain(`# HELP ${name} ${help}\n`);
    const sample = new RegExp(`^${name}(?:_count)?(?:\\{(.*?)\\})? \\S+$`, 'm').exec(text)?.[1] ?? '';
    expect(
      [...sample.matchAll(/(\w+)="/g)].map(([, label]) => label),
      name,
    ).toEqual(labels);
  }
  const types = text.split('\n').filter((line) => line.startsWith('# TYPE'));
  expect(new Set(types).size).toBe(types.length);
});

test('every family has a name of its own', () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});
