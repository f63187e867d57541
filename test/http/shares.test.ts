import { describe, expect, test } from 'vitest';
import { createShares, type Limits } from '../../src/http/shares.ts';

function sharesOf(limits: Limits, ...held: readonly string[]) {
  const shares = createShares<string>(limits);
  // The first letter is the client.
  for (const one of held) shares.add(one[0] ?? '', one);
  return shares;
}

describe('where there is no room', () => {
  test.each<[string, string[], string, string | null, string[]]>([
    ['nothing goes while there is some', ['a1', 'b1'], 'a2', null, ['a1', 'a2', 'b1']],
    ['for a client the oldest of its own goes', ['a1', 'a2', 'a3'], 'a4', 'a1', ['a2', 'a3', 'a4']],
    [
      'for all the oldest of the busiest goes',
      ['b1', 'a1', 'a2', 'a3', 'c1'],
      'c2',
      'a1',
      ['b1', 'a2', 'a3', 'c1', 'c2'],
    ],
    [
      'of equally busy ones the newcomer is the busiest',
      ['a1', 'a2', 'b1', 'b2', 'c1'],
      'a3',
      'a1',
      ['a2', 'a3', 'b1', 'b2', 'c1'],
    ],
    [
      'a newcomer is refused where nobody has more than it',
      ['a1', 'b1', 'c1', 'd1', 'e1'],
      'f1',
      'a1',
      ['b1', 'c1', 'd1', 'e1', 'f1'],
    ],
  ])('%s', (_, held, newcomer, gone, left) => {
    const shares = sharesOf({ total: 5, byClient: 3 }, ...held);
    expect(shares.add(newcomer[0] ?? '', newcomer)).toBe(gone);
    expect(shares.all().toSorted()).toEqual(left.toSorted());
  });

  test('for the same client nothing goes that may not, and for another one it goes', () => {
    const shares = createShares<string>({ total: 3, byClient: 2 }, (one) => one !== 'a1');
    for (const one of ['a1', 'a2', 'b1']) shares.add(one[0] ?? '', one);
    expect(shares.add('a', 'a3')).toBe('a3');
    expect(shares.all()).toEqual(['a1', 'a2', 'b1']);
    expect(shares.add('c', 'c1')).toBe('a1');
  });

  test('what was renewed goes last, and what was removed makes room', () => {
    const shares = sharesOf({ total: 5, byClient: 2 }, 'a1', 'a2');
    shares.renew('a', 'a1');
    expect(shares.add('a', 'a3')).toBe('a2');
    shares.remove('a', 'a1');
    shares.remove('a', 'a1');
    expect(shares.add('a', 'a4')).toBe(null);
    shares.renew('a', 'gone');
    expect(shares.all()).toEqual(['a3', 'a4']);
  });
});

test('clients take turns, and of one the newest is first', () => {
  const shares = sharesOf({ total: 9, byClient: 9 }, 'a1', 'a2', 'a3', 'b1', 'b2', 'c1');
  const taken = Array.from({ length: 7 }, () => shares.take());
  expect(taken).toEqual(['a3', 'b2', 'c1', 'a2', 'b1', 'a1', null]);
  expect(shares.all()).toEqual([]);
});
