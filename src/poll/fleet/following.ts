import type { Look } from '../../ledger/replicas.ts';
import type { Logger } from '../../log.ts';
import { logFailure, messageOf } from '../failure.ts';
import type { SharedTask } from '../shared/shared-task.ts';

/** Shows what other replicas have done. */
export interface Following {
  /** Reads the tasks whose version has changed, in the background; what is still to be read comes first. */
  follow(look: Look): void;
  /** Reads this task again. */
  again(task: string): void;
  /** Resolves once nothing is being read. */
  idle(): Promise<void>;
  /** Why the task could not be read for long; null: it can be read. */
  outage(task: string): string | null;
}

export interface FollowingParts {
  readonly tasks: () => readonly SharedTask[];
  readonly isMine: (task: string) => boolean;
  /** Called after tasks have been read, and when an outage of one has begun or ended. */
  readonly onRead: () => Promise<void>;
  /** The clock that nobody sets. */
  readonly elapsedMs: () => number;
  readonly log: Logger;
}

/** Read at the same time: the connections of a process are few. */
const concurrency = 4;
/** A long round shows in between what it has read. */
const showEveryMs = 1_000;
/** What was last known is good enough for so long. */
const outageMs = 30_000;

export function createFollowing({ tasks, isMine, onRead, elapsedMs, log }: FollowingParts): Following {
  /** The versions that have been read. */
  const read = new Map<string, number>();
  const troubles = new Map<string, { readonly sinceMs: number; readonly error: string; isOutage: boolean }>();
  let latest: Look | null = null;
  let round: Promise<void> | null = null;

  function versionOf(task: string): number {
    return latest?.tasks.get(task)?.version ?? 0;
  }

  function isDue(one: SharedTask): boolean {
    if (one.isUnderWay() && !isMine(one.task)) return false;
    return read.get(one.task) !== versionOf(one.task) || one.isUntold();
  }

  async function readOne(one: SharedTask): Promise<void> {
    const version = versionOf(one.task);
    try {
      await one.follow();
      read.set(one.task, version);
      troubles.delete(one.task);
    } catch (error) {
      const known = troubles.get(one.task);
      if (known === undefined) logFailure(log, 'what other replicas did cannot be read', error);
      const sinceMs = known?.sinceMs ?? elapsedMs();
      troubles.set(one.task, { sinceMs, error: messageOf(error), isOutage: elapsedMs() - sinceMs >= outageMs });
    }
  }

  async function readAll(due: SharedTask[]): Promise<void> {
    let shownMs = elapsedMs();
    const work = async () => {
      for (let one = due.shift(); one !== undefined; one = due.shift()) {
        await readOne(one);
        if (due.length === 0 || elapsedMs() - shownMs < showEveryMs) continue;
        shownMs = elapsedMs();
        await onRead();
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    await onRead();
  }

  return {
    follow(look) {
      latest = look;
      if (round !== null) return;
      const all = tasks();
      const known = new Set(all.map(({ task }) => task));
      for (const map of [read, troubles]) for (const task of map.keys()) if (!known.has(task)) map.delete(task);
      const due = all.filter(isDue);
      if (due.length === 0) return;
      round = readAll(due).finally(() => {
        round = null;
      });
    },
    again: (task) => void read.delete(task),
    idle: async () => {
      await round;
    },
    outage(task) {
      const trouble = troubles.get(task);
      return trouble?.isOutage === true ? trouble.error : null;
    },
  };
}
