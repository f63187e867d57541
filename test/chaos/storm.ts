import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/simulator/random.ts';
import type { Journal } from './journal.ts';
import type { Site } from './site.ts';
import { type End, ofAll, ofReplica, ofServer } from './troubles.ts';

export interface StormOptions {
  readonly steps: number;
  /** The longest that nothing begins or ends. */
  readonly maxStepMs: number;
}

/** Lets troubles begin and end at random, several at once; afterwards all have ended and every replica runs. */
export async function storm(
  site: Site,
  random: Random,
  { note }: Journal,
  { steps, maxStepMs }: StormOptions,
): Promise<void> {
  const underWay = new Map<string, End>();
  const pick = <T>(from: readonly T[]) => random.pick(from as [T, ...T[]]);

  async function begin(): Promise<void> {
    const one = pick(site.replicas);
    const kind = random.chance(0.7) ? ofReplica : random.pick([ofServer, ofAll]);
    const [name, trouble] = pick(Object.entries(kind));
    const what = kind === ofReplica ? `${one.name} ${name}` : name;
    if (underWay.has(what) || (kind === ofServer && [...underWay.keys()].some((other) => other in ofServer))) return;
    note(what);
    const end = await trouble(site, random, one);
    if (end !== undefined) underWay.set(what, end);
  }

  async function end(what: string, ending: End): Promise<void> {
    underWay.delete(what);
    note(`over: ${what}`);
    await ending();
  }

  for (let step = 0; step < steps; step++) {
    for (let n = Math.floor(random.between(1, 4)); n > 0; n--) await begin();
    await sleep(random.between(100, maxStepMs));
    for (const [what, ending] of [...underWay]) if (random.chance(0.5)) await end(what, ending);
  }
  for (const [what, ending] of [...underWay]) await end(what, ending);
  for (const one of site.replicas) {
    one.resume();
    await one.start();
  }
}
