import { parseExposition } from '../support/metrics/exposition.ts';

const counters =
  /^secmaster_(workflow_(instances_started_total|attempts_completed_total|retries_total|node_failures_total|(node_)?duration_seconds_(bucket|sum|count))|exporter_topologies_total)$/;

/** Watches the counters that the ledger keeps over scrapes, kills and restarts: none may fall, and none may vanish. */
export function watchCounters() {
  const highest = new Map<string, number>();
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
        if (value === undefined || value < before - 1e-6) falls.push(`${series}: ${before} → ${value}`);
      }
      for (const [series, value] of now) highest.set(series, value);
    },
  };
}
