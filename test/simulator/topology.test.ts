import { expect, test } from 'vitest';
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
