import { describe, expect, test } from 'vitest';
import type { BehaviourChange } from '../../src/simulator/behaviour.ts';
import { defaultWorkspace } from '../../src/simulator/defaults.ts';
import { instancesPath, nowMs, setUp, socErrorOf } from './harness.ts';

const playbook = { id: 'p', name: 'Isolate host', en_name: 'Isolate' };

/** `a` has failed, `b` runs. */
async function two(behaviour: BehaviourChange = {}) {
  const parts = await setUp({ behaviour });
  const { world, get } = parts;
  world.start(nowMs - 60_000, { id: 'a', name: 'A', playbook, nodes: ['Query', 'Block'] });
  world.fail('a', nowMs - 30_000, 'Block', 'HTTP 504');
  world.start(nowMs - 20_000, { id: 'b', name: 'B', playbook, nodes: ['Query'] });
  const json = async (path: string) => (await get(path)).json() as Promise<Record<string, unknown>>;
  const rows = async () => ((await json(instancesPath)) as { instances: Record<string, unknown>[] }).instances;
  return { ...parts, json, rows, show: (id: string) => json(`${instancesPath}/${id}?show_topology=true`) };
}

describe('a row', () => {
  test.each<[string, BehaviourChange, string, unknown, unknown]>([
    ['has a status in lower case', { rows: { spelling: 'lower' } }, 'status', 'FAILED', 'failed'],
    ['has a trigger type in lower case', { rows: { spelling: 'lower' } }, 'trigger_type', 'EVENT', 'event'],
    [
      'has times without milliseconds',
      { rows: { milliseconds: 'absent' } },
      'start_time',
      '2025-07-18T15:10:03.000Z+0800',
      '2025-07-18T15:10:03Z+0800',
    ],
    [
      'has times of UTC with an offset',
      { rows: { times: '…Z+0000' } },
      'start_time',
      '2025-07-18T15:10:03.000Z+0800',
      '2025-07-18T07:10:03.000Z+0000',
    ],
    [
      'has times of UTC',
      { rows: { times: '…Z' } },
      'end_time',
      '2025-07-18T15:10:33.000Z+0800',
      '2025-07-18T07:10:33.000Z',
    ],
    [
      'has times as RFC 3339 has them',
      { rows: { times: '…+08:00', milliseconds: 'absent' } },
      'end_time',
      '2025-07-18T15:10:33.000Z+0800',
      '2025-07-18T15:10:33+08:00',
    ],
    ['is padded', { rows: { paddingBytes: 5 } }, 'padding', undefined, 'xxxxx'],
    [
      'carries its topology',
      { rows: { topology: 'shown' } },
      'topology',
      undefined,
      { audit_logs: [expect.anything(), expect.objectContaining({ action_name: 'Block', status: 'FAILED' })] },
    ],
  ])('%s', async (_, change, field, friendly, value) => {
    expect((await (await two()).rows())[1]?.[field]).toEqual(friendly);
    expect((await (await two(change)).rows())[1]?.[field]).toEqual(value);
  });

  test('has no time in another form where it has none', async () => {
    const { rows } = await two({ rows: { times: '…Z', nulls: 'empty' } });
    expect(await rows()).toMatchObject([{ end_time: '' }, { id: 'a' }]);
  });

  test('may end before it began, in 1970 say, if it is made to', async () => {
    const { world, rows } = await two({ rows: { spelling: 'lower' } });
    world.set('a', nowMs, { raw: (row) => ({ ...row, end_time: '1970-01-01T08:00:00.000Z+0800' }) });
    expect(await rows()).toMatchObject([{ id: 'b' }, { status: 'failed', end_time: '1970-01-01T08:00:00.000Z+0800' }]);
  });
});

describe('two replicas', () => {
  const values = async (change: BehaviourChange, field: string, times = 20) => {
    const { rows } = await two(change);
    const seen: unknown[] = [];
    for (let i = 0; i < times; i += 1) seen.push((await rows())[1]?.[field]);
    return seen;
  };

  test.each([
    ['milliseconds', 'start_time', ['2025-07-18T15:10:03.000Z+0800', '2025-07-18T15:10:03.001Z+0800']],
    ['spelling', 'status', ['FAILED', 'failed']],
    ['name', 'name', ['A', 'A (2)']],
    ['playbook-name', 'playbook', [playbook, { ...playbook, name: 'Isolate host (2)' }]],
    ['playbook', 'playbook', [playbook, null]],
    ['trigger-type', 'trigger_type', ['EVENT', null]],
  ] as const)('differ in %s', async (what, field, both) => {
    const [one, another] = both;
    expect(new Set((await values({}, field)).map((value) => JSON.stringify(value)))).toEqual(
      new Set([JSON.stringify(one)]),
    );
    const seen = await values({ replicas: { differIn: [what] } }, field);
    expect(new Set(seen.map((value) => JSON.stringify(value)))).toEqual(
      new Set([JSON.stringify(one), JSON.stringify(another)]),
    );
    expect(await values({ replicas: { differIn: [what] } }, field)).toEqual(seen);
  });

  test('one lags: each third answer is of 40 seconds ago', async () => {
    const { json, world, show } = await two({ replicas: { lagEvery: 3, lagMs: 40_000 } });
    const seen = async () => {
      const { count, instances } = (await json(instancesPath)) as { count: number; instances: object[] };
      return [
        count,
        instances.map((row) => Object.values(row).filter((value) => value === 'RUNNING' || value === 'FAILED')),
      ];
    };
    const now = [2, [['RUNNING'], ['FAILED']]];
    expect([await seen(), await seen(), await seen(), await seen()]).toEqual([now, now, [1, [['RUNNING']]], now]);
    world.remove('a', nowMs);
    expect(await show('a')).toMatchObject({ code: '20030005' });
    expect(await show('a')).toMatchObject({ id: 'a', status: 'RUNNING', end_time: null });
  });
});

describe('one instance', () => {
  test('is refused', async () => {
    const { get } = await two({ topology: { show: 'refused' } });
    const answer = await get(`${instancesPath}/a`);
    expect([answer.status, await answer.json()]).toEqual([403, expect.objectContaining({ error_code: 'APIGW.0302' })]);
  });

  test.each<[string, BehaviourChange['topology'], object]>([
    ['comes with its own topology', {}, { id: 'b', topology: { audit_logs: [{ parent_instance_id: 'b' }] } }],
    [
      "comes with another one's topology",
      { show: 'other-topology' },
      { id: 'b', topology: { audit_logs: [{ parent_instance_id: 'a' }, { error_msg: 'HTTP 504' }] } },
    ],
    [
      'is another one altogether',
      { show: 'other-instance' },
      { id: 'a', topology: { audit_logs: [{ parent_instance_id: 'a' }, { error_msg: 'HTTP 504' }] } },
    ],
    [
      'has two failed nodes',
      { failedNodes: 2 },
      { topology: { audit_logs: [{ action_name: 'Node 1', succeed: false }, { action_name: 'Node 2' }] } },
    ],
    ['has no nodes', { failedNodes: 0 }, { topology: { audit_logs: [] } }],
    ['has a large body', { paddingBytes: 4 }, { topology: { padding: 'xxxx' } }],
  ])('%s', async (_, topology, shown) => {
    expect(await (await two({ topology })).show('b')).toMatchObject(shown);
  });

  test('is the one asked for where there is no other', async () => {
    const { world, show } = await two({ topology: { show: 'other-instance' } });
    world.remove('a', nowMs);
    expect(await show('b')).toMatchObject({ id: 'b' });
  });

  test('has nodes without names', async () => {
    const { show } = await two({ topology: { names: 'absent' } });
    const { topology } = (await show('a')) as { topology: { audit_logs: object[] } };
    expect(topology.audit_logs).toHaveLength(2);
    for (const node of topology.audit_logs) expect(node).not.toHaveProperty('action_name');
  });

  test('has nodes in lower case where statuses are', async () => {
    const { show } = await two({ rows: { spelling: 'lower' } });
    expect(await show('a')).toMatchObject({ topology: { audit_logs: [{ status: 'finished' }, { status: 'failed' }] } });
  });
});

test('one workspace behaves otherwise than the others', async () => {
  const { simulator, get } = await two();
  simulator.directory.workspace(defaultWorkspace.id).behaviour.patch({ order: { sortKey: 'refused' } });
  expect(await socErrorOf(await get(`${instancesPath}?sort_key=create_time`))).toEqual([400, '20030009']);
  const other = { id: 'other', name: 'Other' };
  simulator.directory.addWorkspace(simulator.directory.workspace(defaultWorkspace.id).projectId, other);
  const path = instancesPath.replace(defaultWorkspace.id, 'other');
  expect((await get(`${path}?sort_key=create_time`)).status).toBe(200);
});

test('retries do what the workspace says to the times', async () => {
  const { world, simulator } = await two();
  simulator.directory.workspace(defaultWorkspace.id).behaviour.patch({ retries: { startTime: 'moved' } });
  world.retry('a', nowMs);
  expect(world.instances.get('a')).toMatchObject({ startTimeMs: nowMs, updateTimeMs: nowMs });
});
