/** One line of the bench's table: what was measured, against what, and what it should be. */
export interface Figure {
  readonly what: string;
  /** What it is held against. */
  readonly floor: string;
  readonly measured: string;
  /** Of the two, in the direction of the goal; null where the goal is not a ratio. */
  readonly ratio: number | null;
  readonly goal: string;
  /** null: without a goal of its own. */
  readonly isReached: boolean | null;
}

/** How much is measured: all of it, or enough to see that everything works. */
export interface Extent {
  readonly rounds: number;
  readonly sweepInstances: number;
  readonly remembered: number;
  readonly workspaces: number;
  /** One run of load. */
  readonly loadMs: number;
  /** From the start until memory is read. */
  readonly settleMs: number;
  /** Flags of Node.js for the exporter that is polled. */
  readonly execArgv: string[];
}

export const whole: Extent = {
  rounds: 5,
  sweepInstances: 100_000,
  remembered: 1_000_000,
  workspaces: 100,
  loadMs: 2_000,
  settleMs: 120_000,
  execArgv: [],
};
export const quick: Extent = {
  rounds: 2,
  sweepInstances: 10_000,
  remembered: 50_000,
  workspaces: 20,
  loadMs: 300,
  settleMs: 30_000,
  execArgv: [],
};

export function atMost(what: string, floor: string, measured: string, ratio: number, max: number): Figure {
  return { what, floor, measured, ratio, goal: `≤ ${max}`, isReached: ratio <= max };
}

export function atLeast(what: string, floor: string, measured: string, ratio: number, min: number): Figure {
  return { what, floor, measured, ratio, goal: `≥ ${min}`, isReached: ratio >= min };
}

/** A comparison without a goal of its own. */
export function against(what: string, floor: string, measured: string, ratio: number | null = null): Figure {
  return { what, floor, measured, ratio, goal: 'none', isReached: null };
}

export const inMs = (value: number) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
export const perSecond = (value: number) => `${value.toFixed(0)}/s`;
