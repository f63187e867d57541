import { inForm } from '../form.ts';

/**
 * How many random worlds. They are the same each time, so that a test that fails does so by a change of the code; WORLDS_SEED gives
 * others (`new` ones each time), WORLDS_RUNS more.
 */
const { WORLDS_SEED = '2026', WORLDS_RUNS } = process.env;

export const seed = WORLDS_SEED === 'new' ? Date.now() % 2 ** 31 : Number(WORLDS_SEED);

/** Worlds of a friendly server, all properties together, and as many of a server that behaves in any way at all. */
export const runs = Number(WORLDS_RUNS ?? inForm(50, 800));

export const timeoutMs = 60_000 + runs * 4_000;

process.stdout.write(`WORLDS_SEED=${seed} WORLDS_RUNS=${runs}\n`);
