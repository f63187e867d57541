import { isEnded } from '../../model/status.ts';
import { type Answer, type Asker, howRefused, isListed, isRefused, type Listed, type SeenRow } from './asker.ts';
import type { Sort } from './begin.ts';

export interface FilterFound {
  readonly value: 'honoured' | 'not_honoured';
  readonly how: string;
}

const honoured = (how: string): FilterFound => ({ value: 'honoured', how });
const notHonoured = (how: string): FilterFound => ({ value: 'not_honoured', how });

/** Of the documented ones, those that an instance keeps. */
const endedStatuses = ['FINISHED', 'FAILED', 'TERMINATED'];

/** Asks for an id from the middle of the page, and for another one if that is not answered by its row. */
export async function probeId(asker: Asker, { rows }: Listed, sort: Sort): Promise<FilterFound | null> {
  const ids = rows.flatMap(({ id, status }) => (id === null || status === '' ? [] : [id]));
  if (new Set(ids).size < 2) return null;
  let found: FilterFound | null = null;
  for (const id of [middleOf(ids), ids.find((one) => one !== middleOf(ids))]) {
    const answer = await asker.list({ ...sort, id: id ?? '' });
    if (isRefused(answer)) return notHonoured(howRefused(answer.refused));
    if (answer === null || !isListed(answer)) break;
    if (answer.rows.length > 0 && answer.rows.every((row) => row.id === id)) return honoured('one id, one row');
    found = notHonoured(answer.rows.length === 0 ? 'no row of an id that is there' : 'ignored: rows of other ids');
  }
  return found;
}

/** Asks for the two most frequent statuses of instances that have ended. Four requests at the most, usually two. */
export async function probeStatus(asker: Asker, { rows }: Listed, sort: Sort): Promise<FilterFound | null> {
  const statuses = wanted(rows);
  let met = 0;
  for (const { status, isThere } of statuses) {
    let answer = await asker.list({ ...sort, status });
    if (isThere && isEmpty(answer)) answer = await asker.list({ ...sort, status });
    if (isRefused(answer)) return notHonoured(howRefused(answer.refused));
    if (answer === null || !isListed(answer)) return null;
    if (isThere && isEmpty(answer)) return notHonoured(`no row of status ${status}, which is there`);
    const others = answer.rows.filter((row) => row.status !== '' && row.status !== status).length;
    if (others > answer.rows.length * 0.1) return notHonoured('ignored: rows of other statuses');
    met += answer.rows.length;
  }
  return met === 0 ? null : honoured('each status has its own rows');
}

/** A second one that may not be there must not have rows of the first. */
function wanted(rows: readonly SeenRow[]): readonly { readonly status: string; readonly isThere: boolean }[] {
  const ended = rows.filter(isEnded).map(({ status }) => status);
  const counted = endedStatuses.map((status) => ({ status, seen: ended.filter((one) => one === status).length }));
  const [most, next] = counted.toSorted((a, b) => b.seen - a.seen);
  if (most === undefined || next === undefined || most.seen === 0) return [];
  // One row may change before it is asked for.
  return [most, next].map(({ status, seen }) => ({ status, isThere: seen > 1 }));
}

const isEmpty = (answer: Answer) => answer !== null && isListed(answer) && answer.rows.length === 0;

export function middleOf<T>(values: readonly T[]): T | undefined {
  return values[Math.floor(values.length / 2)];
}
