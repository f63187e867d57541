import { describe, expect, test } from 'vitest';
import { type TruthQuery, truth } from '../../src/simulator/truth.ts';
import { createWorld, type World } from '../../src/simulator/world.ts';

const minute = 60_000;
const p = { id: 'p', name: 'P' };
const ask = (world: World, query: Partial<TruthQuery> = {}) =>
  truth(world, { sinceMs: 0, lookbackMs: 60 * minute, nowMs: 60 * minute, ...query });

describe('consecutive failures', () => {
  /** Runs of one playbook that end so at these minutes, whenever they began. */
  function ended(...ends: readonly (readonly [how: 'fail' | 'finish' | 'terminate', minutes: number])[]): World {
    const world = createWorld();
    for (const [how, minutes] of ends) {
      const id = world.start(0, { playbook: p });
      if (how === 'fail') world.fail(id, minutes * minute, 'n', 'e');
      else if (how === 'finish') world.finish(id, minutes * minute);
      else {
        world.beginTermination(id, minutes * minute);
        world.terminate(id, minutes * minute);
      }
    }
    return world;
  }

  test.each<[string, World, [number, number] | null]>([
    ['are none where nothing failed', ended(['finish', 1]), null],
    ['are all where nothing finished', ended(['fail', 3], ['fail', 2]), [2, 2]],
    ['are those that ended after the last one that finished', ended(['fail', 9], ['fail', 3], ['finish', 5]), [1, 9]],
    ['are none where the last one finished', ended(['finish', 5], ['fail', 4]), null],
    ['are none where one finished at the same time', ended(['fail', 5], ['finish', 5]), null],
    ['go on over terminated runs, which do not count', ended(['fail', 2], ['terminate', 3], ['fail', 4]), [2, 2]],
    ['count a failure five minutes old', ended(['fail', 55]), [1, 55]],
    ['do not count a younger one, which may be retried', ended(['fail', 54], ['fail', 55.1]), [1, 54]],
  ])('%s', (_, world, expected) => {
    const { consecutiveFailures, failingSince } = ask(world);
    const labels = { playbook_id: 'p', trigger_type: 'EVENT' };
    expect([consecutiveFailures, failingSince]).toEqual(
      expected === null ? [[], []] : [[{ ...labels, value: expected[0] }], [{ ...labels, value: expected[1] * 60 }]],
    );
  });

  test('are worked out anew when a retry comes late and finishes', () => {
    const world = ended(['fail', 10], ['fail', 20], ['fail', 30]);
    const [, second] = [...world.instances.keys()];
    world.retry(second ?? '', 40 * minute);
    expect(ask(world).consecutiveFailures).toMatchObject([{ value: 2 }]);
    world.finish(second ?? '', 41 * minute);
    expect(ask(world).consecutiveFailures).toEqual([]);
  });

  test('count removed instances, and each trigger type by itself', () => {
    const world = ended(['fail', 10]);
    world.remove([...world.instances.keys()][0] ?? '', 20 * minute);
    world.fail(world.start(0, { playbook: p, triggerType: 'DEBUG' }), 30 * minute, 'n', 'e');
    expect(ask(world).consecutiveFailures.map(({ trigger_type, value }) => [trigger_type, value])).toEqual([
      ['DEBUG', 1],
      ['EVENT', 1],
    ]);
  });

  test('go by another grace where it is given', () => {
    const world = ended(['fail', 59]);
    expect(ask(world, { failureGraceMs: minute }).consecutiveFailures).toHaveLength(1);
    expect(ask(world, { failureGraceMs: minute + 1 }).consecutiveFailures).toHaveLength(0);
  });
});

describe('nodes', () => {
  const nodes = ['Query', 'Block'];

  test('of every attempt that has ended since count', () => {
    const world = createWorld();
    const id = world.start(0, { playbook: p, nodes });
    world.fail(id, minute, 'Block', 'e');
    world.retry(id, 2 * minute);
    world.fail(id, 4 * minute, 'Query', 'e');
    world.retry(id, 5 * minute);
    const { nodeFailures, nodeDurations } = ask(world);
    expect(nodeFailures).toEqual([
      { playbook_id: 'p', node: 'Block', value: 1 },
      { playbook_id: 'p', node: 'Query', value: 1 },
    ]);
    expect(nodeDurations.map(({ node, status, count }) => [node, status, count])).toEqual([
      ['Block', 'FAILED', 1],
      ['Query', 'FAILED', 1],
      ['Query', 'FINISHED', 1],
    ]);
    expect(nodeDurations.reduce((sum, { sumSeconds }) => sum + sumSeconds, 0)).toBeCloseTo(60 + 120);
    world.finish(id, 6 * minute);
    const later = ask(world, { sinceMs: 3 * minute });
    expect(later.nodeFailures.map(({ node }) => node)).toEqual(['Query']);
    expect(later.nodeDurations.reduce((sum, { sumSeconds }) => sum + sumSeconds, 0)).toBeCloseTo(120 + 60);
  });

  test('in which a terminated run was left have no duration', () => {
    const world = createWorld();
    const id = world.start(0, { playbook: p, nodes });
    world.beginTermination(id, minute);
    world.terminate(id, minute);
    expect(ask(world)).toMatchObject({ nodeFailures: [], nodeDurations: [] });
  });
});

test('starts are those of each playbook and trigger type, also of what was removed', () => {
  const world = createWorld();
  for (const atMs of [3000, 1000, 2000]) world.start(atMs, { playbook: p, triggerType: 'TIMER' });
  world.remove(world.start(500, { playbook: p, triggerType: 'TIMER' }), 9000);
  world.start(7000);
  expect(ask(world).starts).toEqual([
    { playbook_id: '', trigger_type: 'EVENT', startsMs: [7000] },
    { playbook_id: 'p', trigger_type: 'TIMER', startsMs: [500, 1000, 2000, 3000] },
  ]);
});

test('a version of a workflow has its first and its last start', () => {
  const world = createWorld();
  const workflow = { id: 'w', name: 'W', name_en: 'W!', version: 'v1', version_id: 'a' };
  for (const atMs of [1000, 2000]) world.start(atMs, { playbook: p, workflow });
  world.newVersion('w');
  world.start(3000, { playbook: p, workflow });
  world.start(4000);
  const row = { playbook_id: 'p', workflow_id: 'w', workflow: 'W', name_en: 'W!' };
  expect(ask(world).workflowVersions).toEqual([
    { ...row, version: 'v1', version_id: 'a', firstStart: 1, lastStart: 2 },
    { ...row, version: 'v2', version_id: 'w-v2', firstStart: 3, lastStart: 3 },
  ]);
});

test('playbooks are those of the list, and have the data class of their newest run', () => {
  const world = createWorld();
  world.start(2000, { playbook: p, dataclass: { id: 'b', name: '告警', en_name: 'Alert' } });
  world.start(1000, { playbook: p, dataclass: { id: 'a', name: 'Old' } });
  world.start(3000, { playbook: p });
  world.playbooks.add({ id: 'o', name: 'O', enabled: false });
  expect(ask(world)).toMatchObject({
    dataclasses: [{ playbook_id: 'p', dataclass_id: 'b', name: '告警', en_name: 'Alert' }],
    playbooks: [
      { playbook_id: 'o', playbook: 'O', enabled: false, dataclass: '' },
      { playbook_id: 'p', playbook: 'P', enabled: true, dataclass: '告警' },
    ],
  });
});

test('the run metrics have more labels where they are asked for', () => {
  const world = createWorld();
  const workflow = { id: 'w', name: '流程', name_en: 'Flow', version: 'v1' };
  const id = world.start(minute, { playbook: p, workflow, defenseId: 'd-1', dataclass: { id: 'c', name: '告警' } });
  world.fail(id, 2 * minute, 'n', 'e');
  world.retry(id, 3 * minute);
  world.finish(id, 4 * minute);
  world.start(5 * minute, { playbook: p });
  const labels = ['workflow', 'workflow_version', 'dataclass', 'defense'] as const;
  const of = (row: object) => expect.objectContaining({ playbook_id: 'p', trigger_type: 'EVENT', ...row });
  const full = { workflow: 'Flow', workflow_version: 'v1', dataclass: '告警', defense: 'd-1' };
  const none = { workflow: '', workflow_version: '', dataclass: '', defense: '' };
  expect(ask(world, { labels })).toMatchObject({
    started: [of({ ...none, value: 1 }), of({ ...full, value: 1 })],
    completed: [of({ ...full, status: 'FAILED' }), of({ ...full, status: 'FINISHED' })],
    retries: [of(full)],
    durations: [of({ ...full, sumSeconds: 60 }), of({ ...full, sumSeconds: 180 })],
    instances: [of(none), of(full)],
    lastStart: [of({ ...none, value: 300 }), of({ ...full, value: 60 })],
    lastCompletion: [of(full), of(full)],
    recentRetries: [of({ ...full, value: 1 })],
  });
  expect(ask(world, { labels: ['workflow'], language: 'zh' }).started.map((row) => row.workflow)).toEqual(['', '流程']);
});

test('a version without a name is shown by its id', () => {
  const world = createWorld();
  world.start(minute, { playbook: p, workflow: { id: 'w', name: 'Flow', version_id: '7' } });
  expect(ask(world, { labels: ['workflow_version'] }).started).toMatchObject([{ workflow_version: '7' }]);
});

test.each([
  ['Alert', 'Incident'],
  ['Incident', 'Alert'],
])('of runs that began at once, on %s and on %s, the data class is the last one in the alphabet', (one, other) => {
  const world = createWorld();
  for (const name of [one, other]) world.start(minute, { playbook: p, dataclass: { id: name, name } });
  expect(ask(world).dataclasses).toMatchObject([{ playbook_id: 'p', name: 'Incident' }]);
});
