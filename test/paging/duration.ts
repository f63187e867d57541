import { parseDuration } from '../../src/config/duration.ts';

/** A duration as Prometheus and Alertmanager write it, in milliseconds; 0 where there is none. */
export function durationMs(text: string | undefined): number {
  if (text === undefined || text === '0') return 0;
  const ms = parseDuration(text);
  if (ms === null) throw new Error(`no duration: ${text}`);
  return ms;
}
