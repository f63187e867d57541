/** Planned events, in order of time, and at the same time in the order in which they were planned. */
export interface EventQueue {
  at(atMs: number, act: (atMs: number) => void): void;
  /** Runs all events up to and including `untilMs`, also those that are planned meanwhile. */
  runUntil(untilMs: number): void;
}

interface Planned {
  readonly atMs: number;
  readonly act: (atMs: number) => void;
}

export function createEventQueue(): EventQueue {
  // The next one is last, so that it is cheap to remove.
  const planned: Planned[] = [];

  function position(atMs: number): number {
    let [low, high] = [0, planned.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((planned[middle]?.atMs ?? 0) > atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    at: (atMs, act) => {
      planned.splice(position(atMs), 0, { atMs, act });
    },
    runUntil: (untilMs) => {
      for (let next = planned.at(-1); next !== undefined && next.atMs <= untilMs; next = planned.at(-1)) {
        planned.pop();
        next.act(next.atMs);
      }
    },
  };
}
