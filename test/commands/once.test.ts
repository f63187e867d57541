import { expect, test } from 'vitest';
import { stepOf } from '../../src/commands/once.ts';
import type { Pollable } from '../../src/poll/fleet/timer.ts';

const pollable = (workspace: string | null): Pollable => ({
  poll: async () => {},
  report: () => (workspace === null ? null : { workspace, workspaceId: 'w1' }),
});
const [discovery, first, second] = [pollable(null), pollable('prod'), pollable('test')];

test('how far once is, of several workspaces', () => {
  expect(stepOf(first, new Set([discovery]), [discovery, first, second], 41)).toEqual({
    text: 'workspace 2 of 3, 41 requests, polling prod',
    done: 1,
    total: 3,
    fields: { workspace: 'prod', polled: 1, of: 3, requests: 41 },
  });
});

test('of one workspace nobody knows, and its poll logs by itself', () => {
  expect(stepOf(first, new Set(), [first], 1)).toEqual({
    text: '1 request, polling prod',
    done: null,
    total: 1,
    fields: null,
  });
});

test('while workspaces are looked for', () => {
  expect(stepOf(discovery, new Set(), [discovery], 0).text).toBe('0 requests, looking for workspaces');
});
