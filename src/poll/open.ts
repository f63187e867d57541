import { documentedOpenStatuses } from '../model/status.ts';
import { maxOffset } from '../secmaster/api/secmaster.ts';
import { lookUp } from './recheck.ts';
import { readPage, type Session } from './session.ts';

/** An open instance is looked up after this long without a row, so that a quiet poll needs no request for it. */
const unseenMs = 5 * 60_000;

/** Lookups by id in one poll, one request each. */
const maxLookups = 20;

/** Looks up open instances of any age that the tail has not met for a while (docs/counting.md#what-a-poll-asks). */
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
  // Those missing from the list of their status have changed unseen by the tail, or are gone.
  for (const { id } of (await unseen()).slice(0, maxLookups)) await lookUp(session, id);
}
