import { describe, expect, test } from 'vitest';
import { foldPage, type PageContext } from '../../src/ledger/page.ts';
import { type EndedAttempt, maxUnread, newestFirst, withEnded, withoutThese } from '../../src/ledger/topologies.ts';
import type { Instance } from '../../src/model/instance.ts';
import { instanceOf } from '../support/secmaster/pages.ts';
import { createMemoryStore } from './memory-store.ts';

const nowMs = Date.parse('2026-07-18T12:00:00Z');
const attempt = (id: string, endedMs: number, fields: Partial<EndedAttempt> = {}): EndedAttempt => ({
  id,
  attempt: 1,
  hasFailed: false,
  endedMs,
  sinceMs: null,
  ...fields,
});
const nothing = { unread: new Map<string, EndedAttempt>(), topologiesSkipped: 0 };
const ids = ({ unread }: { unread: ReadonlyMap<string, EndedAttempt> }) => newestFirst(unread).map(({ id }) => id);

describe('what waits to be read', () => {
  test('is known by its instance: an earlier attempt of it is skipped, and so is what nobody saw', () => {
    const one = withEnded(nothing, { readable: [attempt('a', 1), attempt('b', 2)], hidden: 3 });
    const two = withEnded(one, { readable: [attempt('a', 5, { attempt: 2 })], hidden: 0 });
    expect([ids(two), two.topologiesSkipped]).toEqual([['a', 'b'], 4]);
    expect(two.unread.get('a')?.attempt).toBe(2);
  });

  test('is no longer there once it is given up, which counts only what waited', () => {
    const one = withEnded(nothing, { readable: [attempt('a', 1), attempt('b', 2)], hidden: 0 });
    const two = withoutThese(one, ['a', 'x']);
    expect([ids(two), two.topologiesSkipped]).toEqual([['b'], 1]);
  });

  test('is bounded, the newest of each kind: others never push out what has failed', () => {
    const failed = Array.from({ length: maxUnread.failed + 1 }, (_, i) => attempt(`f${i}`, i, { hasFailed: true }));
    const others = Array.from({ length: maxUnread.others + 2 }, (_, i) => attempt(`o${i}`, 1e6 + i));
    const all = withEnded(nothing, { readable: [...failed, ...others], hidden: 0 });
    expect(all.unread.size).toBe(maxUnread.failed + maxUnread.others);
    expect(['f0', 'f1', 'o1', 'o2'].map((id) => all.unread.has(id))).toEqual([false, true, false, true]);
    expect(all.topologiesSkipped).toBe(3);
  });
});

describe('of the rows of a page', () => {
  const ended = (fields: Partial<Instance>) =>
    instanceOf({ id: 'a', status: 'FINISHED', startTimeMs: nowMs + 1_000, endTimeMs: nowMs + 6_000, ...fields });

  async function folded(nodes: PageContext['nodes'], ...rows: Instance[]) {
    const ledger = await createMemoryStore(new Map()).create({ projectId: 'p', workspaceId: 'w' }, nowMs, 0);
    const context = { maxPlaybooks: 9, maxValues: 9, durationBuckets: [], nodes, nowMs };
    return foldPage(rows, { ...context, known: new Map(), state: ledger.state }).change.ended;
  }

  test.each<[string, PageContext['nodes'], Instance[], unknown]>([
    ['none are wanted', 'off', [ended({ status: 'FAILED' })], undefined],
    ['only failed ones are wanted', 'failed', [ended({})], { readable: [], hidden: 0 }],
    ['an open one has not ended', 'all', [ended({ status: 'RUNNING', endTimeMs: null })], { readable: [], hidden: 0 }],
    [
      'one that ended before the ledger does not count',
      'all',
      [ended({ startTimeMs: nowMs - 9_000, endTimeMs: nowMs - 1_000 })],
      { readable: [], hidden: 0 },
    ],
    [
      'one that began before the ledger and ended after it counts',
      'all',
      [ended({ startTimeMs: nowMs - 9_000 })],
      { readable: [attempt('a', nowMs + 6_000)], hidden: 0 },
    ],
    [
      'attempts behind a retry are hidden',
      'all',
      [ended({ retryCount: 2 })],
      { readable: [attempt('a', nowMs + 6_000)], hidden: 2 },
    ],
    [
      'a retry hides one also while it is open',
      'failed',
      [ended({ status: 'RETRYING', endTimeMs: null, retryCount: 1 })],
      { readable: [], hidden: 1 },
    ],
    [
      'the attempt after another one begins when that ended',
      'all',
      [ended({ status: 'FAILED' }), ended({ status: 'FAILED', retryCount: 1, endTimeMs: nowMs + 60_000 })],
      {
        readable: [
          attempt('a', nowMs + 6_000, { hasFailed: true }),
          attempt('a', nowMs + 60_000, { hasFailed: true, attempt: 2, sinceMs: nowMs + 6_000 }),
        ],
        hidden: 0,
      },
    ],
  ])('%s', async (_, nodes, rows, expected) => {
    expect(await folded(nodes, ...rows)).toEqual(expected);
  });
});
