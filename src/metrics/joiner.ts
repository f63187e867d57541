import { type Bytes, type Part, partOf } from './gzip.ts';

type Run = readonly [Bytes, ...Bytes[]];

/** Joins adjacent blocks into parts of about `bytes`, and keeps each compressed part while its blocks stay the same. */
export function createJoiner(bytes: number): (blocks: readonly Bytes[]) => Promise<Part[]> {
  /** By the first block. */
  const known = new WeakMap<Bytes, { readonly run: Run; readonly part: Part }>();

  async function join(run: Run): Promise<Part> {
    const before = known.get(run[0]);
    if (before !== undefined && areSame(before.run, run)) return before.part;
    const part = await partOf(run.length === 1 ? run[0] : Buffer.concat(run));
    known.set(run[0], { run, part });
    return part;
  }

  return async (blocks) => {
    const parts: Part[] = [];
    for (const run of inRuns(blocks, bytes)) parts.push(await join(run));
    return parts;
  };
}

/** Runs of at least this many bytes, except the last. */
function* inRuns(blocks: readonly Bytes[], bytes: number): Generator<Run> {
  let run: [Bytes, ...Bytes[]] | null = null;
  let length = 0;
  for (const block of blocks) {
    if (run === null) run = [block];
    else run.push(block);
    length += block.length;
    if (length < bytes) continue;
    yield run;
    run = null;
    length = 0;
  }
  if (run !== null) yield run;
}

function areSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, i) => item === other[i]);
}
