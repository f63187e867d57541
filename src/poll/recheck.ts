import { commitGone, type LookedUp, lookUp } from './look-up.ts';
import type { Session } from './session.ts';

/** Instances of a purge that are looked up; where SecMaster knows none of them, it knows none of the others either. */
const sampleSize = 5;
/** Lookups in one poll. */
const maxLookups = 100;
/** Instances that leave the gauges with one commit. */
const batchSize = 500;

/** Looks up the instances that the sweep should have met but has not, while there is time left. */
export async function recheck(session: Session, hasTimeLeft: () => boolean): Promise<void> {
  const ids = await session.ledger.toRecheck();
  const sample: LookedUp[] = [];
  for (const [i, id] of ids.slice(0, maxLookups).entries()) {
    if (i === sampleSize && sample.every((found) => found === 'gone')) return await removeAll(session, ids.slice(i));
    const found = await lookUp(session, id);
    sample.push(found);
    if (found === 'gone') await removeAll(session, [id]);
    // It is known to have been, and nothing more can be found out.
    else if (found === 'unsure')
      await session.ledger.commit({ kind: 'instance_seen', id, atMs: session.secmaster.now() });
    if (!hasTimeLeft()) return;
  }
}

async function removeAll(session: Session, ids: readonly string[]): Promise<void> {
  for (let i = 0; i < ids.length; i += batchSize) {
    const known = await session.ledger.known(ids.slice(i, i + batchSize));
    await commitGone(session, [...known.values()]);
  }
}
