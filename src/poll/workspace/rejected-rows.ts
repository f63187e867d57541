import type { Logger } from '../../log.ts';
import { type RejectedRow, rejectionReasons } from '../../secmaster/api/secmaster.ts';

/** Rows from SecMaster that the exporter could not understand. */
export interface RejectedRows {
  /** By reason; each starts at 0, so that rate() sees its first increase. */
  readonly counts: ReadonlyMap<string, number>;
  /** Counts and logs a row with an id once; one without an id each time, but logs only some of them. */
  add(row: RejectedRow): void;
}

/** Ids to remember; rows beyond are counted each time they are met. */
const maxIds = 10_000;
/** Lines about rows that can't be told apart, of each reason: a list may hold thousands of them in each poll. */
const maxLines = 10;

export function createRejectedRows(log: Logger): RejectedRows {
  const counts = new Map<string, number>(rejectionReasons.map((reason) => [reason, 0]));
  const ids = new Set<string>();
  const lines = new Map<string, number>();
  return {
    counts,
    add({ id, reason }) {
      if (id !== null && ids.has(id)) return;
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      if (id !== null && ids.size < maxIds) ids.add(id);
      else {
        const said = lines.get(reason) ?? 0;
        if (said >= maxLines) return;
        lines.set(reason, said + 1);
      }
      log.warn({ instance: id, reason }, 'row rejected');
    },
  };
}
