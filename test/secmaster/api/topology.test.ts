import { describe, expect, test } from 'vitest';
import { failedNodes, isTopologyOfAnother } from '../../../src/secmaster/api/topology.ts';

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
