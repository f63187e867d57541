import { parseTime } from '../model/time.ts';
import { type Problem, socProblem } from './errors.ts';
import type { Instance } from './instance.ts';
import { type SortKey, sortValue } from './instance-order.ts';
import type { Random } from './random.ts';

/** What is not known about the real API, to be chosen. */
export interface ListOptions {
  /** Which time from_date and to_date hold against; the range is [from, to). An instance without it is outside. */
  readonly dateFilter: 'create' | 'update' | 'start' | 'end' | 'ignored';
  /** The largest `count` that is told. */
  readonly countCap: number | null;
  /** Rows with the same sort key come in another order at each request. */
  readonly shuffleTies: boolean;
}

export interface ListQuery {
  readonly offset: number;
  readonly limit: number;
  readonly sortKey: SortKey;
  readonly sortDir: 'ASC' | 'DESC';
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** All of them must hold. */
  readonly fields: readonly ((instance: Instance) => boolean)[];
}

/** `name` is taken for a part of the name, every other parameter for the whole value. */
const fields: Readonly<Record<string, (instance: Instance, value: string) => boolean>> = {
  id: (instance, value) => instance.id === value,
  name: (instance, value) => instance.name.includes(value),
  workflow_id: (instance, value) => instance.workflow?.id === value,
  dataobject_id: (instance, value) => instance.dataobjectId === value,
  dataclass_id: (instance, value) => instance.dataclass?.id === value,
  playbook_id: (instance, value) => instance.playbook?.id === value,
  defence_id: (instance, value) => instance.defenseId === value,
  status: (instance, value) => instance.status === value,
  trigger_type: (instance, value) => instance.triggerType === value,
};

/** Reads the parameters of the list call (docs/secmaster-api.md#query-parameters); an empty one counts as not given. */
export function parseListQuery(parameters: URLSearchParams): ListQuery | Problem {
  const given = (name: string) => parameters.get(name) || null;
  const offset = integer(given('offset') ?? '0', 0, 10_000);
  const limit = integer(given('limit') ?? '10', 1, 100);
  if (offset === null) return invalid('offset must be an integer from 0 to 10000');
  if (limit === null) return invalid('limit must be an integer from 1 to 100');

  const sortKey = given('sort_key') ?? 'create_time';
  if (sortKey !== 'create_time' && sortKey !== 'update_time') return socProblem('20030009', 'Invalid sorting field.');
  const sortDir = given('sort_dir') ?? 'DESC';
  if (sortDir !== 'ASC' && sortDir !== 'DESC') return socProblem('20030010', 'Invalid sorting.');

  const [fromDate, toDate] = [given('from_date'), given('to_date')];
  const fromMs = fromDate === null ? null : parseTime(fromDate);
  const toMs = toDate === null ? null : parseTime(toDate);
  if (fromDate !== null && fromMs === null) return invalid('from_date is not a time');
  if (toDate !== null && toMs === null) return invalid('to_date is not a time');

  const asked = Object.entries(fields).flatMap(([name, holds]) => {
    const value = given(name);
    return value === null ? [] : [(instance: Instance) => holds(instance, value)];
  });
  return { offset, limit, sortKey, sortDir, fromMs, toMs, fields: asked };
}

/** An integer of digits alone within the bounds, else null. */
export function integer(text: string, low: number, high: number): number | null {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= low && value <= high ? value : null;
}

function invalid(why: string): Problem {
  return socProblem('20030001', `Invalid parameters: ${why}.`);
}

export interface ListResult {
  readonly count: number;
  readonly instances: readonly Instance[];
}

/** @param ascending every instance of the workspace in ascending order of the query's sort key */
export function listInstances(
  ascending: readonly Instance[],
  query: ListQuery,
  options: ListOptions,
  random: Random,
): ListResult {
  const conditions = [...query.fields, ...dateCondition(query, options)];
  const matching =
    conditions.length === 0 ? ascending : ascending.filter((instance) => conditions.every((holds) => holds(instance)));
  return {
    count: Math.min(matching.length, options.countCap ?? matching.length),
    instances: page(matching, query, options.shuffleTies ? random : null),
  };
}

function dateCondition({ fromMs, toMs }: ListQuery, { dateFilter }: ListOptions) {
  if (dateFilter === 'ignored' || (fromMs === null && toMs === null)) return [];
  const [from, to] = [fromMs ?? Number.NEGATIVE_INFINITY, toMs ?? Number.POSITIVE_INFINITY];
  const field = ({ create: 'createTimeMs', update: 'updateTimeMs', start: 'startTimeMs', end: 'endTimeMs' } as const)[
    dateFilter
  ];
  return [
    (instance: Instance) => {
      const timeMs = instance[field];
      return timeMs !== null && timeMs >= from && timeMs < to;
    },
  ];
}

function page(ascending: readonly Instance[], query: ListQuery, random: Random | null): readonly Instance[] {
  const { offset, limit, sortKey, sortDir } = query;
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
