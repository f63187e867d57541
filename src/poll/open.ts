import { documentedOpenStatuses } from '../model/status.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';
import { lookUpAll } from './look-up.ts';
import { orRefusal } from './or-refusal.ts';
import { contradict } from './profile/contradict.ts';
import { beginRound, newestFirst, profileOf, type ReadPage, readPage, type Session } from './session.ts';

/** An open instance is looked up after this long without a row, so that a quiet poll needs no request for it. */
const unseenMs = 5 * 60_000;
/** For each so many open instances, as many minutes more: a page shows a hundred of them. */
const openPerUnseen = 1_000;
/** Pages of one status in one poll. */
const maxPages = 50;
/** Lookups in one poll, one or two requests each. */
const maxLookups = 20;

export const maxOpenRequests = documentedOpenStatuses.length * (maxPages + 1) + 2 * maxLookups;

/** Looks up open instances of any age that the tail has not met for a while (docs/counting.md#what-a-poll-asks). */
export async function lookUpOpen(session: Session): Promise<void> {
  const { secmaster, ledger } = session;
  const unseen = () =>
    ledger.together(async (reads) => {
      const restMs = unseenMs * Math.max(1, (await reads.openCount()) / openPerUnseen);
      return reads.openUnseen(secmaster.now() - restMs);
    });

  const statuses = new Set((await unseen()).map((instance) => instance.status));
  if (statuses.size === 0) return;
  for (const status of documentedOpenStatuses.filter((status) => statuses.has(status))) await readAll(session, status);
  // Those missing from the list of their status have changed unseen by the tail, or are gone.
  await lookUpAll(
    session,
    (await unseen()).map(({ id }) => id),
    { max: maxLookups },
  );
}

async function readAll(session: Session, status: string): Promise<void> {
  if (profileOf(session).statusFilter?.value === 'not_honoured') return;
  const round = beginRound<ReadPage>(session, { isStrict: false, mayCount: false, maxRequests: maxPages });
  const order = newestFirst(profileOf(session), 'create_time');
  const ask = (place: { offset: number; limit: number }) => readPage(session, { ...order, ...place, status });
  for (;;) {
    const page = await orRefusal(round.next(ask));
    if (page === null) return;
    if (page instanceof SecMasterError) return await contradict(session, 'statusFilter', 'not_honoured', page.message);
    await session.ledger.commit({ kind: 'page', page: page.change });
    const others = page.instances.filter((one) => one.status !== status).length;
    if (others > 2 && others > page.instances.length / 2)
      return await contradict(session, 'statusFilter', 'not_honoured', 'the list holds other statuses too');
  }
}
