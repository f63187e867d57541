import { parseExposition } from '../support/metrics/exposition.ts';

/** What the ledger keeps, over kills and restarts. */
const ofLedger =
  /^secmaster_(workflow_(instances_started_total|attempts_completed_total|retries_total|node_failures_total|(node_)?duration_seconds_(bucket|sum|count))|exporter_topologies_total)$/;

/** Each counter and histogram of the exporter's own. */
export const allCounters = /^secmaster_\w+_(total|bucket|sum|count)$/;

/** Those that a process counts for itself: they begin anew with it. */
export const ofProcess = /^secmaster_exporter_api_request/;

/** Those that a process tells the others: what it could not tell, because it was cut off from the database, ends with it. */
export const ofTold = /^secmaster_exporter_(polls|poll_failures|rows_rejected|audits|audit_mismatches)_total/;

/** Watches counters over scrapes, kills and restarts of one exporter: none may fall, and none may vanish. */
export function watchCounters(counters = ofLedger) {
  const highest = new Map<string, number>();
  /** Those that this process has shown. */
  let shown = new Set<string>();
  const falls: string[] = [];
  let scrapes = 0;

  return {
    falls,
    scrapes: () => scrapes,
    see(exposition: string): void {
      scrapes++;
      const now = new Map<string, number>();
      for (const { name, labels, value } of parseExposition(exposition)) {
        if (counters.test(name)) now.set(`${name}${JSON.stringify(labels)}`, value);
      }
      for (const [series, before] of highest) {
        const value = now.get(series);
        // A sum of seconds is a float: adding to it elsewhere rounds elsewhere.
        const hasFallen = value === undefined ? shown.has(series) : value < before - 1e-6;
        if (hasFallen) falls.push(`${series}: ${before} → ${value}`);
        // Told once.
        if (hasFallen && value === undefined) shown.delete(series);
      }
      for (const [series, value] of now) {
        highest.set(series, value);
        shown.add(series);
      }
    },
    /**
     * A new process is seen from now on: it may not know yet what there is, and what a process counts for itself begins anew.
     *
     * @param mayHaveLost whether the one before may have ended with something untold
     */
    restarted(mayHaveLost = false): void {
      shown = new Set();
      for (const series of highest.keys())
        if (ofProcess.test(series) || (mayHaveLost && ofTold.test(series))) highest.delete(series);
    },
  };
}
