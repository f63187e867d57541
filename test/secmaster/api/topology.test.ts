import { describe, expect, test } from 'vitest';
import { failedNodes, isTopologyOfAnother, timedNodes } from '../../../src/secmaster/api/topology.ts';

const node = (n: number, fields: object = {}) => ({
  action_id: `a${n}`,
  action_name: `Node ${n}`,
  status: 'FAILED',
  error_msg: `message ${n}`,
  parent_instance_id: 'i',
  ...fields,
});
const answer = (nodes: readonly unknown[], fields: object = {}) => ({
  id: 'i',
  topology: { audit_logs: nodes },
  ...fields,
});

describe("a topology is another instance's", () => {
  test.each<[string, boolean, unknown]>([
    ['not if its nodes name the instance', false, answer([node(1)])],
    ['not if the nodes name no instance', false, answer([node(1, { parent_instance_id: '' })])],
    ['not without a topology', false, { id: 'i' }],
    ['not if a node of it runs within another one', false, answer([node(1), node(2, { parent_instance_id: 'sub' })])],
    ['if its nodes are all of another one', true, answer([node(1, { parent_instance_id: 'other' })])],
    ['not if it is nothing', false, null],
  ])('%s', (_, expected, body) => {
    expect(isTopologyOfAnother(body, 'i')).toBe(expected);
  });
});

test('all failed nodes are named, and the first twenty have their messages', () => {
  const failed = failedNodes(answer(Array.from({ length: 50 }, (_, n) => node(n))));
  expect(failed.map(({ name }) => name)).toEqual(Array.from({ length: 50 }, (_, n) => `Node ${n}`));
  expect(failed.filter(({ error }) => error !== '').map(({ error }) => error)).toEqual(
    Array.from({ length: 20 }, (_, n) => `message ${n}`),
  );
});

test('a failed node has its times, as far as SecMaster gives them', () => {
  const times = { start_time: '2026-07-18T20:00:00.500Z+0800', end_time: '2026-07-18T20:00:03.000Z+0800' };
  const [both, one, none] = failedNodes(
    answer([
      node(1, times),
      node(2, { ...times, end_time: null }),
      node(3, { ...times, start_time: 'now', end_time: 7 }),
    ]),
  );
  const startMs = Date.parse('2026-07-18T12:00:00.500Z');
  expect(both).toEqual({ name: 'Node 1', error: 'message 1', startMs, endMs: startMs + 2_500 });
  expect(one).toEqual({ name: 'Node 2', error: 'message 2', startMs });
  expect(none).toEqual({ name: 'Node 3', error: 'message 3' });
});

test('a hundred thousand nodes are read about as fast as they are parsed', () => {
  const text = JSON.stringify(answer(Array.from({ length: 100_000 }, (_, n) => node(n))));
  const measure = (run: () => void) => {
    const before = performance.now();
    run();
    return performance.now() - before;
  };
  const body = JSON.parse(text);
  const parseMs = Math.max(...[1, 2, 3].map(() => measure(() => JSON.parse(text))));
  const readMs = Math.min(...[1, 2, 3].map(() => measure(() => failedNodes(body))));
  expect(readMs).toBeLessThan(2 * parseMs);
});

describe('the nodes with times', () => {
  const at = (seconds: number) => `2026-07-18T20:00:${String(seconds).padStart(2, '0')}.500Z+0800`;
  const timed = (n: number, from: number, to: number, fields: object = {}) =>
    node(n, { status: 'FINISHED', start_time: at(from), end_time: at(to), ...fields });
  const startMs = Date.parse('2026-07-18T12:00:00.500Z');

  test.each<[string, readonly unknown[], readonly (readonly [string, string, number, number])[]]>([
    [
      'have name, status, begin and end',
      [timed(1, 0, 3), timed(2, 3, 4, { status: 'failed' })],
      [
        ['Node 1', 'FINISHED', 0, 3],
        ['Node 2', 'FAILED', 3, 4],
      ],
    ],
    ['are called by their id without a name', [timed(1, 0, 3, { action_name: null })], [['a1', 'FINISHED', 0, 3]]],
    ['may have taken no time', [timed(1, 3, 3)], [['Node 1', 'FINISHED', 3, 3]]],
    ['are not those that run, even with an end', [timed(1, 0, 3, { status: 'RUNNING' })], []],
    [
      'may tell by `succeed` alone how they ended',
      [timed(1, 0, 3, { status: '', succeed: true }), timed(2, 0, 3, { status: null, succeed: false })],
      [
        ['Node 1', 'FINISHED', 0, 3],
        ['Node 2', 'FAILED', 0, 3],
      ],
    ],
    ['are not those of which nobody says how they ended', [timed(1, 0, 3, { status: null })], []],
    ['may have an unknown status', [timed(1, 0, 3, { status: 'SKIPPED' })], [['Node 1', 'SKIPPED', 0, 3]]],
    [
      'are not those without a time',
      [
        timed(1, 0, 3, { start_time: null }),
        timed(2, 0, 3, { end_time: '' }),
        timed(3, 0, 3, { end_time: undefined }),
        timed(4, 0, 3, { start_time: 1_784_376_000_500 }),
        timed(5, 0, 3, { start_time: 'yesterday' }),
        timed(6, 0, 3, { start_time: '0001-01-01T00:00:00Z' }),
      ],
      [],
    ],
    ['are not those that end before they start', [timed(1, 3, 0)], []],
    [
      'are each there once: as it last started',
      [timed(1, 0, 3), timed(2, 3, 4), timed(1, 5, 7)],
      [
        ['Node 1', 'FINISHED', 5, 7],
        ['Node 2', 'FINISHED', 3, 4],
      ],
    ],
    ['are each there once: in whatever order', [timed(1, 5, 7), timed(1, 0, 3)], [['Node 1', 'FINISHED', 5, 7]]],
    ['are none in what is no topology', ['x', null, 7, [], { start_time: at(0), end_time: at(1) }], []],
  ])('%s', (_, nodes, expected) => {
    expect(timedNodes(answer(nodes))).toEqual(
      expected.map(([name, status, from, to]) => ({
        name,
        status,
        startMs: startMs + from * 1_000,
        endMs: startMs + to * 1_000,
      })),
    );
  });

  test('have names and statuses that can be printed', () => {
    const [one] = timedNodes(answer([timed(1, 0, 3, { action_name: 'a\u202eb\n', status: 'x'.repeat(1_000) })]));
    expect(one?.name).toBe('a\ufffdb ');
    expect(one?.status).toHaveLength(200);
  });

  test('are a thousand at the most, and the rest is not looked at', () => {
    const nodes = Array.from({ length: 100_000 }, (_, n) => timed(n, 0, 3));
    const before = performance.now();
    expect(timedNodes(answer(nodes))).toHaveLength(1_000);
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});
