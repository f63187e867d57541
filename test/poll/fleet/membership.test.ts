import { expect, test } from 'vitest';
import { entryKeys, type Meant, membership, type Target } from '../../../src/poll/fleet/membership.ts';

const target = (some: Partial<Target> = {}): Target => ({
  name: null,
  region: 'eu-west-101',
  projectId: 'p1',
  workspaceId: null,
  endpoint: 'https://a.example.com',
  iamEndpoint: 'https://b.example.com',
  ...some,
});
const meant = (name: string, some: Partial<Target>, ...found: string[]): Meant => ({
  target: target({ name, ...some }),
  found: found.map((workspaceId) => ({ projectId: 'p1', workspaceId })),
});
const owners = (entries: readonly Meant[]) =>
  Object.fromEntries([...membership(entries)].map(([key, { entry }]) => [key, entry.target.name]));

const all = meant('all', {}, 'w1', 'w2', 'w3');
const regions = meant('of the region', { projectId: null }, 'w1', 'w4');
const oneOfRegion = meant('one of the region', { projectId: null, workspaceId: 'w2' }, 'w2');
const one = meant('one', { workspaceId: 'w2' }, 'w2');

test.each<[string, Meant[], Record<string, string>]>([
  ['an entry means what has been found for it', [all], { 'p1/w1': 'all', 'p1/w2': 'all', 'p1/w3': 'all' }],
  ['one for which nothing has been found means nothing', [{ ...all, found: null }], {}],
  [
    'a workspace belongs to the entry that names it, wherever that stands',
    [all, one],
    { 'p1/w1': 'all', 'p1/w2': 'one', 'p1/w3': 'all' },
  ],
  ['rather to one with its project than to one without', [oneOfRegion, one], { 'p1/w2': 'one' }],
  [
    'and to one without rather than to a list',
    [all, oneOfRegion],
    { 'p1/w1': 'all', 'p1/w2': 'one of the region', 'p1/w3': 'all' },
  ],
  [
    'among equals to the first',
    [regions, all],
    { 'p1/w1': 'of the region', 'p1/w2': 'all', 'p1/w3': 'all', 'p1/w4': 'of the region' },
  ],
])('%s', (_, entries, expected) => {
  expect(owners(entries)).toEqual(expected);
});

test('those that are named come first, and then those that are found, in the order of their entries', () => {
  expect([...membership([all, one]).keys()]).toEqual(['p1/w2', 'p1/w1', 'p1/w3']);
});

test('an entry keeps its key under another name and in another place, and two that mean the same have one each', () => {
  const [a, b] = [target(), target({ projectId: 'p2' })];
  const keys = entryKeys([a, b]);
  expect(entryKeys([b, { ...a, name: 'renamed' }])).toEqual(keys.toReversed());
  expect(new Set(entryKeys([a, a, b])).size).toBe(3);
  expect(entryKeys([a, a, b])).toEqual([keys[0], expect.anything(), keys[1]]);
});
