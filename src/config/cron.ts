import type { Cron } from '../model/schedule.ts';

/** Cron with seconds: `*`, numbers, names, ranges, lists and steps. What can't be meant as it is written is refused. */

interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** In full, the first for `min`; three letters are enough. */
  readonly names?: readonly string[];
}

const monthNames = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const dayNames = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

const seconds: CronField = { name: 'seconds', min: 0, max: 59 };
const minutes: CronField = { name: 'minutes', min: 0, max: 59 };
const hours: CronField = { name: 'hours', min: 0, max: 23 };
const daysOfMonth: CronField = { name: 'day of the month', min: 1, max: 31 };
const months: CronField = { name: 'month', min: 1, max: 12, names: monthNames };
/** Sunday is 0, and 7 too. */
const daysOfWeek: CronField = { name: 'day of the week', min: 0, max: 7, names: dayNames };

const fields = [seconds, minutes, hours, daysOfMonth, months, daysOfWeek];

class Refused extends Error {}

/** The expression, or what is wrong with it. */
export function parseCron(expression: string): Cron | { readonly problem: string } {
  const texts = expression.trim().split(/\s+/);
  if (texts.length !== fields.length) {
    const names = fields.map(({ name }) => name).join(', ');
    return { problem: `it must have six fields, not ${texts.length}: ${names}` };
  }
  const valuesOf = (field: CronField) => readField(texts[fields.indexOf(field)] ?? '', field);
  try {
    const cron: Cron = {
      kind: 'cron',
      text: expression.trim(),
      seconds: valuesOf(seconds),
      minutes: valuesOf(minutes),
      hours: valuesOf(hours),
      daysOfMonth: valuesOf(daysOfMonth),
      months: valuesOf(months),
      daysOfWeek: ascending(valuesOf(daysOfWeek).map((day) => day % 7)),
    };
    return comes(cron) ? cron : { problem: 'no month that it names has such a day' };
  } catch (error) {
    if (error instanceof Refused) return { problem: error.message };
    throw error;
  }
}

function readField(text: string, field: CronField): number[] {
  return ascending(text.split(',').flatMap((item) => readItem(item, field)));
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

const form = /^(?:(?<all>[*?])|(?<from>\w+)(?:-(?<to>\w+))?)(?:\/(?<step>\d+))?$/;

function readItem(text: string, field: CronField): number[] {
  const { name, min, max } = field;
  const place = text === '' ? `the ${name} field` : `${JSON.stringify(text)} in the ${name} field`;
  const refuse = (why: string): never => {
    throw new Refused(`${place} ${why}`);
  };
  if (text === '') return refuse('has an empty item');
  const { all, from: first = '', to: last, step } = form.exec(text)?.groups ?? refuse('is not cron');
  if (all === '?' && field !== daysOfMonth && field !== daysOfWeek) return refuse('must be *');
  if (all === undefined && last === undefined && step !== undefined)
    return refuse(`has a step but no range: write ${first}-${max}/${step}`);

  const value = (word: string) => numberOf(word, field) ?? refuse(`must be ${rangeOf(field)}`);
  // A week may end with Sunday.
  const end = (word: string) => (field === daysOfWeek && value(word) === 0 ? 7 : value(word));
  const from = all === undefined ? value(first) : min;
  const to = all === undefined ? (last === undefined ? from : end(last)) : max;
  if (from > to) return refuse('ends before it begins');
  const by = Number(step ?? 1);
  if (by < 1 || (step !== undefined && by > to - from))
    return refuse(`has a step that is not between 1 and ${to - from}`);
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, n) => from + n * by);
}

function numberOf(word: string, { min, max, names = [] }: CronField): number | null {
  const lower = word.toLowerCase();
  const named = names.findIndex((name) => lower === name || lower === name.slice(0, 3));
  const value = named === -1 ? (/^\d{1,2}$/.test(word) ? Number(word) : Number.NaN) : named + min;
  return value >= min && value <= max ? value : null;
}

function rangeOf({ min, max, names }: CronField): string {
  const range = `${min} to ${max}`;
  return names === undefined ? range : `${range}, or a name like ${names[0]?.slice(0, 3).toUpperCase()}`;
}

/** Every day of the week comes on each date in the end, so only the date decides. */
function comes({ daysOfMonth, months }: Cron): boolean {
  const leapYear = 2000;
  return months.some((month) => new Date(Date.UTC(leapYear, month, 0)).getUTCDate() >= (daysOfMonth[0] ?? 0));
}
