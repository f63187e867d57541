import type { DateForm } from './profile.ts';

/** SecMaster's times, such as `2025-07-18T15:11:04.577Z+0800`: the Z is literal, +0800 is the offset (docs/secmaster-api.md#dates). */

const pattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:Z|(?:Z?([+-])(\d{2}):?(\d{2})))$/;

/** Milliseconds since the epoch, or null if the text has none of SecMaster's known formats. */
export function parseTime(text: string): number | null {
  const match = pattern.exec(text.trim());
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = match;
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  const wallMs = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    ms,
  );
  // Date.UTC turns 31 February into March: such a text is not a time.
  const wall = new Date(wallMs);
  const isAsWritten =
    wall.getUTCFullYear() === Number(year) &&
    wall.getUTCMonth() + 1 === Number(month) &&
    wall.getUTCDate() === Number(day) &&
    wall.getUTCHours() === Number(hour) &&
    wall.getUTCMinutes() === Number(minute) &&
    wall.getUTCSeconds() === Number(second);
  if (!isAsWritten) return null;
  const offsetMs = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  return sign === '-' ? wallMs + offsetMs : wallMs - offsetMs;
}

/** The years 1970 to 2199 in any time zone. */
const earliestMs = Date.UTC(1969, 11, 31);
const latestMs = Date.UTC(2200, 0, 2);

/** Whether anything can happen then: no other time from outside is taken. */
export function isPlausible(ms: number): boolean {
  return ms >= earliestMs && ms < latestMs;
}

const chinaOffsetMs = 8 * 3_600_000;

/**
 * The format that similar APIs document for from_date and to_date. It uses GMT+8, SecMaster's default if it can't read the offset, so
 * it means the same time either way.
 */
export function formatTime(ms: number): string {
  return `${new Date(ms + chinaOffsetMs).toISOString()}+0800`;
}

/** A time for from_date and to_date in one of the forms that SecMaster may read. A day is the one in China. */
export function writeTime(ms: number, form: DateForm): string {
  const inChina = formatTime(ms);
  switch (form) {
    case '…Z+0800':
      return inChina;
    case '…+08:00':
      return inChina.replace('Z+0800', '+08:00');
    case '…Z':
      return new Date(ms).toISOString();
    case 'milliseconds':
      return String(ms);
    case 'YYYY-MM-DD':
      return inChina.slice(0, 10);
  }
}
