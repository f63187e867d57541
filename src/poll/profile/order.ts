import { isEnded } from '../../model/status.ts';
import { type Answer, howRefused, isListed, isRefused, type Listed, type SeenRow } from './asker.ts';

/** A few rows may be out of order: odd times, touched or retried rows. */
const maxOut = 0.1;
/** Fewer rows are in order by chance. */
const enough = 5;

/** So many rows must end in another order than they start. */
const fewRows = 3;

/** Whether rows that were asked for by update_time come by creation instead. */
export function isByCreation(rows: readonly SeenRow[]): boolean {
  const update = isInOrderOfUpdates(rows);
  return !update.holds && outOfOrder(startsOf(rows)) < 2;
}

interface Judged {
  readonly holds: boolean;
  /** Whether no other order would look the same. */
  readonly isProven?: boolean;
  /** Of an order that doesn't hold. */
  readonly how: string;
}

export interface OrderFound {
  readonly value: 'update_time' | 'create_time' | 'default' | 'none';
  readonly how: string;
}

/** The order that holds, as far as rows show it; null: too few of them do. `page` was asked for in no order if both others are refused. */
export function judgeOrder(byUpdate: Answer, byCreate: Answer, page: Listed): OrderFound | null {
  if (isRefused(byUpdate) && isRefused(byCreate)) {
    const how = howRefused(byCreate.refused);
    return isInOrderOfCreation(page.rows).holds ? { value: 'default', how } : { value: 'none', how };
  }
  const update = judged(byUpdate, isInOrderOfUpdates);
  const create = judged(byCreate, isInOrderOfCreation);
  if (update?.holds) return update.isProven ? { value: 'update_time', how: 'as asked for' } : null;
  if (update === null) return create === null || create.holds ? null : { value: 'none', how: create.how };
  const how = `update_time ${update.how}`;
  if (create?.holds) return { value: 'create_time', how };
  // Without rows nothing speaks against it.
  if (create === null && isListed(byCreate)) return { value: 'create_time', how };
  return { value: 'none', how: create === null ? how : `${how}; create_time ${create.how}` };
}

function judged(answer: Answer, test: (rows: readonly SeenRow[]) => Judged): Judged | null {
  if (isRefused(answer)) return { holds: false, how: howRefused(answer.refused) };
  return isListed(answer) && answer.rows.length >= enough ? test(answer.rows) : null;
}

/** An update moves an ended row no further down than its end. Where runs don't overlap, this can't be told from creation. */
function isInOrderOfUpdates(rows: readonly SeenRow[]): Judged {
  const ended = rows.filter((row) => row.startTimeMs !== null && isEnded(row));
  const ends = ended.flatMap(({ startTimeMs, endTimeMs }) =>
    endTimeMs === null ? [] : [Math.max(startTimeMs ?? endTimeMs, endTimeMs)],
  );
  const out = outOfOrder(ends);
  const outOfCreation = outOfOrder(startsOf(ended));
  const isCreation = outOfCreation * 2 <= out;
  const holds = out < 2 || (out <= ends.length * maxOut && !isCreation);
  const isProven = outOfCreation >= out + fewRows;
  return { holds, isProven, how: `not in order of ends: ${out} of ${ends.length} rows` };
}

function isInOrderOfCreation(rows: readonly SeenRow[]): Judged {
  const starts = startsOf(rows);
  const out = outOfOrder(starts);
  return {
    holds: out < 2 || out <= starts.length * maxOut,
    how: `not in order of starts: ${out} of ${starts.length} rows`,
  };
}

function startsOf(rows: readonly SeenRow[]): number[] {
  return rows.flatMap(({ startTimeMs }) => startTimeMs ?? []);
}

/** How few would have to go so that the rest falls, or stays the same, from each to the next. */
export function outOfOrder(values: readonly number[]): number {
  /** At n: the largest last value of a falling sequence of n + 1 values. */
  const lasts: number[] = [];
  for (const value of values) {
    const at = lasts.findIndex((last) => last < value);
    if (at === -1) lasts.push(value);
    else lasts[at] = value;
  }
  return values.length - lasts.length;
}

/** Whether the same page came in the same order twice but for a few rows; null: too many rows have the same time. */
export function isStable(
  { rows: before }: Pick<Listed, 'rows'>,
  { rows: after }: Pick<Listed, 'rows'>,
): boolean | null {
  const times = startsOf(before);
  const once = before.filter(({ startTimeMs }) => times.filter((time) => time === startTimeMs).length === 1);
  if (once.length < 3 || once.length < before.length / 2) return null;
  const positions = new Map(after.map(({ id }, position) => [id, position]));
  const common = once.flatMap(({ id }) => positions.get(id) ?? []);
  const isInOrder = outOfOrder(common.map((position) => -position)) <= common.length * maxOut;
  return common.length * 2 >= once.length && isInOrder;
}
