import { type Behaviours, isFine, type Profile } from './profile.ts';

export interface Told {
  readonly text: string;
  /** Whether a reader of the API document would expect it; if not, it is told how it was found out. */
  readonly isFriendly: boolean;
}

const orderText = {
  update_time: 'by update_time',
  create_time: 'by create_time',
  default: 'the newest first, with no sort_key',
  none: 'none that was asked for',
};

/** What each finding is called, and how it is told. */
const lines: {
  readonly [Name in keyof Behaviours]: readonly [title: string, tell: (value: Behaviours[Name]) => Told];
} = {
  page: ['rows a page', ({ rows, limit }) => told(`${rows} of ${limit} asked for`, rows >= limit && limit >= 100)],
  offset: ['offset', (value) => told(value, value === 'honoured')],
  depth: ['rows that can be paged through', (rows) => told(grouped(rows), rows >= 10_000)],
  order: ['order', (key) => told(orderText[key], key === 'update_time')],
  count: ['count', (value) => told(value, value === 'exact')],
  dates: [
    'from_date and to_date',
    (dates) => (dates === 'unusable' ? told('unusable', false) : told(datesText(dates), isFine(dates))),
  ],
  idFilter: ['id filter', filterText],
  statusFilter: ['status filter', filterText],
};

// Its keys are the names.
const names = Object.keys(lines) as (keyof Behaviours)[];

/** `10,000`. Number.toLocaleString would do it, and keep 8 MB of data in memory. */
function grouped(whole: number): string {
  return String(whole).replaceAll(/(?<=\d)(?=(\d{3})+$)/g, ',');
}

/** A list to read, and to paste into a bug report. */
export function profileLines(profile: Profile): readonly string[] {
  const untried = names.filter((name) => profile[name] === undefined).map((name) => lines[name][0]);
  return [
    ...findingsOf(profile).map(({ text }) => text),
    ...(untried.length === 0 ? [] : [`not known: ${untried.join(', ')}`]),
  ];
}

/** What has been found out. */
export function findingsOf(profile: Profile): readonly Told[] {
  return names.flatMap((name) => findingOf(name, profile));
}

function findingOf<Name extends keyof Behaviours>(name: Name, profile: Profile): readonly Told[] {
  const finding = profile[name];
  if (finding === undefined) return [];
  const [title, tell] = lines[name];
  const { text, isFriendly } = tell(finding.value);
  return [told(`${title}: ${text}${isFriendly ? '' : ` (${finding.how})`}`, isFriendly)];
}

function told(text: string, isFriendly: boolean): Told {
  return { text, isFriendly };
}

function filterText(value: 'honoured' | 'not_honoured'): Told {
  return value === 'honoured' ? told(value, true) : told('not honoured', false);
}

const dayMs = 24 * 3_600_000;

function datesText({ form, field, precisionMs }: Exclude<Behaviours['dates'], 'unusable'>): string {
  // A day is too coarse to tell which of them it is.
  if (precisionMs >= dayMs) return `creation or end, written as ${form}, to the day`;
  return `${field === 'start' ? 'creation' : 'end'}, written as ${form}, to the second`;
}
