import { expect, test } from 'vitest';
import { createCallCounter } from '../../../src/poll/workspace/call-counter.ts';
import type { SecMaster } from '../../../src/secmaster/api/secmaster.ts';

const secmaster: SecMaster = {
  now: () => 1,
  answeredMs: () => 1,
  clockProblem: () => null,
  credentialsExpireAtMs: () => null,
  countsFilteredOut: false,
  listInstances: async () => ({ count: 0, ids: [], instances: [], filteredOut: [], rejected: [] }),
  showInstance: () => Promise.reject(new Error('there is none')),
  workspaceName: async (id) => `name of ${id}`,
  listWorkspaces: async () => [],
  listPlaybooks: async () => ({ playbooks: [], unreadable: 0, isComplete: true, problem: null }),
};
const { signal } = new AbortController();

test('calls that ask SecMaster are counted, those that fail among them, and the others are not', async () => {
  const calls = createCallCounter();
  const counted = calls.counted(secmaster);
  expect(await counted.workspaceName('w1', signal)).toBe('name of w1');
  await counted.listWorkspaces(signal);
  await counted.listPlaybooks('w1', signal);
  await counted.listInstances('w1', { sortKey: 'create_time', sortDir: 'ASC', offset: 0 }, signal);
  await expect(counted.showInstance('w1', 'i1', signal)).rejects.toThrow('there is none');
  counted.now();
  counted.credentialsExpireAtMs();
  expect([calls.take(), calls.take()]).toEqual([5, 0]);
});

test('a client that replaces another continues its count', async () => {
  const calls = createCallCounter();
  await calls.counted(secmaster).listWorkspaces(signal);
  await calls.counted(secmaster).listWorkspaces(signal);
  expect(calls.take()).toBe(2);
});
