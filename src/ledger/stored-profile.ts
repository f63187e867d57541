import { type Behaviours, type DatesFound, dateForms, type Profile } from '../model/profile.ts';

/** Whether a value is one that this exporter knows. */
const shapes: { readonly [Name in keyof Behaviours]: (value: unknown) => boolean } = {
  page: (value) => isObject(value) && isCount(value.rows) && isCount(value.limit),
  offset: oneOf('honoured', 'ignored'),
  depth: isCount,
  order: oneOf('update_time', 'create_time', 'default', 'none'),
  count: oneOf('exact', 'inexact', 'absent'),
  dates: (value) => value === 'unusable' || isDatesFound(value),
  idFilter: oneOf('honoured', 'not_honoured'),
  statusFilter: oneOf('honoured', 'not_honoured'),
};

/** The profile in a ledger. What is damaged, or unknown to this exporter, is left out: it is found out again. */
export function readProfile(text: string): Profile {
  const stored = parsed(text);
  if (!isObject(stored)) return {};
  const known = Object.entries(shapes).filter(([name, fits]) => isFinding(stored[name], fits));
  return Object.fromEntries(known.map(([name]) => [name, stored[name]]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isFinding(finding: unknown, fits: (value: unknown) => boolean): boolean {
  return (
    isObject(finding) && fits(finding.value) && Number.isFinite(finding.learnedMs) && typeof finding.how === 'string'
  );
}

function isDatesFound(value: unknown): boolean {
  const isForm = oneOf(...dateForms);
  const isField = oneOf<DatesFound['field']>('start', 'end');
  return isObject(value) && isForm(value.form) && isField(value.field) && isCount(value.precisionMs);
}

function oneOf<Value extends string>(...values: readonly Value[]): (value: unknown) => boolean {
  return (value) => values.some((one) => one === value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
