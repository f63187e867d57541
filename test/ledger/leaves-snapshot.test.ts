import { expect, test } from 'vitest';
import type { Change } from '../../src/ledger/change.ts';
import { leavesSnapshot } from '../../src/ledger/leaves-snapshot.ts';
import { emptyPage } from '../support/ledger/ledgers.ts';

const labels = { playbook: 'Isolate host', trigger_type: 'EVENT' };
const page = { ...emptyPage(1), seen: ['a'] };
const met = { playbookId: 'x', name: 'Isolate host', label: 'Isolate host', seenMs: 1, begunMs: 1, metMs: 1 };

test.each<[string, Change, boolean]>([
  ['a page that shows open instances again', { kind: 'page', page }, true],
  [
    'the end of a sweep step without a page',
    { kind: 'sweep_step', page: null, item: 1, outcome: { kind: 'done' } },
    true,
  ],
  ['a poll that has succeeded', { kind: 'poll_succeeded', atMs: 1 }, true],
  ['an instance that was looked up', { kind: 'instance_seen', id: 'a', atMs: 1 }, true],
  [
    'a page with a counter',
    { kind: 'page', page: { ...page, counters: [{ counter: 'started', labels, by: 1 }] } },
    false,
  ],
  ['a page with a name', { kind: 'page', page: { ...page, playbooks: [met] } }, false],
  ['a page with a newer start', { kind: 'page', page: { ...page, lastStarts: [{ labels, atMs: 1 }] } }, false],
  [
    'a page with a data class',
    {
      kind: 'page',
      page: {
        ...page,
        versions: { ...page.versions, dataclasses: [{ playbook: 'x', dataclass: 'Alert', startMs: 1 }] },
      },
    },
    false,
  ],
  [
    'a page with a topology that is skipped',
    { kind: 'page', page: { ...page, ended: { readable: [], hidden: 1 } } },
    false,
  ],
  ['a window that has moved', { kind: 'window_moved', fromMinute: 1, sweep: [] }, false],
  ['series that are exposed', { kind: 'exposed', series: [] }, false],
])('%s leaves a snapshot as it is, or not', (_, change, expected) => {
  expect(leavesSnapshot(change)).toBe(expected);
});
