import { remembering } from '../../model/remembering.ts';
import { dayMs, minuteMs } from './starts.ts';

/**
 * When clocks are changed somewhere. SecMaster's timers run by the local time of a zone that nobody tells, so an hour is allowed for
 * every change that may be theirs. One zone for each rule in force.
 */
const zones = [
  'Africa/Cairo',
  'Africa/Casablanca',
  'America/Havana',
  'America/New_York',
  'America/Santiago',
  'Asia/Beirut',
  'Asia/Jerusalem',
  'Australia/Sydney',
  'Europe/Berlin',
  'Pacific/Auckland',
];

/** Made when they are first needed: Intl keeps 8 MB of data in memory. */
let formats: readonly Intl.DateTimeFormat[] | null = null;

const mostDays = 10_000;

/** The instants of a UTC day at which clocks change, by days since the epoch. */
const changesOn = remembering(mostDays, (day: number): readonly number[] => {
  formats ??= zones.map((timeZone) => new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }));
  return formats.map((format) => changeOf(format, day * dayMs)).filter((ms) => ms !== null);
});

/** Whether clocks may have been changed within that time. */
export function clocksChange(fromMs: number, toMs: number): boolean {
  for (let day = Math.floor(fromMs / dayMs); day <= Math.floor(toMs / dayMs); day++) {
    if (changesOn(day).some((ms) => ms > fromMs && ms <= toMs)) return true;
  }
  return false;
}

/** Within the day from then on. */
function changeOf(zone: Intl.DateTimeFormat, dayStartMs: number): number | null {
  let [before, after] = [dayStartMs, dayStartMs + dayMs];
  const former = offsetAt(zone, before);
  if (offsetAt(zone, after) === former) return null;
  while (after - before > minuteMs) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(zone, middle) === former) before = middle;
    else after = middle;
  }
  return after;
}

function offsetAt(zone: Intl.DateTimeFormat, ms: number): string {
  return zone.format(ms).split(' ').at(-1) ?? '';
}
