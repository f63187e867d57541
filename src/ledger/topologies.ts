/** Which topologies are still to be read, and how many were and were not. */

/** An attempt that ended. SecMaster shows only the topology of an instance's latest one. */
export interface EndedAttempt {
  readonly id: string;
  /** From 1: how many attempts of the instance have ended with its status. */
  readonly attempt: number;
  readonly hasFailed: boolean;
  readonly endedMs: number;
  /** When the attempt before it ended; null: there was none, or none was seen. */
  readonly sinceMs: number | null;
}

/** The attempts that a page shows to have ended. */
export interface EndedAttempts {
  /** In the order of the rows. */
  readonly readable: readonly EndedAttempt[];
  /** How many more have ended whose topology is another attempt's by now. */
  readonly hidden: number;
}

/** Attempts of each kind that wait to be read, the newest ones: in a flood, older ones are skipped. */
export const maxUnread = { failed: 1_000, others: 2_000 } as const;

/** A part of the ledger's state. */
interface Topologies {
  readonly unread: ReadonlyMap<string, EndedAttempt>;
  readonly topologiesSkipped: number;
}

/** Of an instance that waits already, the earlier attempt is skipped. */
export function withEnded(state: Topologies, { readable, hidden }: EndedAttempts): Topologies {
  const unread = new Map(state.unread);
  let skipped = hidden;
  for (const one of readable) {
    if (unread.has(one.id)) skipped++;
    unread.set(one.id, one);
  }
  const waiting = newestFirst(unread);
  const tooMany = [
    ...waiting.filter(({ hasFailed }) => hasFailed).slice(maxUnread.failed),
    ...waiting.filter(({ hasFailed }) => !hasFailed).slice(maxUnread.others),
  ];
  for (const { id } of tooMany) unread.delete(id);
  return { unread, topologiesSkipped: state.topologiesSkipped + skipped + tooMany.length };
}

/** These are not going to be read. */
export function withoutThese(state: Topologies, ids: readonly string[]): Topologies {
  const { unread, topologiesSkipped } = state;
  const waiting = ids.filter((id) => unread.has(id));
  if (waiting.length === 0) return { unread, topologiesSkipped };
  const rest = new Map(unread);
  for (const id of waiting) rest.delete(id);
  return { unread: rest, topologiesSkipped: topologiesSkipped + waiting.length };
}

export function newestFirst(unread: ReadonlyMap<string, EndedAttempt>): EndedAttempt[] {
  return [...unread.values()].sort((a, b) => b.endedMs - a.endedMs);
}
