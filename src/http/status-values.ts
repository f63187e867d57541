/** Values in `/api/v1/status`. */

/** ISO 8601. */
export function time(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

export function secondsBetween(fromMs: number | null, toMs: number): number | null {
  return fromMs === null ? null : rounded(Math.max(0, (toMs - fromMs) / 1000));
}

/** To the millisecond. */
export function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
