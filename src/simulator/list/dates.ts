import type { DateForm } from '../../model/profile.ts';
import { parseTime } from '../../model/time.ts';
import type { Behaviour } from '../behaviour.ts';
import { isProblem, type Problem } from '../errors.ts';
import type { Instance } from '../instance.ts';
import { type Given, invalid } from './parameters.ts';

type Dates = Behaviour['dates'];
export type Condition = (instance: Instance) => boolean;

const secondMs = 1000;
const dayMs = 24 * 3_600_000;
const chinaOffsetMs = 8 * 3_600_000;

/** What from_date and to_date ask for: one condition, or none. */
export function parseDates(given: Given, dates: Dates): readonly Condition[] | Problem {
  const from = parseDate('from_date', given, dates);
  if (isProblem(from)) return from;
  const to = parseDate('to_date', given, dates);
  if (isProblem(to)) return to;
  if (dates.field === 'ignored' || (from.ms === null && to.ms === null)) return [];

  const { floor, unitMs } = precisions[dates.precision];
  const bound = (ms: number | null, isNext: boolean) => (ms === null ? null : floor(ms) + (isNext ? unitMs : 0));
  const low = bound(from.ms, dates.from === 'exclusive') ?? Number.NEGATIVE_INFINITY;
  const high = bound(to.ms, dates.to === 'inclusive') ?? Number.POSITIVE_INFINITY;
  const field = fields[dates.field];
  return [
    (instance) => {
      const timeMs = instance[field];
      return timeMs !== null && timeMs >= low && timeMs < high;
    },
  ];
}

const fields = { create: 'createTimeMs', update: 'updateTimeMs', start: 'startTimeMs', end: 'endTimeMs' } as const;

const floorTo = (unitMs: number, offsetMs = 0) => ({
  unitMs,
  floor: (ms: number) => Math.floor((ms + offsetMs) / unitMs) * unitMs - offsetMs,
});

const precisions = {
  millisecond: floorTo(1),
  second: floorTo(secondMs),
  'day-utc': floorTo(dayMs),
  'day-gmt8': floorTo(dayMs, chinaOffsetMs),
};

function parseDate(name: string, given: Given, dates: Dates): { readonly ms: number | null } | Problem {
  const text = given(name);
  if (text === null) return { ms: null };
  const form = formOf(text.trim());
  if (form === null || !dates.forms.includes(form)) {
    return dates.otherForms === 'ignored' ? { ms: null } : invalid(`${name} is not a time`);
  }
  const ms = read(text.trim(), form, dates.zone);
  return ms === null ? invalid(`${name} is not a time`) : { ms };
}

const forms: readonly (readonly [DateForm, RegExp])[] = [
  ['YYYY-MM-DD', /^\d{4}-\d\d-\d\d$/],
  ['milliseconds', /^\d+$/],
  ['…Z+0800', /Z[+-]\d\d:?\d\d$/],
  ['…+08:00', /\d[+-]\d\d:?\d\d$/],
  ['…Z', /Z$/],
];

function formOf(text: string): DateForm | null {
  return forms.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

function read(text: string, form: DateForm, zone: Dates['zone']): number | null {
  if (form === 'milliseconds') return Number.isSafeInteger(Number(text)) ? Number(text) : null;
  const wall = form === 'YYYY-MM-DD' ? `${text}T00:00:00` : text.replace(/(Z|Z?[+-]\d\d:?\d\d)$/, '');
  if (zone === 'gmt8') return parseTime(`${wall}+0800`);
  if (zone === 'utc' || form === 'YYYY-MM-DD' || (zone === 'z-is-utc' && form === '…Z+0800'))
    return parseTime(`${wall}Z`);
  return parseTime(text);
}
