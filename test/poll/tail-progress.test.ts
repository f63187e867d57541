import { describe, expect, test } from 'vitest';
import type { Instance } from '../../src/model/instance.ts';
import type { ReadPage } from '../../src/poll/session.ts';
import { beginningOfTail, endOfTail, follow, type TailEnd, type TailProgress } from '../../src/poll/tail-progress.ts';
import { emptyPage } from '../support/ledger/ledgers.ts';

function page(ids: readonly string[], fields: Partial<ReadPage> = {}): ReadPage {
  const instances = ids.map(
    (id): Instance => ({
      id,
      playbook: null,
      triggerType: '',
      status: 'FINISHED',
      startTimeMs: 0,
      endTimeMs: 1,
      retryCount: 0,
    }),
  );
  return {
    count: null,
    instances,
    filteredOut: [],
    rejected: [],
    change: emptyPage(0),
    rows: ids.map(() => 'changed'),
    size: ids.length,
    isLast: false,
    ...fields,
  };
}

const after = (...pages: ReadPage[]): TailProgress => pages.reduce(follow, beginningOfTail);

describe('rows may have slipped over the edge between two pages', () => {
  test.each<[string, ReadPage[], { mayHaveSlipped: boolean; isDisordered: boolean }]>([
    ['not on the first page', [page(['a', 'b'])], { mayHaveSlipped: false, isDisordered: false }],
    ['not where all rows are new', [page(['a']), page(['b'])], { mayHaveSlipped: false, isDisordered: false }],
    [
      'where the page begins with what the one before ended with',
      [page(['a', 'b', 'c']), page(['b', 'c', 'd'])],
      { mayHaveSlipped: true, isDisordered: false },
    ],
    [
      'in disorder where a row comes again elsewhere',
      [page(['a', 'b', 'c']), page(['d', 'a', 'e'])],
      { mayHaveSlipped: false, isDisordered: true },
    ],
    [
      'in disorder where rows come again in another order',
      [page(['a', 'b', 'c']), page(['c', 'b', 'd'])],
      { mayHaveSlipped: false, isDisordered: true },
    ],
    [
      'in disorder once and for all',
      [page(['a', 'b']), page(['c', 'a']), page(['d'])],
      { mayHaveSlipped: false, isDisordered: true },
    ],
    [
      'where the count has shrunk, for SecMaster has deleted some',
      [page(['a'], { count: 9 }), page(['b'], { count: 8 })],
      { mayHaveSlipped: true, isDisordered: false },
    ],
    [
      'not where the count has grown',
      [page(['a'], { count: 8 }), page(['b'], { count: 9 })],
      { mayHaveSlipped: false, isDisordered: false },
    ],
  ])('%s', (_, pages, expected) => {
    expect(after(...pages)).toMatchObject(expected);
  });
});

const settled = (n: number) =>
  page(
    Array.from({ length: n }, (_, i) => `s${n}-${i}`),
    { rows: Array(n).fill('settled') },
  );
const unsettled = page(['u'], { rows: ['unsettled'] });
const changed = page(['c']);

describe('a tail', () => {
  test.each<[string, ReadPage[], { isFirst?: boolean; isFresh?: boolean }, TailEnd | null]>([
    ['goes on while it meets changes', [changed], {}, null],
    ['has caught up after fifty settled rows', [settled(50)], {}, 'caught_up'],
    ['has not caught up after forty-nine', [settled(49)], {}, null],
    ['counts settled rows over the edge of a page', [settled(30), settled(20)], {}, 'caught_up'],
    ['begins to count again after a change', [settled(30), changed, settled(20)], {}, null],
    ['counts on past an open row that looks unchanged', [settled(30), unsettled, settled(20)], {}, 'caught_up'],
    ['has caught up at the last page', [page(['a'], { isLast: true })], {}, 'caught_up'],
    ['is too deep past the deepest offset', [{ ...changed, size: 10_001 }], {}, 'too_deep'],
    ['goes on at the deepest offset', [{ ...changed, size: 10_000 }], {}, null],
    ['of a new ledger ends with its last page', [page([], { isLast: true })], { isFirst: true }, 'first'],
    ['of a new ledger ends past the deepest offset', [{ ...changed, size: 10_001 }], { isFirst: true }, 'first'],
    ['of a new ledger ends after a hundred ended rows', [settled(100)], { isFirst: true, isFresh: true }, 'first'],
    ['of a new ledger goes on before', [{ ...changed, size: 99 }], { isFirst: true, isFresh: true }, null],
  ])('%s', (_, pages, { isFirst = false, isFresh = false }, expected) => {
    const last = pages.at(-1) ?? changed;
    expect(endOfTail(after(...pages), last, { isFirst, isFresh })).toBe(expected);
  });

  test('of a ledger that is no longer fresh does not end for its ended rows alone', () => {
    const rows = page(Array.from({ length: 100 }, (_, i) => `c${i}`));
    expect(endOfTail(after(rows), rows, { isFirst: true, isFresh: false })).toBeNull();
    expect(endOfTail(after(rows), rows, { isFirst: true, isFresh: true })).toBe('first');
  });
});
