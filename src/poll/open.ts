import { documentedOpenStatuses } from '../model/status.ts';
import { maxOffset } from '../secmaster/api/secmaster.ts';
import { lookUp } from './recheck.ts';
import { readPage, type Session } from './session.ts';

/** An open instance that no row has shown for this long is looked up, so that a quiet poll asks nothing for it. */
const unseenMs = 5 * 60_000;

/** Lookups by id in one poll, one request each. */
const maxLookups = 20;

/** Looks up open instances that the tail has not met for a while, however old they are (docs/counting.md#what-a-poll-asks). */
export async function lookUpOpen(session: Session): Promise<void> {
  const { secmaster, ledger } = session;
  const unseen = () => ledger.openUnseen(secmaster.now() - unseenMs);

  const statuses = new Set((await unseen()).map((instance) => instance.status));
  for (const status of documentedOpenStatuses.filter((status) => statuses.has(status))) {
    for (let offset = 0, last = false; !last; ) {
      const page = await readPage(session, { sortKey: 'create_time', sortDir: 'ASC', offset, status });
      await ledger.commit({ kind: 'page', page: page.change });
      offset += page.size;
      last = page.isLast || offset > maxOffset;
    }
  }
  // Those that the lists of their statuses don't show have changed without coming up in the tail, or are gone.
  for (const { id } of (await unseen()).slice(0, maxLookups)) await lookUp(session, id);
}
