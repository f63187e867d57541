import type { Behaviour } from '../behaviour.ts';
import type { Memory } from '../behaviour-handle.ts';
import type { Problem } from '../errors.ts';
import type { Instance } from '../instance.ts';
import { type SortKey, sortValue } from '../instance-order.ts';
import type { Random } from '../random.ts';
import type { Sort } from './order.ts';
import { type Given, integer, invalid } from './parameters.ts';

type Paging = Behaviour['paging'];

export interface PageQuery {
  readonly offset: number;
  readonly limit: number;
}

export function parsePaging(given: Given, { maxLimit, maxOffset, maxWindow }: Paging): PageQuery | Problem {
  const offset = integer(given('offset') ?? '0', 0, maxOffset);
  const limit = integer(given('limit') ?? String(Math.min(10, maxLimit)), 1, maxLimit);
  if (offset === null) return invalid(`offset must be 0 to ${maxOffset}`);
  if (limit === null) return invalid(`limit must be 1 to ${maxLimit}`);
  if (maxWindow !== null && offset + limit > maxWindow) return invalid(`offset + limit must be at most ${maxWindow}`);
  return { offset, limit };
}

/** Which rows of the list a page consists of. */
export function windowOf({ offset, limit }: PageQuery, paging: Paging): PageQuery {
  const rows = Math.min(limit, paging.maxRows ?? limit);
  const repeated = Math.min(paging.duplicateRows, rows - 1) * Math.floor(offset / rows);
  return { offset: paging.offset === 'ignored' ? 0 : offset - repeated, limit: rows + paging.extraRows };
}

/** Whether this page is left empty; the memory keeps that it was. */
export function isLeftEmpty({ offset, limit }: PageQuery, { emptyPage, maxRows }: Paging, memory: Memory): boolean {
  if (emptyPage === null) return false;
  const page = Math.floor(offset / Math.min(limit, maxRows ?? limit)) + 1;
  if (page !== emptyPage.page) return false;
  const isLeft = emptyPage.times === 'always' || !memory.hasBeenEmpty;
  memory.hasBeenEmpty = emptyPage.times === 'once' || isLeft;
  return isLeft;
}

/** @param random of ties that are shuffled; null: they stay as they are */
export function pageOf(
  ascending: readonly Instance[],
  { offset, limit }: PageQuery,
  { sortKey, sortDir }: Sort,
  random: Random | null,
): readonly Instance[] {
  const total = ascending.length;
  const first = sortDir === 'ASC' ? Math.min(offset, total) : Math.max(0, total - offset - limit);
  const end = sortDir === 'ASC' ? Math.min(offset + limit, total) : Math.max(0, total - offset);
  const rows = random === null ? ascending.slice(first, end) : shuffledPage(ascending, first, end, sortKey, random);
  return sortDir === 'ASC' ? rows : rows.reverse();
}

/** The rows from `first` to `end`, each among those of equal key drawn anew, also from beyond the page's edges. */
function shuffledPage(ascending: readonly Instance[], first: number, end: number, key: SortKey, random: Random) {
  const valueAt = (position: number) => {
    const instance = ascending[position];
    return instance === undefined ? null : sortValue(instance, key);
  };
  const groups: Instance[][] = [];
  let start = first;
  while (start > 0 && start < end && valueAt(start - 1) === valueAt(start)) start -= 1;
  for (let from = start; from < end; ) {
    let to = from + 1;
    while (to < ascending.length && valueAt(to) === valueAt(from)) to += 1;
    const group = ascending.slice(from, to);
    random.shuffle(group);
    groups.push(group);
    from = to;
  }
  return groups.flat().slice(first - start, end - start);
}
