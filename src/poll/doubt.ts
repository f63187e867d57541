import { forgetEntry } from '../ledger/page.ts';
import { commit, readPage, type Session } from './session.ts';

/** Looks up, by id, the instances that the sweep should have met and has not, as long as `mayGoOn` says so. */
export async function settleDoubts(session: Session, mayGoOn: () => boolean): Promise<void> {
  for (const id of await session.store.doubtful(session.state.ledger)) {
    await lookUp(session, id);
    if (!mayGoOn()) return;
  }
}

/** Reads one instance by its id; one that SecMaster no longer knows leaves the gauges. */
export async function lookUp(session: Session, id: string): Promise<void> {
  const { secmaster, store, log } = session;
  const page = await readPage(session, { sortKey: 'create_time', sortDir: 'DESC', offset: 0, id });
  await commit(session, page.batch);
  if (page.instances.some((instance) => instance.id === id)) return;
  // It is there, and that is all that can be understood.
  if (page.rejected.length > 0) return commit(session, { seen: [id], seenMs: secmaster.now() });
  const known = (await store.known(session.state.ledger, [id])).get(id);
  if (known === undefined) return;
  await commit(session, forgetEntry(known, session.state, secmaster.now()));
  log.info({ instance: id, status: known.status }, 'SecMaster no longer knows an instance; it leaves the gauges');
}
