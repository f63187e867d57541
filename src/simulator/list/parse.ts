import type { Behaviour } from '../behaviour.ts';
import { isProblem, type Problem } from '../errors.ts';
import { type Condition, parseDates } from './dates.ts';
import { parseFilters } from './filters.ts';
import { parseSort, type Sort } from './order.ts';
import { type PageQuery, parsePaging } from './page.ts';
import { givenIn } from './parameters.ts';

export interface ListQuery extends PageQuery, Sort {
  /** All of them must hold. */
  readonly conditions: readonly Condition[];
}

/** Reads the parameters of the list call (docs/secmaster-api.md#query-parameters); an empty one counts as not given. */
export function parseListQuery(parameters: URLSearchParams, behaviour: Behaviour): ListQuery | Problem {
  const given = givenIn(parameters);
  const page = parsePaging(given, behaviour.paging);
  if (isProblem(page)) return page;
  const sort = parseSort(given, behaviour.order);
  if (isProblem(sort)) return sort;
  const range = parseDates(given, behaviour.dates);
  if (isProblem(range)) return range;
  const asked = parseFilters(given, behaviour.filters);
  if (isProblem(asked)) return asked;
  return { ...page, ...sort, conditions: [...asked, ...range] };
}
