/**
 * What is known of credentials from the calls made with them. A value and pure steps, so that one process can keep it to itself and several
 * can share it. All times are milliseconds by one clock.
 */
export interface Circuit {
  /** Closed for these: a call has succeeded with them, and none has been refused since. Half-open for all others. */
  readonly proven: readonly Proof[];
  /** The latest opening, which may be over. */
  readonly open: Opening | null;
  /** How often it has opened: tells whether it has since some moment. */
  readonly opened: number;
  readonly openingsInARow: number;
  /** Times of the latest ones. */
  readonly refusals: readonly number[];
  readonly openings: readonly number[];
}

export interface Proof {
  readonly fingerprint: string;
  readonly atMs: number;
}

/** Why the circuit is open, and how long. */
export interface Opening {
  readonly untilMs: number;
  /** When nothing had elapsed yet, by the wall clock of then; a message with another time at each poll would be news. */
  readonly startedAtMs: number;
  readonly fingerprint: string;
  readonly message: string;
  readonly code: string | null;
}

export interface Refusal extends Pick<Opening, 'startedAtMs' | 'fingerprint' | 'message' | 'code'> {
  readonly atMs: number;
  /** With which the refused call was made; `fingerprint` is of the credentials that would be used now. */
  readonly usedFingerprint: string;
  /** `opened` when the refused call began. */
  readonly openedBefore: number;
  /** Whether another attempt may help at once. */
  readonly mayHelp: boolean;
}

/** Per five minutes: refusals of the same credentials, and openings after which other credentials may be tried before the wait is over. */
const maxRefusals = 4;
const maxOpenings = 3;
export const countedMs = 5 * 60_000;

const firstDelayMs = 60_000;
export const maxDelayMs = 15 * 60_000;

/** Replicas may each have credentials of their own. */
const maxProven = 20;

export const untried: Circuit = { proven: [], open: null, opened: 0, openingsInARow: 0, refusals: [], openings: [] };

export function isProven({ proven }: Circuit, fingerprint: string): boolean {
  return proven.some((proof) => proof.fingerprint === fingerprint);
}

/** The opening because of which these credentials must wait. */
export function openFor({ open, openings }: Circuit, fingerprint: string, nowMs: number): Opening | null {
  if (open === null) return null;
  const untilMs = fingerprint === open.fingerprint ? open.untilMs : whenFewer(openings, maxOpenings);
  return nowMs < untilMs ? { ...open, untilMs } : null;
}

/** A call has succeeded. If another one opened the circuit meanwhile, this says nothing about that refusal. */
export function proved(circuit: Circuit, proof: Proof & { readonly openedBefore: number }): Circuit {
  if (circuit.opened !== proof.openedBefore) return circuit;
  const { fingerprint, atMs } = proof;
  const proven = [...unproven(circuit, fingerprint), { fingerprint, atMs }].slice(-maxProven);
  return { ...circuit, proven, openingsInARow: 0 };
}

/** A call was refused. Unless the circuit has opened since the call began, it does now, or there is a second chance. */
export function refused(circuit: Circuit, refusal: Refusal): Circuit {
  const { atMs, openedBefore, usedFingerprint, mayHelp, ...open } = refusal;
  const refusals = latest([...circuit.refusals, atMs], maxRefusals);
  if (circuit.opened !== openedBefore) return { ...circuit, refusals };
  const proven = unproven(circuit, usedFingerprint);
  // Calls that ran at the same time are refused together: only later ones are limited.
  const isAffordable = circuit.openingsInARow === 0 || atMs >= whenFewer(refusals, maxRefusals);
  if (mayHelp && isAffordable) return { ...circuit, refusals, proven };
  const openingsInARow = circuit.openingsInARow + 1;
  const delayMs = Math.min(firstDelayMs * 2 ** (openingsInARow - 1), maxDelayMs);
  const untilMs = Math.max(atMs + delayMs, whenFewer(refusals, maxRefusals));
  return {
    proven: unproven({ proven }, open.fingerprint),
    open: { ...open, untilMs },
    opened: circuit.opened + 1,
    openingsInARow,
    refusals,
    openings: latest([...circuit.openings, atMs], maxOpenings),
  };
}

/** The same by a clock that shows so much more. */
export function shifted(circuit: Circuit, ms: number): Circuit {
  const { proven, open, refusals, openings } = circuit;
  const later = (timeMs: number) => timeMs + ms;
  return {
    ...circuit,
    proven: proven.map(({ fingerprint, atMs }) => ({ fingerprint, atMs: later(atMs) })),
    open: open === null ? null : { ...open, untilMs: later(open.untilMs) },
    refusals: refusals.map(later),
    openings: openings.map(later),
  };
}

function unproven({ proven }: Pick<Circuit, 'proven'>, fingerprint: string): readonly Proof[] {
  return proven.filter((proof) => proof.fingerprint !== fingerprint);
}

/** Calls of several processes are told in any order. */
function latest(times: readonly number[], max: number): readonly number[] {
  return times.toSorted((a, b) => a - b).slice(-max);
}

/** When there will have been fewer than `max` in the five minutes before. */
function whenFewer(times: readonly number[], max: number): number {
  const oldest = times.at(-max);
  return oldest === undefined ? Number.NEGATIVE_INFINITY : oldest + countedMs;
}
