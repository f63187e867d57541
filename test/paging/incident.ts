import type { World } from '../../src/simulator/world.ts';
import type { Happened, Trouble } from './life.ts';

/** Something of known time, and what a person would want to be told of it. */
export interface Incident {
  readonly name: string;
  /** Whose runs it concerns; none: the exporter's, or the whole workspace's. */
  readonly playbooks: readonly string[];
  /** Since the exporter was installed. */
  readonly fromDay: number;
  readonly hours: number;
  /** What becomes of runs meanwhile. */
  readonly change?: Trouble['change'];
  /** What becomes of the exporter meanwhile. */
  readonly exporter?: ExporterTrouble;
  /** What is done to SecMaster once, as it begins. */
  readonly act?: (world: World, atMs: number) => void;
  readonly wants: Wants;
  /** The alerts that tell of it, of any severity. */
  readonly by: readonly string[];
  /** From when on one would want to be told. */
  readonly decided: Decided;
}

export type Wants = 'page' | 'ticket' | 'nothing';

export type ExporterTrouble =
  | 'down'
  | 'restart'
  | 'secmaster_down'
  | 'three_polls_in_five_fail'
  | 'throttled'
  | 'credentials_not_renewed'
  | 'ledger_lost';

/** The deciding event: what happened to its playbooks since it began, in order. null: it did not come. */
export type Decided = (happened: readonly Happened[], fromMs: number) => number | null;

export const after =
  (hours: number): Decided =>
  (_, fromMs) =>
    fromMs + hours * 3_600_000;

export const atOnce = after(0);

/** The so-and-so-many-th of these. */
export const nth =
  (count: number, ...kinds: readonly Happened['kind'][]): Decided =>
  (happened) =>
    happened.filter(({ kind }) => kinds.includes(kind))[count - 1]?.atMs ?? null;

/** The so-and-so-many-th failure in a row of one playbook. */
export const inARow =
  (count: number): Decided =>
  (happened) => {
    const rows = new Map<string, number>();
    for (const { playbook, kind, atMs } of happened) {
      if (kind === 'FINISHED') rows.set(playbook, 0);
      if (kind !== 'FAILED') continue;
      const row = (rows.get(playbook) ?? 0) + 1;
      if (row === count) return atMs;
      rows.set(playbook, row);
    }
    return null;
  };

/** So long after the so-and-so-many-th start: a run that has begun then is too old. */
export const afterStart =
  (hours: number, count = 1): Decided =>
  (happened) => {
    const startMs = happened.filter(({ kind }) => kind === 'started')[count - 1]?.atMs;
    return startMs === undefined ? null : startMs + hours * 3_600_000;
  };
