import type { Behaviour } from '../behaviour.ts';
import { type Problem, socProblem } from '../errors.ts';
import type { Instance } from '../instance.ts';
import type { SortKey } from '../instance-order.ts';
import type { Random } from '../random.ts';
import type { Given } from './parameters.ts';

type Order = Behaviour['order'];

/** The order that is honoured, whatever was asked for. */
export interface Sort {
  readonly sortKey: SortKey;
  readonly sortDir: 'ASC' | 'DESC';
}

export function parseSort(given: Given, order: Order): Sort | Problem {
  const sortKey = parseKey(given('sort_key'), order.sortKey);
  if (sortKey === null) return socProblem('20030009', 'Invalid sorting field.');
  const sortDir = parseDir(given('sort_dir'), order.sortDir);
  if (sortDir === null) return socProblem('20030010', 'Invalid sorting.');
  return order.rows === 'sorted' ? { sortKey, sortDir } : { sortKey: 'inserted', sortDir: 'ASC' };
}

function parseKey(key: string | null, how: Order['sortKey']): SortKey | null {
  if (key === null || how === 'ignored') return 'create_time';
  if (how === 'refused') return null;
  if (key === 'update_time' && how === 'update-time-refused') return null;
  return key === 'create_time' || key === 'update_time' ? key : null;
}

function parseDir(dir: string | null, how: Order['sortDir']): Sort['sortDir'] | null {
  if (dir === null || how === 'ignored') return 'DESC';
  if (how === 'refused') return null;
  return dir === 'ASC' || dir === 'DESC' ? dir : null;
}

/** The same rows, at random if that is how they come. */
export function arranged(rows: readonly Instance[], order: Order, random: Random): readonly Instance[] {
  if (order.rows !== 'random') return rows;
  const shuffled = [...rows];
  random.shuffle(shuffled);
  return shuffled;
}
