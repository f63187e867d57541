import type { Behaviour } from '../behaviour.ts';
import type { Random } from '../random.ts';

/** What the answer says in `count`; undefined: nothing. */
export function countOf(
  count: Behaviour['count'],
  rows: { readonly all: number; readonly matching: number; readonly page: number },
  random: Random,
): unknown {
  const drift = count.drift === 0 ? 0 : Math.round(random.between(-count.drift, count.drift));
  const told = Math.max(0, Math.min(rows[count.of], count.cap ?? Number.POSITIVE_INFINITY) + count.offBy + drift);
  return {
    number: told,
    absent: undefined,
    null: null,
    zero: 0,
    text: String(told),
    'minus-one': -1,
    fraction: told + 0.5,
  }[count.shown];
}
