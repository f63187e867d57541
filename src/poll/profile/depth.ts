import { type Asker, howRefused, isRefused, type Listed } from './asker.ts';
import type { Sort } from './begin.ts';

/** What is documented, what is left of it where the sum of offset and limit must be below, and half of it. */
const depths = [10_000, 9_900, 5_000];

/** Asks for the last page that can be there by the documentation, if the list is as long as that. Three requests at the most. */
export async function probeDepth(
  asker: Asker,
  page: Listed,
  sort: Sort,
): Promise<{ readonly value: number; readonly how: string } | null> {
  if ((page.count ?? 0) < 10_000) return null;
  let how = '';
  for (const depth of depths) {
    const offset = depth - asker.limit;
    const answer = await asker.list({ ...sort, offset, limit: asker.limit });
    if (answer === null) return null;
    if (isRefused(answer)) how ||= `offset ${offset} ${howRefused(answer.refused)}`;
    else return answer.rows.length === 0 ? null : { value: depth, how: how || 'as documented' };
  }
  return { value: asker.limit, how };
}
