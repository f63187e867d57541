import type { Behaviour } from './behaviour.ts';
import type { Memory } from './behaviour-handle.ts';
import type { Random } from './random.ts';

/** Who gives an answer. */
export interface Replica {
  readonly isSecond: boolean;
  /** The time whose state it shows; null: now. */
  readonly asOfMs: number | null;
}

/** The replica that answers next. */
export function nextReplica(
  { differIn, lagEvery, lagMs }: Behaviour['replicas'],
  memory: Memory,
  random: Random,
  nowMs: number,
): Replica {
  memory.answers += 1;
  return {
    isSecond: differIn.length > 0 && random.chance(0.5),
    asOfMs: lagEvery !== null && memory.answers % lagEvery === 0 ? nowMs - lagMs : null,
  };
}
