import type { Asked, Asker, Listed } from './asker.ts';
import type { Sort } from './begin.ts';

/** What has been found out before. */
export interface Known {
  readonly sort: Sort;
  readonly page: Listed;
  readonly isOffsetHonoured: boolean;
  readonly isStatusHonoured: boolean;
  readonly isIdHonoured: boolean;
  /** Queries for a few rows each, by dates. */
  readonly spans: readonly Asked[];
}

export interface Questions {
  /** null: there are no more. */
  next(): Asked | null;
  refused(question: Asked): void;
  /** Whether the end of the whole list can be asked for. */
  canAskForAll(): boolean;
}

/** A count may be capped there, and nothing deeper can be paged. */
const deepest = 10_000;
const limit = 10;

/** Answers to these show how many rows there are: the end of the whole list, those of statuses, and rows alone or nearly so. */
export function createQuestions(asker: Asker, known: Known): Questions {
  const { sort, page, isOffsetHonoured, isStatusHonoured, isIdHonoured, spans } = known;
  const statuses = isStatusHonoured ? [...new Set(asker.answers.flatMap(({ query }) => query.status ?? []))] : [];
  const lists = [{}, ...statuses.map((status) => ({ status }))];
  const ids = isIdHonoured ? page.rows.flatMap(({ id }) => id ?? []) : [];
  const singles: Asked[] = [...spans, ...ids.map((id) => ({ id }))];
  const refused = new Set<string | undefined>();
  let turn = 0;

  /** By the latest count, the last row. */
  function endOf(list: { readonly status?: string }): Asked | null {
    const isOfList = ({ query }: Listed) =>
      query.status === list.status && query.id === undefined && query.fromMs === undefined;
    const count = asker.answers.findLast(isOfList)?.count ?? 0;
    if (count < 1 || count + limit > deepest || refused.has(list.status)) return null;
    return { ...sort, ...list, offset: count - 1, limit };
  }

  return {
    next() {
      // Without the whole list's end nothing is proven.
      if (!isOffsetHonoured) return null;
      const ends = lists.flatMap((list) => endOf(list) ?? []);
      const single = turn < ends.length ? undefined : singles.pop();
      turn += 1;
      return single === undefined ? (ends[(turn - 1) % Math.max(1, ends.length)] ?? null) : { ...sort, ...single };
    },
    refused: ({ status }) => void refused.add(status),
    canAskForAll: () => !isOffsetHonoured || (!refused.has(undefined) && endOf({}) !== null),
  };
}
