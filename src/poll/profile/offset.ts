import { type Asker, howRefused, isListed, isRefused, type Listed, type SeenRow } from './asker.ts';
import type { Sort } from './begin.ts';
import { isStable } from './order.ts';

export interface OffsetFound {
  readonly offset?: { readonly value: 'honoured' | 'ignored'; readonly how: string };
  /** Whether the same page comes in another order each time. */
  readonly isRandom: boolean;
  /** Whether there are more rows than a page has. */
  readonly hasMore: boolean;
  /** Rows that could be paged through, if a deeper page was refused. */
  readonly depth?: { readonly value: number; readonly how: string };
}

const few = 8;

/** Asks for what begins half a page down. Two requests at the most, four if the answers don't fit each other. */
export async function probeOffset(asker: Asker, page: Listed, sort: Sort): Promise<OffsetFound> {
  const nothing: OffsetFound = { isRandom: false, hasMore: page.rows.length >= page.query.limit };
  if (page.rows.length === 0) return nothing;
  const half = Math.max(1, Math.floor(Math.min(page.rows.length, page.query.limit) / 2));
  const lower = await asker.list({ ...sort, offset: half });
  if (isRefused(lower)) return refusedAt(asker, page, sort, half, nothing);
  if (!isListed(lower)) return nothing;
  const hasMore = nothing.hasMore || half + lower.rows.length > page.rows.length + 2;
  if (page.rows.length < 2) return { ...nothing, hasMore };

  const verdict = compare(page, lower, half);
  // By chance, a few rows can be those that were expected.
  if (verdict !== null && page.rows.length > few) return { isRandom: false, hasMore, offset: verdict };
  const again = await asker.list(sort);
  const lowerAgain = await asker.list({ ...sort, offset: half });
  if (!isListed(again) || !isListed(lowerAgain)) return { ...nothing, hasMore };
  const second = compare(again, lowerAgain, half);
  const stable = isStable(page, again);
  if (second !== null && (verdict === null || verdict.value === second.value) && stable !== false)
    return { isRandom: false, hasMore, offset: second };
  if (stable === false) return { isRandom: true, hasMore };
  const isElsewhere =
    stable && verdict === null && second === null && lower.rows.length > 0 && lowerAgain.rows.length > 0;
  return {
    isRandom: false,
    hasMore,
    ...(isElsewhere && { offset: { value: 'ignored', how: 'other rows than half a page down' } }),
  };
}

function compare(page: Listed, lower: Listed, half: number): NonNullable<OffsetFound['offset']> | null {
  const met = new Set(lower.rows.map(({ id }) => id));
  const share = (rows: readonly SeenRow[]) => rows.filter(({ id }) => met.has(id)).length / rows.length;
  // Where a row was that could not be understood is not known.
  const rows = page.rows.filter(({ id, status }) => id !== null && status !== '');
  const top = share(rows.slice(0, half));
  const bottom = share(rows.slice(-Math.ceil(half / 2)));
  if (top >= 0.8) return { value: 'ignored', how: 'the same rows at every offset' };
  return bottom >= 0.8 && top <= 0.2 ? { value: 'honoured', how: 'half a page down' } : null;
}

/** Perhaps only the sum of offset and limit was too large. */
async function refusedAt(
  asker: Asker,
  page: Listed,
  sort: Sort,
  half: number,
  nothing: OffsetFound,
): Promise<OffsetFound> {
  const { limit } = page.query;
  const depth = { value: limit, how: `refused: offset ${half} with limit ${limit}` };
  const lower = await asker.list({ ...sort, offset: half, limit: half });
  if (isRefused(lower)) return { ...nothing, depth, offset: { value: 'ignored', how: howRefused(lower.refused) } };
  if (!isListed(lower)) return nothing;
  const offset = compare(page, lower, half);
  return { ...nothing, depth, ...(offset !== null && { offset }) };
}
