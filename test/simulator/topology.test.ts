import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTime } from '../../src/model/time.ts';
import { topologyOf } from '../../src/simulator/topology.ts';
import { createWorld, type World } from '../../src/simulator/world.ts';

const nodes = ['Read alert', 'Isolate host', 'Notify owner'];

test.each<[string, (world: World, id: string) => void, [string, string, boolean, string][]]>([
  ['a running instance is in its first node', () => {}, [['Read alert', 'RUNNING', false, '']]],
  [
    'a finished one has passed all nodes',
    (world, id) => world.finish(id, 2),
    nodes.map((name) => [name, 'FINISHED', true, '']),
  ],
  [
    'a failed one has the failing node with its message last',
    (world, id) => world.fail(id, 2, 'Isolate host', 'HTTP 504'),
    [
      ['Read alert', 'FINISHED', true, ''],
      ['Isolate host', 'FAILED', false, 'HTTP 504'],
    ],
  ],
  [
    'a failing node that was not planned comes after the others',
    (world, id) => world.fail(id, 2, 'Surprise', 'no idea'),
    [
      ...nodes.map((name): [string, string, boolean, string] => [name, 'FINISHED', true, '']),
      ['Surprise', 'FAILED', false, 'no idea'],
    ],
  ],
  [
    'a retried one runs the node again that had failed',
    (world, id) => {
      world.fail(id, 2, 'Isolate host', 'HTTP 504');
      world.retry(id, 3);
    },
    [
      ['Read alert', 'FINISHED', true, ''],
      ['Isolate host', 'RUNNING', false, ''],
    ],
  ],
  [
    'one that finished after a retry shows no failure any more',
    (world, id) => {
      world.fail(id, 2, 'Isolate host', 'HTTP 504');
      world.retry(id, 3);
      world.finish(id, 4);
    },
    nodes.map((name) => [name, 'FINISHED', true, '']),
  ],
])('%s', (_, act, expected) => {
  const world = createWorld();
  const id = world.start(1, { nodes });
  act(world, id);
  const instance = world.instances.get(id);
  const logs = instance === undefined ? [] : topologyOf(instance).audit_logs;
  expect(logs.map((node) => [node.action_name, node.status, node.succeed, node.error_msg])).toEqual(expected);
  expect(logs.every((node) => (node.end_time === null) === (node.status === 'RUNNING'))).toBe(true);
});

describe('the times of nodes', () => {
  const timesOf = (world: World, id: string, which?: 'all') => {
    const instance = world.instances.get(id);
    const logs = instance === undefined ? [] : topologyOf(instance, which).audit_logs;
    return logs.map(({ start_time, end_time }) => [parseTime(start_time ?? ''), parseTime(end_time ?? '')] as const);
  };

  test('follow one another without a pause and add up to the attempt', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat({ max: 5_000_000 }), fc.nat({ max: 5_000_000 }), (id, first, second) => {
        const world = createWorld();
        world.start(1_000, { id, nodes });
        world.fail(id, 1_000 + first, 'Notify owner', 'no');
        const failed = timesOf(world, id);
        world.retry(id, 6_000_000);
        world.finish(id, 6_000_000 + second);
        const finished = timesOf(world, id);
        for (const [times, startMs, endMs] of [
          [failed, 1_000, 1_000 + first],
          [finished, 6_000_000, 6_000_000 + second],
        ] as const) {
          expect([times.length, times[0]?.[0], times.at(-1)?.[1]]).toEqual([3, startMs, endMs]);
          expect(times.slice(1).map(([start]) => start)).toEqual(times.slice(0, -1).map(([, end]) => end));
          expect(times.every(([start, end]) => (end ?? 0) >= (start ?? 0))).toBe(true);
        }
        expect(timesOf(world, id, 'all')).toEqual([...failed, ...finished]);
      }),
    );
  });

  test('share the time among the nodes', () => {
    const world = createWorld();
    const id = world.start(0, { nodes });
    world.finish(id, 60_000);
    expect(timesOf(world, id).every(([start, end]) => (end ?? 0) - (start ?? 0) >= 1_000)).toBe(true);
  });

  test('of a running instance lie in the past, and its node has no end', () => {
    const world = createWorld();
    const id = world.start(1_000, { nodes });
    world.fail(id, 2_000, 'Notify owner', 'no');
    world.retry(id, 3_000);
    world.touch(id, 9_000);
    const all = timesOf(world, id);
    const last = all.at(-1);
    expect([all[0]?.[0], last?.[1]]).toEqual([3_000, null]);
    expect(last?.[0]).toBeGreaterThan(3_000);
    expect(last?.[0]).toBeLessThanOrEqual(9_000);
  });
});
