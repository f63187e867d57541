import { expect, test } from 'vitest';
import { createWorkspaceLabels } from '../../../src/poll/fleet/labels.ts';

test('the first keeps the name, others get the first suffix that makes theirs unique, and a number where none does', () => {
  const labels = createWorkspaceLabels();
  expect(labels.claim('a', 'soc', ['p1'])).toBe('soc');
  expect(labels.claim('b', 'soc', ['p2', 'w2'])).toBe('soc (p2)');
  expect(labels.claim('c', 'soc', ['p2', 'w3'])).toBe('soc (w3)');
  expect(labels.claim('d', 'soc', ['p2'])).toBe('soc (2)');
  expect(labels.claim('e', 'soc', [])).toBe('soc (3)');
});

test('who asks again gets the same, and what is released is free', () => {
  const labels = createWorkspaceLabels();
  labels.claim('a', 'soc', ['p1']);
  labels.claim('b', 'soc', ['p2']);
  expect([labels.claim('b', 'soc', ['p2']), labels.claim('a', 'soc', ['p1'])]).toEqual(['soc (p2)', 'soc']);
  labels.release('a');
  expect(labels.claim('c', 'soc', ['p3'])).toBe('soc');
});
