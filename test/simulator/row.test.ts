import { expect, test } from 'vitest';
import { type NullStyle, rowOf } from '../../src/simulator/row.ts';
import { createWorld, type World } from '../../src/simulator/world.ts';
import { nowMs } from './harness.ts';

function shown(world: World, id: string, nullStyle: NullStyle = 'null', showTopology = false): unknown {
  const instance = world.instances.get(id);
  if (instance === undefined) throw new Error(`no instance ${id}`);
  return JSON.parse(JSON.stringify({ row: rowOf(instance, nullStyle, showTopology ? 'current' : null) })).row;
}

test("a row is written as the API document's example", () => {
  const world = createWorld();
  const example = {
    dataclass: { id: 'e410ae50-43fa-343e-807a-a2a9edb8018e', name: 'Alert' },
    dataobject_id: '2462e8c3-e393-4af9-93b6-fe424c0b4e39',
    defense_id: '',
    end_time: '2025-07-18T15:11:04.577Z+0800',
    id: '8eed56de-7aaf-4732-baaf-46c1bb11dc8f',
    name: 'ZFGJZDGB-20250718151103',
    playbook: { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Automatic closing of repeated alerts' },
    retry_count: 0,
    start_time: '2025-07-18T15:11:03.000Z+0800',
    status: 'FINISHED',
    trigger_type: 'EVENT',
    workflow: {
      id: '4a6fe02f-b4b4-3b5f-8a11-6f22229e18db',
      name: 'Automatic closing of repeated alerts',
      version: 'v1',
      version_id: '9f436a38-5c82-312b-aaba-b91a48e99086',
    },
  };
  const { id, name, playbook, workflow, dataclass } = example;
  world.start(nowMs, { id, name, playbook, workflow, dataclass, dataobjectId: example.dataobject_id });
  world.finish(id, nowMs + 1577);
  expect(shown(world, id)).toEqual(example);
});

test.each<[NullStyle, object]>([
  ['null', { end_time: null, playbook: null, workflow: null, dataclass: null, dataobject_id: null }],
  ['empty', { end_time: '', playbook: {}, workflow: {}, dataclass: {}, dataobject_id: '' }],
  ['absent', {}],
])('what there is none of is %s', (nullStyle, missing) => {
  const world = createWorld();
  const id = world.start(nowMs);
  const known = {
    defense_id: '',
    id,
    name: 'instance-1',
    retry_count: 0,
    start_time: '2025-07-18T15:11:03.000Z+0800',
    status: 'RUNNING',
    trigger_type: 'EVENT',
  };
  expect(shown(world, id, nullStyle)).toEqual({ ...known, ...missing });
});

test('a row can be made into anything just before it is shown', () => {
  const world = createWorld();
  const id = world.start(nowMs);
  world.set(id, nowMs, { raw: (row) => ({ ...row, start_time: 'yesterday' }) });
  expect(shown(world, id)).toMatchObject({ id, start_time: 'yesterday' });
  world.set(id, nowMs, { raw: () => 'no row at all' });
  expect(shown(world, id)).toBe('no row at all');
});

test('the topology is shown on demand', () => {
  const world = createWorld();
  const id = world.start(nowMs, { nodes: ['Read alert'] });
  expect(shown(world, id)).not.toHaveProperty('topology');
  expect(shown(world, id, 'null', true)).toMatchObject({ topology: { audit_logs: [{ action_name: 'Read alert' }] } });
});
