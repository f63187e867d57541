/** A node of a topology that has ended, with its times. */
export interface TimedNode {
  /** The action's name. */
  readonly name: string;
  readonly status: string;
  readonly startMs: number;
  /** Never before `startMs`. */
  readonly endMs: number;
}
