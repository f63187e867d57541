import type { Behaviour } from '../behaviour.ts';
import type { Memory } from '../behaviour-handle.ts';
import type { Instance } from '../instance.ts';
import type { InstanceOrder } from '../instance-order.ts';
import type { Random } from '../random.ts';
import { countOf } from './count.ts';
import { arranged } from './order.ts';
import { isLeftEmpty, pageOf, windowOf } from './page.ts';
import type { ListQuery } from './parse.ts';

export interface ListResult {
  /** A number, unless the behaviour is to tell something else. */
  readonly count: unknown;
  readonly instances: readonly Instance[];
}

/** @param ordered every instance of the workspace in ascending order of a key */
export function listInstances(
  ordered: InstanceOrder,
  query: ListQuery,
  { paging, order, count }: Behaviour,
  memory: Memory,
  random: Random,
): ListResult {
  const { conditions } = query;
  const all = ordered(query.sortKey);
  const matching =
    conditions.length === 0 ? all : all.filter((instance) => conditions.every((holds) => holds(instance)));
  const rows = pageOf(
    arranged(matching, order, random),
    windowOf(query, paging),
    query,
    order.ties === 'shuffled' ? random : null,
  );
  const instances = rows.length > 0 && isLeftEmpty(query, paging, memory) ? [] : rows;
  return {
    count: countOf(count, { all: all.length, matching: matching.length, page: instances.length }, random),
    instances,
  };
}
