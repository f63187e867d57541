import { lookUpAll } from './look-up.ts';
import type { Session } from './session.ts';

/** Lookups in one poll. */
const maxLookups = 100;

/** Looks up the instances that the sweep should have met but has not, while there is time left. */
export async function recheck(session: Session, hasTimeLeft: () => boolean): Promise<void> {
  await lookUpAll(session, await session.ledger.toRecheck(), { max: maxLookups, hasTimeLeft });
}
