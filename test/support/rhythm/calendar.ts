/** Local time in the zones of the tests, by the rules in force, so that a test needs no other source of truth. */

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
export const week = 7 * day;

/** The offset of local time at an instant. */
export type Zone = (utcMs: number) => number;

export const utc: Zone = () => 0;
export const china: Zone = () => 8 * hour;

function sundayOnOrAfter(year: number, month: number, date: number): number {
  const ms = Date.UTC(year, month - 1, date);
  return ms + ((7 - new Date(ms).getUTCDay()) % 7) * day;
}

/** Summer time from the last Sunday of March to the last Sunday of October, 01:00 UTC. */
export const berlin: Zone = (utcMs) => {
  const year = new Date(utcMs).getUTCFullYear();
  const isSummer = utcMs >= sundayOnOrAfter(year, 3, 25) + hour && utcMs < sundayOnOrAfter(year, 10, 25) + hour;
  return isSummer ? 2 * hour : hour;
};

/** Summer time from the second Sunday of March, 07:00 UTC, to the first Sunday of November, 06:00 UTC. */
export const newYork: Zone = (utcMs) => {
  const year = new Date(utcMs).getUTCFullYear();
  const isSummer = utcMs >= sundayOnOrAfter(year, 3, 8) + 7 * hour && utcMs < sundayOnOrAfter(year, 11, 1) + 6 * hour;
  return isSummer ? -4 * hour : -5 * hour;
};

/** The instant at which clocks show that local time (given as if it were UTC). */
export function instantOf(localMs: number, zone: Zone): number {
  return localMs - zone(localMs - zone(localMs));
}
