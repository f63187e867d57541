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
].map((timeZone) => new Intl.DateTimeFormat('en', { timeZone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit' }));

/** By days since the epoch. */
const changes = new Map<number, boolean>();
const maxDays = 10_000;

/** Whether clocks may have been changed within that time. Accurate to a day. */
export function clocksChange(fromMs: number, toMs: number): boolean {
  // A change at local midnight may belong to either day.
  const [first, last] = [Math.floor((fromMs - 2 * 60 * minuteMs) / dayMs), Math.floor(toMs / dayMs)];
  for (let day = first; day <= last; day++) if (changesOn(day)) return true;
  return false;
}

function changesOn(day: number): boolean {
  let changed = changes.get(day);
  if (changed === undefined) {
    if (changes.size >= maxDays) changes.clear();
    changed = zones.some((zone) => zone.format(day * dayMs) !== zone.format((day + 1) * dayMs));
    changes.set(day, changed);
  }
  return changed;
}
