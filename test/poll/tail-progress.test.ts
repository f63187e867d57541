import { describe, expect, test } from 'vitest';
import type { ReadPage } from '../../src/poll/session.ts';
import { beginningOfTail, endOfTail, follow, type TailEnd, type TailProgress } from '../../src/poll/tail-progress.ts';
import { instanceOf, readPageOf } from '../support/secmaster/pages.ts';

const page = (ids: readonly string[], fields: Partial<ReadPage> = {}) =>
  readPageOf(
    ids.map((id) => instanceOf({ id })),
    fields,
  );

const after = (pages: readonly ReadPage[], top: readonly string[] = []): TailProgress =>
  pages.reduce((progress, one) => follow(progress, one, top), beginningOfTail);

const settled = (n: number) =>
  page(
    Array.from({ length: n }, (_, i) => `s${n}-${i}`),
    { rows: Array(n).fill('settled') },
  );
const unsettled = page(['u'], { rows: ['unsettled'] });
const changed = page(['c']);

type State = Parameters<typeof endOfTail>[1];

describe('a tail', () => {
  test.each<[string, ReadPage[], Partial<State>, TailEnd | null]>([
    ['goes on while it meets changes', [changed], {}, null],
    ['has caught up after fifty settled rows', [settled(50)], {}, 'caught_up'],
    ['has not caught up after forty-nine', [settled(49)], {}, null],
    ['counts settled rows over the edge of a page', [settled(30), settled(20)], {}, 'caught_up'],
    ['begins to count again after a change', [settled(30), changed, settled(20)], {}, null],
    ['counts on past an open row that looks unchanged', [settled(30), unsettled, settled(20)], {}, 'caught_up'],
    ['has caught up at the end of the list', [changed], { roundEnd: 'complete' }, 'caught_up'],
    ['is too deep at the bottom', [changed], { roundEnd: 'bottom' }, 'too_deep'],
    ['is incomplete where part of the list is missing', [changed], { roundEnd: 'incomplete' }, 'incomplete'],
    ['has caught up at the bottom beneath a settled row', [changed, settled(1)], { roundEnd: 'bottom' }, 'caught_up'],
    [
      'has caught up beneath a settled row where part of the list is missing',
      [changed, settled(1), unsettled],
      { roundEnd: 'incomplete' },
      'caught_up',
    ],
    ['of a new ledger ends with the list', [], { isFirst: true, roundEnd: 'complete' }, 'first'],
    ['of a new ledger ends at the bottom', [changed], { isFirst: true, roundEnd: 'bottom' }, 'first'],
    ['of a new ledger ends after a hundred ended rows', [settled(100)], { isFirst: true, isFresh: true }, 'first'],
    ['of a new ledger goes on before', [settled(99)], { isFirst: true, isFresh: true }, null],
    [
      'of a ledger that is no longer fresh does not end for its ended rows alone',
      [settled(100)],
      { isFirst: true },
      null,
    ],
  ])('%s', (_, pages, state, expected) => {
    expect(endOfTail(after(pages), { isFirst: false, isFresh: false, roundEnd: null, ...state })).toBe(expected);
  });
});

describe('rows that come as the last tail began', () => {
  const ids = (...texts: string[]) => texts.flatMap((text) => [...text]);
  const unsettledPage = (text: string, news = '') => {
    const read = page(ids(text), { rows: ids(text).map(() => 'unsettled') });
    return { ...read, news: read.instances.filter(({ id }) => news.includes(id)) };
  };

  test.each<[string, ReadPage[], string, number]>([
    ['are all of them', [unsettledPage('abc')], 'abc', 3],
    ['are counted over the edge of a page', [unsettledPage('ab'), unsettledPage('cd')], 'abcd', 4],
    ['come beneath new ones', [unsettledPage('xyab')], 'abc', 2],
    ['come without those that have moved to the top', [unsettledPage('bxacd')], 'abcd', 3],
    ['end where another one comes', [unsettledPage('abxcd')], 'abcd', 0],
    ['end where one has moved up beneath them', [unsettledPage('acbd')], 'abcd', 0],
    ['are not those that have changed where they are', [unsettledPage('abc', 'b')], 'abc', 0],
    ['are none where there was no tail', [unsettledPage('abc')], '', 0],
  ])('%s', (_, pages, top, same) => {
    expect(after(pages, ids(top)).same).toBe(same);
  });

  test('let a tail catch up, though none is settled', () => {
    const top = Array.from({ length: 60 }, (_, i) => `o${i}`);
    const read = (n: number) => page(['x', ...top.slice(0, n)], { rows: ['changed', ...Array(n).fill('unsettled')] });
    const state = { isFirst: false, isFresh: false, roundEnd: null };
    expect(endOfTail(after([read(49)], top), state)).toBeNull();
    expect(endOfTail(after([read(50)], top), state)).toBe('caught_up');
  });
});
