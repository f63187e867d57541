import { lookUpAll } from './look-up.ts';
import type { Session } from './session.ts';

/** Lookups in one poll, one or two requests each. */
const maxLookups = 50;

export const maxRecheckRequests = 2 * maxLookups;

/** Looks up the instances that the sweep should have met but has not, while there is time left. */
export async function recheck(session: Session, hasTimeLeft: () => boolean): Promise<void> {
  await lookUpAll(session, await session.ledger.toRecheck(), { max: maxLookups, hasTimeLeft });
}
