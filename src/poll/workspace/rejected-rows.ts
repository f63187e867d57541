import type { Logger } from '../../log.ts';
import { type RejectedRow, rejectionReasons } from '../../secmaster/api/secmaster.ts';

/** Rows from SecMaster that the exporter could not understand. */
export interface RejectedRows {
  /** By reason; each starts at 0, so that rate() sees its first increase. */
  readonly counts: ReadonlyMap<string, number>;
  add(row: RejectedRow): void;
}

/** Ids to remember; rows beyond are counted each time they are met. */
const maxIds = 10_000;

export function createRejectedRows(log: Logger): RejectedRows {
  const counts = new Map<string, number>(rejectionReasons.map((reason) => [reason, 0]));
  const ids = new Set<string>();
  return {
    counts,
    add({ id, reason }) {
      // A row with an id is counted and logged once; rows without an id can't be told apart.
      if (id !== null && ids.has(id)) return;
      if (id !== null && ids.size < maxIds) ids.add(id);
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      log.warn({ instance: id, reason }, 'row rejected');
    },
  };
}
