/** A bar for each row, longest first: which of them is it? A table's bars keep their names where there is only one, or none. */
import { neutral, type Steps } from '../colours.ts';
import type { Description } from './described.ts';
import { type Column, type Key, table } from './table.ts';

export interface Ranking extends Omit<Description, 'unit'> {
  readonly keys: readonly Key[];
  readonly column: Pick<Column, 'title' | 'expr' | 'unit' | 'decimals'> & { readonly max?: number };
  readonly steps?: Steps;
}

export function ranking({ keys, column, steps, ...description }: Ranking) {
  const bar = { ...column, width: 120, bar: { max: column.max, steps: steps ?? [{ value: null, color: neutral }] } };
  return table({ ...description, keys, columns: [bar], sort: { by: column.title, descending: true } });
}
