import { goneChange } from '../ledger/gone.ts';
import { readPage, type Session } from './session.ts';

/** Looks up, by id, the instances that the sweep should have met but has not, while there is time left. */
export async function recheck(session: Session, hasTimeLeft: () => boolean): Promise<void> {
  for (const id of await session.ledger.toRecheck()) {
    await lookUp(session, id);
    if (!hasTimeLeft()) return;
  }
}

/** Reads one instance by its id; one that SecMaster no longer knows leaves the gauges. */
export async function lookUp(session: Session, id: string): Promise<void> {
  const { secmaster, ledger, log } = session;
  const page = await readPage(session, { sortKey: 'create_time', sortDir: 'DESC', offset: 0, id });
  await ledger.commit({ kind: 'page', page: page.change });
  if (page.instances.some((instance) => instance.id === id)) return;
  // SecMaster knows it, but its row was rejected.
  if (page.rejected.length > 0) return ledger.commit({ kind: 'instance_seen', id, atMs: secmaster.now() });
  const known = (await ledger.known([id])).get(id);
  if (known === undefined) return;
  await ledger.commit(goneChange(known, ledger.state, secmaster.now()));
  log.info({ instance: id, status: known.status }, 'instance no longer known to SecMaster; removed from the gauges');
}
