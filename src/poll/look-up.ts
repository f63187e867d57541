import type { Entry } from '../ledger/entry.ts';
import { goneChange } from '../ledger/gone.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';
import { contradict } from './profile/contradict.ts';
import { foldInstances, profileOf, readPage, type Session } from './session.ts';

/** `gone`: two answers say that SecMaster doesn't know it. `unsure`: the answers don't say. */
export type LookedUp = 'found' | 'gone' | 'unsure';

/** Reads one instance: from the list by its id, and by itself where the list doesn't show it. */
export async function lookUp(session: Session, id: string): Promise<LookedUp> {
  const inList = await findInList(session, id);
  if (inList === 'found') return 'found';
  const shown = await showAlone(session, id);
  if (shown !== 'unsure') return shown;
  // Without a second answer, the list is believed if it is known to go by the id.
  return inList === 'empty' && profileOf(session).idFilter?.value === 'honoured' ? 'gone' : 'unsure';
}

async function findInList(session: Session, id: string): Promise<'found' | 'empty' | 'unsure'> {
  const { ledger, secmaster } = session;
  if (profileOf(session).idFilter?.value === 'not_honoured') return 'unsure';
  const page = await readPage(session, { offset: 0, limit: 10, id }).catch((error: unknown) => {
    if (error instanceof SecMasterError && error.kind === 'bad_request') return error;
    throw error;
  });
  if (page instanceof SecMasterError) {
    await contradict(session, 'idFilter', 'not_honoured', page.message);
    return 'unsure';
  }
  await ledger.commit({ kind: 'page', page: page.change });
  const isUnreadable = page.ids.length === 1 && page.ids[0] === null;
  if (
    page.instances.some((instance) => instance.id === id) ||
    isUnreadable ||
    page.rejected.some((row) => row.id === id)
  ) {
    // SecMaster knows it, even if its row was rejected.
    if (page.rejected.length > 0) await ledger.commit({ kind: 'instance_seen', id, atMs: secmaster.now() });
    return 'found';
  }
  // One that the configured filters exclude has left the gauges.
  if (page.ids.length === 0 || page.ids.includes(id)) return 'empty';
  await contradict(session, 'idFilter', 'not_honoured', 'the list holds other ids too');
  return 'unsure';
}

async function showAlone(session: Session, id: string): Promise<LookedUp> {
  const { secmaster, workspaceId, signal, ledger } = session;
  try {
    const shown = await secmaster.showInstance(workspaceId, id, signal);
    if (shown.id !== id) return 'unsure';
    if (!shown.isWanted) return 'gone';
    await ledger.commit({ kind: 'page', page: (await foldInstances(session, [shown])).change });
    return 'found';
  } catch (error) {
    if (!(error instanceof SecMasterError)) throw error;
    if (error.kind === 'not_found' || error.kind === 'bad_request') return 'gone';
    // Permission to show one may be missing, and its body may be too large.
    if (error.kind === 'forbidden' || error.kind === 'body_too_large' || error.kind === 'unexpected_body')
      return 'unsure';
    throw error;
  }
}

/** SecMaster no longer knows these: they leave the gauges. */
export async function commitGone(session: Session, entries: readonly Entry[]): Promise<void> {
  const { ledger, secmaster, log } = session;
  if (entries.length === 0) return;
  await ledger.commit(goneChange(entries, ledger.state, secmaster.now()));
  const [first] = entries;
  log.info(
    { instances: entries.length, instance: first?.id, status: first?.status },
    entries.length === 1
      ? 'instance no longer known to SecMaster; removed from the gauges'
      : 'instances no longer known to SecMaster; removed from the gauges',
  );
}
