import type { Logger } from '../../log.ts';
import { type RejectedRow, rejectionReasons } from '../../secmaster/api/secmaster.ts';

/** Rows of SecMaster that could not be understood. */
export interface RejectedRows {
  /** By reason, at 0 from the start, so that the first of each kind is seen to grow. */
  readonly counts: ReadonlyMap<string, number>;
  add(row: RejectedRow): void;
}

/** Ids that are remembered; rows beyond are counted each time that they are met. */
const maxIds = 10_000;

export function createRejectedRows(log: Logger): RejectedRows {
  const counts = new Map<string, number>(rejectionReasons.map((reason) => [reason, 0]));
  const ids = new Set<string>();
  return {
    counts,
    add({ id, reason }) {
      // A row without an id can't be told from others; one with an id is told once, however often it is met.
      if (id !== null && ids.has(id)) return;
      if (id !== null && ids.size < maxIds) ids.add(id);
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      log.warn({ instance: id, reason }, 'row rejected');
    },
  };
}
