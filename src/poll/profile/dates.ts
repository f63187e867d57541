import { type DateForm, type DatesFound, dateForms } from '../../model/profile.ts';
import { type Asked, type Asker, atMost, howRefused, isListed, isRefused, type Listed, type Refused } from './asker.ts';
import type { Sort } from './begin.ts';
import {
  groupsOf,
  holds,
  isElsewhere,
  type Span,
  spanAround,
  spanAt,
  type TimedRow,
  timedRows,
  witnessesOf,
} from './date-rows.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const maxRequests = 14;

export interface DatesVerdict {
  readonly value: DatesFound | 'unusable';
  readonly how: string;
}

type Ask = (form: DateForm, span: Span) => Promise<Listed | Refused>;

/** No request is left. */
const untried = new Error('untried');

/**
 * Tries the forms of dates on rows whose times are known: they must be in a span around them and not in one beside it. No row decides
 * alone; null: there are too few, or too few requests are left.
 */
export async function probeDates(
  asker: Asker,
  page: Listed,
  { sort, nowMs, likely }: { readonly sort: Sort; readonly nowMs: number; readonly likely: DateForm | null },
): Promise<DatesVerdict | null> {
  const rows = timedRows(page, nowMs);
  if (rows.length < 2) return null;
  const { list } = atMost(maxRequests, asker);
  const ask: Ask = async (dateForm, { fromMs, toMs }) => {
    const answer = await list({ ...sort, fromMs, toMs, dateForm });
    if (answer === null) throw untried;
    return answer;
  };
  try {
    const forms = likely === null ? dateForms : [likely, ...dateForms.filter((form) => form !== likely)];
    return await tryForms(ask, rows, forms);
  } catch (error) {
    if (error === untried) return null;
    throw error;
  }
}

async function tryForms(ask: Ask, rows: readonly TimedRow[], forms: readonly DateForm[]): Promise<DatesVerdict> {
  let readable = forms;
  let unusable: DatesVerdict | null = null;
  for (const group of groupsOf(rows)) {
    try {
      const tried = await tryOn(ask, group, rows, readable);
      if (tried.verdict.value !== 'unusable') return tried.verdict;
      unusable ??= tried.verdict;
      readable = readable.filter((form) => !tried.refused.includes(form));
    } catch (error) {
      if (error === untried && unusable !== null) break;
      throw error;
    }
  }
  if (unusable === null) throw untried;
  return unusable;
}

interface Tried {
  readonly verdict: DatesVerdict;
  readonly refused: readonly DateForm[];
}

async function tryOn(
  ask: Ask,
  group: readonly TimedRow[],
  rows: readonly TimedRow[],
  forms: readonly DateForm[],
): Promise<Tried> {
  const refused: DateForm[] = [];
  let byDay: DateForm | null = null;
  let how: string | null = null;
  for (const form of forms) {
    const reading = await readForm(ask, form, group, byDay !== null);
    if (reading.kind === 'refused') {
      refused.push(form);
      if (refused.length === forms.length) how = reading.how;
    } else if (reading.kind === 'none') how ??= reading.how;
    else if (reading.kind === 'day') byDay = form;
    else {
      const field = await fieldOf(ask, form, witnessesOf(rows));
      const value = field === null ? null : { form, field, precisionMs: 1000 };
      if (value !== null)
        return { refused, verdict: { value, how: 'rows were in spans around them, not beside them' } };
      how ??= notThere;
    }
  }
  if (byDay === null) return { refused, verdict: { value: 'unusable', how: how ?? notThere } };
  // A day is too coarse to tell start and end apart.
  const value = { form: byDay, field: 'start', precisionMs: dayMs } as const;
  return { refused, verdict: { value, how: 'rows were in spans of a day around them' } };
}

const notThere = 'rows were not in spans around them';

type Reading = { readonly kind: 'second' | 'day' } | { readonly kind: 'none' | 'refused'; readonly how: string };

/** @param hasCoarser whether a form is known already that limits them to the day */
async function readForm(ask: Ask, form: DateForm, group: readonly TimedRow[], hasCoarser: boolean): Promise<Reading> {
  const around = spanAround(group);
  const beside = { fromMs: around.toMs, toMs: around.toMs + hourMs };
  const besideAnswer = await ask(form, beside);
  if (isRefused(besideAnswer)) return { kind: 'refused', how: howRefused(besideAnswer.refused) };
  const isBesideToo = holds(besideAnswer, group, around) || isElsewhere(besideAnswer, beside);
  const none: Reading = { kind: 'none', how: isBesideToo ? 'they limit nothing' : notThere };
  if (!isBesideToo) {
    const answer = await ask(form, around);
    if (!isListed(answer) || isElsewhere(answer, around)) return none;
    if (holds(answer, group, around)) return { kind: 'second' };
  }
  if (hasCoarser) return none;
  if (isBesideToo && !(await isEmpty(ask, form, { fromMs: around.toMs + 3 * dayMs, toMs: around.toMs + 4 * dayMs })))
    return none;
  const wide = { fromMs: around.fromMs - dayMs, toMs: around.toMs + dayMs };
  const answer = await ask(form, wide);
  return isListed(answer) && holds(answer, group, wide) ? { kind: 'day' } : none;
}

/** Asked twice: an empty page may be one that was left out. */
async function isEmpty(ask: Ask, form: DateForm, span: Span): Promise<boolean> {
  for (let time = 0; time < 2; time += 1) {
    const answer = await ask(form, span);
    if (!isListed(answer) || answer.rows.length > 0) return false;
  }
  return true;
}

/** The time that they limit, as two rows agree on it; null: they don't, or three rows are at neither of their times. */
async function fieldOf(ask: Ask, form: DateForm, witnesses: readonly TimedRow[]): Promise<DatesFound['field'] | null> {
  const verdicts: (DatesFound['field'] | null)[] = [];
  const isAt = async (row: TimedRow, ms: number) => {
    const answer = await ask(form, spanAt(ms));
    return isListed(answer) && holds(answer, [row], spanAt(ms)) && !isElsewhere(answer, spanAt(ms));
  };
  for (const row of witnesses) {
    const verdict = (await isAt(row, row.startMs)) ? 'start' : (await isAt(row, row.endMs)) ? 'end' : null;
    if (verdict !== null && verdicts.includes(verdict)) return verdict;
    verdicts.push(verdict);
    if (verdicts.filter((one) => one === null).length === 3) return null;
  }
  return null;
}

/** Queries for a few rows each, by dates of a form that has proved itself to the second. */
export function spansIn(page: Listed, dates: DatesVerdict['value'], nowMs: number): readonly Asked[] {
  if (dates === 'unusable' || dates.precisionMs > 1000) return [];
  const { form: dateForm, field } = dates;
  return timedRows(page, nowMs).map(({ startMs, endMs }) => ({
    ...spanAt(field === 'start' ? startMs : endMs),
    dateForm,
  }));
}
