/**
 * How the fuzz lane runs. The cases are the same each time, so that a test that fails does so by a change of the code; FUZZ_SEED
 * gives others (`new` ones each time), FUZZ_PATH runs only the one that a failure names, and FUZZ_SURVEY=1 goes on after failures
 * and lists one of each kind.
 */
import fc from 'fast-check';
import { inForm } from '../support/form.ts';
import { createWatch } from './watch.ts';

const { FUZZ_SEED = '2026', FUZZ_PATH, FUZZ_SURVEY } = process.env;
export const seed = FUZZ_SEED === 'new' ? Date.now() % 2 ** 31 : Number(FUZZ_SEED);

/** How many of a subject: in `npm test`, in `npm run test:all`, or as a variable says, see `npm run fuzz`. */
export function numberOf(variable: string, short: number, full: number): number {
  return Number(process.env[variable] ?? inForm(short, full));
}

/** No case may take longer than five seconds, beside other tests on a slow machine than six times as long. */
export const maxCaseMs = numberOf('FUZZ_MAX_MS', 30_000, 30_000);
/** For making a counterexample smaller. */
const maxShrinkingMs = 20_000;

export interface Hold {
  readonly file: string;
  readonly cases: number;
  /** Of one that is many in itself. */
  readonly maxMs?: number;
}

/** Checks every case, and fails with the seed, the path and the smallest counterexample in words. */
export async function hold<T>(
  { file, cases, maxMs = maxCaseMs }: Hold,
  given: fc.Arbitrary<T>,
  check: (one: T) => Promise<void> | void,
): Promise<void> {
  const rerun = (path: string) => `FUZZ_SEED=${seed} FUZZ_PATH=${path} npx vitest run ${file}`;
  const story = (path: string, one: unknown, error: unknown) => `${rerun(path)}\n${shown(one)}\n${reasonOf(error)}`;
  process.stdout.write(`FUZZ_SEED=${seed} ${file}: ${cases} cases\n`);
  using watch = createWatch(maxMs);
  const survey = new Map<string, string>();
  let failedMs: number | null = null;
  let run = -1;
  const property = fc.asyncProperty(given, async (one) => {
    if (failedMs === null) run++;
    else fc.pre(performance.now() - failedMs < maxShrinkingMs);
    const path = FUZZ_PATH ?? String(run);
    const beganMs = performance.now();
    watch.begin(`${rerun(path)}\n${shown(one)}`);
    try {
      await check(one);
      const tookMs = performance.now() - beganMs;
      if (tookMs > maxMs) throw new Error(`took ${Math.round(tookMs)} ms`);
    } catch (error) {
      if (FUZZ_SURVEY === undefined) {
        failedMs ??= performance.now();
        throw error;
      }
      const kind = reasonOf(error).replaceAll(/\d+|"(?:[^"\\]|\\.)*"/g, '…');
      if (!survey.has(kind)) survey.set(kind, story(path, one, error));
    } finally {
      watch.end();
    }
  });
  await fc.assert(property, {
    seed,
    ...(FUZZ_PATH === undefined ? { numRuns: cases } : { path: FUZZ_PATH, endOnFailure: true, numRuns: 1 }),
    reporter({ failed, counterexample, counterexamplePath, errorInstance }) {
      if (failed) throw new Error(story(counterexamplePath ?? '', counterexample?.[0], errorInstance));
    },
  });
  if (survey.size > 0) throw new Error([...survey.values()].join('\n\n'));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** For a person: long texts and lists are cut, and what does not print is escaped. */
export function shown(value: unknown): string {
  const short = (_: string, one: unknown) => {
    if (one instanceof Uint8Array) return `${one.length} bytes: ${Buffer.from(one.subarray(0, 80)).toString('latin1')}`;
    return typeof one === 'string' && one.length > 300 ? `${one.slice(0, 300)}… (${one.length})` : one;
  };
  const text = JSON.stringify(value, short, 1)?.replaceAll(/\n\s*/g, ' ') ?? String(value);
  return text.length > 4_000 ? `${text.slice(0, 4_000)}… (${text.length})` : text;
}
