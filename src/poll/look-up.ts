import { goneChange } from '../ledger/gone.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';
import { contradict } from './profile/contradict.ts';
import { foldInstances, profileOf, readPage, type Session } from './session.ts';

/** `gone`: two answers say that SecMaster doesn't know it. `unsure`: the answers don't say. */
type LookedUp = 'found' | 'gone' | 'unsure';

/** Reads one instance: from the list by its id, and by itself where the list doesn't show it. */
async function lookUp(session: Session, id: string): Promise<LookedUp> {
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

/** Lookups of a purge; where SecMaster knows none of so many, it knows none of the others either. */
const sampleSize = 5;
/** Instances that leave the gauges with one commit. */
const batchSize = 500;

/** Looks up each of these, `max` of them while there is time left; after a purge, only some, and takes the others for gone too. */
export async function lookUpAll(
  session: Session,
  ids: readonly string[],
  { max, hasTimeLeft = () => true }: { readonly max: number; readonly hasTimeLeft?: () => boolean },
): Promise<void> {
  const { ledger, secmaster } = session;
  const inTurn = sampleFirst(ids);
  let isPurge = true;
  for (const [i, id] of inTurn.slice(0, max).entries()) {
    if (i === sampleSize && isPurge) return await removeAll(session, inTurn.slice(i));
    const found = await lookUp(session, id);
    isPurge &&= found === 'gone';
    if (found === 'gone') await removeAll(session, [id]);
    // Later again: nothing more can be found out now.
    if (found === 'unsure') await ledger.commit({ kind: 'instance_seen', id, atMs: secmaster.now() });
    if (!hasTimeLeft()) return;
  }
}

/** From all over come first: the oldest alone may be gone. */
function sampleFirst(ids: readonly string[]): string[] {
  const at = Array.from({ length: sampleSize }, (_, i) => Math.floor((i * (ids.length - 1)) / (sampleSize - 1)));
  const sample = new Set(at.flatMap((place) => ids[place] ?? []));
  return [...sample, ...ids.filter((id) => !sample.has(id))];
}

/** SecMaster no longer knows these: they leave the gauges. */
async function removeAll({ ledger, secmaster, log }: Session, ids: readonly string[]): Promise<void> {
  for (let i = 0; i < ids.length; i += batchSize) {
    const known = await ledger.known(ids.slice(i, i + batchSize));
    const entries = [...known.values()];
    if (entries.length > 0) await ledger.commit(goneChange(entries, ledger.state, secmaster.now()));
    for (const { id, status } of entries.slice(0, 1)) {
      const fields = entries.length === 1 ? { instance: id, status } : { instances: entries.length };
      log.info(
        fields,
        `${entries.length === 1 ? 'instance' : 'instances'} no longer known to SecMaster; removed from the gauges`,
      );
    }
  }
}
