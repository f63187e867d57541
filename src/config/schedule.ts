import type { Schedule } from '../model/schedule.ts';
import { parseCron } from './cron.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { type Field, field } from './fields.ts';
import { nearest } from './nearest.ts';

const minMs = 1_000;

export const schedule: Field<Schedule> = field(
  (value, refuse): Schedule => {
    const text = typeof value === 'string' ? value.trim() : '';
    const everyMs = parseDuration(text);
    if (everyMs !== null)
      return everyMs < minMs
        ? refuse(`is too short; the minimum is ${formatDuration(minMs)}`)
        : { kind: 'every', everyMs };
    if (!/\s/.test(text))
      return refuse('is not a schedule; write a duration like 30s, or cron with seconds like "*/30 * * * * *"');
    const cron = parseCron(text);
    return 'problem' in cron ? refuse(`is not a valid cron expression: ${cron.problem}`) : cron;
  },
  {
    values: `duration, at least ${formatDuration(minMs)}, or cron expression with seconds`,
    show: (given) => (given.kind === 'every' ? formatDuration(given.everyMs) : given.text),
  },
);

export const timezone: Field<string> = field(
  (value, refuse) => {
    const text = typeof value === 'string' ? value.trim() : '';
    if (isTimezone(text)) return text;
    const meant = nearestTimezone(text);
    return refuse(
      `is not a time zone; ${meant === null ? 'write it like UTC or Europe/Berlin' : `did you mean ${meant}?`}`,
    );
  },
  { values: 'time zone, such as `Europe/Berlin`' },
);

/** Of the names of three letters, those that the time zone database has: `CST` would be Chicago's, also in China. */
const shortNames: ReadonlySet<string> = new Set([
  'UTC',
  'UCT',
  'GMT',
  'WET',
  'CET',
  'MET',
  'EET',
  'EST',
  'MST',
  'HST',
  'PRC',
  'ROC',
  'ROK',
]);

function isTimezone(name: string): boolean {
  // The default needs no Intl, which keeps 8 MB of data in memory.
  if (name === 'UTC') return true;
  if (/^[a-z]{3}$/i.test(name) && !shortNames.has(name.toUpperCase())) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Also by the city alone. */
function nearestTimezone(name: string): string | null {
  const zones = Intl.supportedValuesOf('timeZone');
  const city = name.toLowerCase().replaceAll(' ', '_');
  return nearest(name, zones) ?? zones.find((zone) => zone.toLowerCase().endsWith(`/${city}`)) ?? null;
}
