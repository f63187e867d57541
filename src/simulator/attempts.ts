import type { Failure, Instance } from './instance.ts';

/** One try of an instance. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  readonly startMs: number;
  /** null: it goes on. */
  readonly endMs: number | null;
  /** The status in which it ended, or the instance's status now. */
  readonly status: string;
  /** What failed last, in it or in an earlier one. */
  readonly failure: Failure | null;
  /** When something was last heard of it. */
  readonly lastMs: number;
}

/** Every attempt of an instance, from its events; a `set` changes what rows show and no attempt but its status. */
export function attemptsOf({ events }: Pick<Instance, 'events'>): readonly Attempt[] {
  const attempts: Attempt[] = [];
  let failure: Failure | null = null;
  for (const { kind, atMs, status, failure: failed } of events) {
    if (kind === 'removed') break;
    const current = attempts.at(-1);
    failure = failed ?? failure;
    if (current === undefined || kind === 'retried' || kind === 'rerun') {
      attempts.push({ number: attempts.length + 1, startMs: atMs, endMs: null, status, failure, lastMs: atMs });
      continue;
    }
    const hasEnded = kind === 'failed' || kind === 'finished' || kind === 'terminated';
    const endMs = hasEnded ? atMs : current.endMs;
    attempts[attempts.length - 1] = { ...current, endMs, status, failure, lastMs: atMs };
  }
  return attempts;
}
