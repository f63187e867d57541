import { z } from 'zod';
import { scrub } from '../../model/known-secrets.ts';
import { printable } from '../../model/text.ts';
import { type Circuit, maxDelayMs, shifted, untried } from './circuit.ts';

/** A circuit as replicas tell each other of it: its times count from the moment at which it is told, because their clocks differ. */

const ms = z.number();
const count = z.int().nonnegative();
const toldCircuit = z.object({
  proven: z.array(z.object({ fingerprint: z.string(), atMs: ms })).max(100),
  open: z
    .object({ untilMs: ms, fingerprint: z.string(), message: z.string().max(2_000), code: z.string().nullable() })
    .nullable(),
  opened: count,
  openingsInARow: count,
  refusals: z.array(ms).max(100),
  openings: z.array(ms).max(100),
});

const maxMessageLength = 1_000;

/** JSON without secrets. */
export function writeCircuit(circuit: Circuit, toldAtMs: number): unknown {
  const { open, ...rest } = shifted(circuit, -toldAtMs);
  if (open === null) return { ...rest, open };
  const { untilMs, fingerprint, code } = open;
  return {
    ...rest,
    open: { untilMs, fingerprint, message: scrub(open.message).slice(0, maxMessageLength), code },
  };
}

export interface ReadAt {
  /** When it was told, by this process's clock that nobody sets. */
  readonly atMs: number;
  readonly nowMs: number;
  /** When nothing had elapsed yet, by this process's wall clock. */
  readonly startedAtMs: number;
}

/** What can't be understood, perhaps from another version, says nothing. */
export function readCircuit(value: unknown, { atMs, nowMs, startedAtMs }: ReadAt): Circuit {
  const { data } = toldCircuit.safeParse(value);
  if (data === undefined) return untried;
  const open = data.open === null ? null : { ...data.open, message: printable(data.open.message), startedAtMs };
  const circuit = shifted({ ...data, open }, atMs);
  if (circuit.open === null) return circuit;
  return { ...circuit, open: { ...circuit.open, untilMs: Math.min(circuit.open.untilMs, nowMs + maxDelayMs) } };
}
