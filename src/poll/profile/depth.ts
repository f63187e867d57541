import { type Asker, howRefused, isRefused, type Listed } from './asker.ts';
import type { Sort } from './begin.ts';

/** The documented bound, what a bound of the sum of offset and limit may leave of it, and half of it. */
const offsets = [9_900, 9_800, 4_900];

/** Asks for the last page that is documented to be there, if the list is as long as that. Three requests at the most. */
export async function probeDepth(
  asker: Asker,
  page: Listed,
  sort: Sort,
): Promise<{ readonly value: number; readonly how: string } | null> {
  if ((page.count ?? 0) < 10_000) return null;
  let how = '';
  for (const offset of offsets) {
    const answer = await asker.list({ ...sort, offset, limit: asker.limit });
    if (answer === null) return null;
    if (!isRefused(answer))
      return answer.rows.length === 0
        ? null
        : { value: offset + asker.limit, how: how || 'the deepest page documented' };
    how ||= `offset ${offset} ${howRefused(answer.refused)}`;
  }
  return { value: asker.limit, how };
}
