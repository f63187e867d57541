import type { SweepItem, SweepPart } from '../ledger/change.ts';
import { begunMs } from '../ledger/contribution.ts';
import type { Instance } from '../model/instance.ts';
import { isEnded } from '../model/status.ts';
import { maxOffset } from '../secmaster/api/secmaster.ts';
import { isDated, isWhole } from './parts.ts';
import { contradict } from './profile/contradict.ts';
import { type FoldedRows, foldInstances, type ListedPage, profileOf, type Session, type SweptStep } from './session.ts';
import { type Progress, undated, type Verdict } from './slice.ts';

/** What a sweep shows beside its rows: of SecMaster's counts and dates, of the tails, and of instances that are gone. */

export const datesIgnored =
  'SecMaster does not limit lists by from_date and to_date as expected; sweeping without them';

/** How late a tail may show what has changed before it. */
const tailSlackMs = 60_000;

/** Instances with news from before the last tail, and those of them that it should have shown. */
export function lateIn(
  { ledger: { state } }: Session,
  { news, unknown }: Pick<FoldedRows, 'news' | 'unknown'>,
): Pick<SweptStep, 'late' | 'missed'> {
  const { createdAtMs, lastTailMs, profile } = state;
  // Without the order of updates a tail shows new instances alone.
  const showsChanges = profile.order === undefined || profile.order.value === 'update_time';
  const beforeMs = (lastTailMs ?? createdAtMs) - tailSlackMs;
  const late = news.filter((one) => (timeOf(one) ?? beforeMs) < beforeMs);
  const missed = late.filter((one) => (timeOf(one) ?? 0) >= createdAtMs && (showsChanges || unknown.has(one.id)));
  return { late: late.length, missed: missed.length };
}

/** Of an instance's last change, as far as its row tells. */
function timeOf(instance: Instance): number | null {
  if (isEnded(instance)) return instance.endTimeMs;
  return instance.retryCount === 0 ? instance.startTimeMs : null;
}

/** SecMaster's time is known to the second. */
const dateSlackMs = 1_000;

/** Instances that began after the last tail did: the sweep meets them before any tail. */
export function newerIn({ ledger: { state } }: Session, { news }: Pick<FoldedRows, 'news'>): readonly string[] {
  const afterMs = (state.lastTailMs ?? state.createdAtMs) - dateSlackMs;
  return news.filter((one) => (begunMs(one) ?? afterMs) >= afterMs).map(({ id }) => id);
}

/** Both halves of a slice can't count more than the slice, unless its count is capped: then the count is not of what is listed. */
export async function weighHalves(
  session: Session,
  item: SweepPart,
  page: ListedPage,
  verdict: Verdict,
): Promise<void> {
  const { halves, pageLength } = session;
  const { count, ids } = page;
  const key = ({ fromMs, toMs, status }: SweepPart) => [fromMs, toMs, status].join();
  const half = halves.get(key(item));
  if (count === null) return;
  if (half !== undefined) {
    halves.delete(key(item));
    half.sum += count;
    if (half.count !== maxOffset && half.sum > 1.5 * half.count)
      await contradict(session, 'count', 'inexact', 'halves count more than the whole');
  }
  if (count >= maxOffset && ids.length < (pageLength.fullRows ?? 0))
    await contradict(session, 'count', 'inexact', `${count} told, a page has ${ids.length}`);
  if (verdict.kind !== 'instead') return;
  const halved = { count, sum: 0 };
  for (const part of verdict.parts) if (isDated(part)) halves.set(key(part), halved);
}

/** Whether the ledger has all of a slice that can't be paged through: its parts have been read, by status and from both ends. */
export async function isKnownByCount(session: Session, item: SweepItem, { count }: ListedPage): Promise<boolean> {
  const { fromMs, toMs, triedMs, status, triggerType } = item;
  // A count may be capped there.
  const isCounted = profileOf(session).count?.value === 'exact' && count !== null && count !== maxOffset;
  if (!isCounted || triedMs === null || fromMs === null || toMs === null || status !== null || triggerType !== null)
    return false;
  return (await session.ledger.begunWithin(fromMs, toMs)) >= count;
}

/** What a completely read item says of SecMaster's count, and of instances that SecMaster no longer knows. */
export async function compareWithLedger(
  session: Session,
  { item, round, met, within, untilMs, count }: Progress,
): Promise<void> {
  const { ledger, lastTail } = session;
  const { state } = ledger;
  if (round.end()?.kind === 'complete' && count !== null && !round.isDisordered()) {
    if (count === round.rows()) lastTail.unequal = 0;
    else if (state.profile.count?.value === 'exact' && ++lastTail.unequal >= maxUnequal) {
      await contradict(session, 'count', 'inexact', `${count} of ${round.rows()} rows`);
    }
  }
  if (await lacksKnown(session, item, met)) {
    await contradict(session, 'dates', 'unusable', 'a slice lacks instances that are known to have begun in it');
    session.log.warn({ problem: 'a slice lacks instances that are known to have begun in it' }, datesIgnored);
    await ledger.commit({ kind: 'sweep_planned', sweep: [undated(item)], recheck: null });
  }
  if (item.purpose !== 'audit' || !isWhole(item) || item.fromMs === null) return;
  // Purged ones are missing from the list: what it doesn't show is looked up.
  const recheck = { fromMs: item.fromMs, toMs: untilMs };
  if ((await ledger.begunWithin(recheck.fromMs, recheck.toMs)) <= within.size) return;
  session.onGone();
  await ledger.commit({ kind: 'sweep_planned', sweep: [], recheck });
  const { change } = await foldInstances(session, []);
  await ledger.commit({ kind: 'page', page: { ...change, seen: [...within] } });
}

/** Times that a count must be wrong to be disbelieved: a run may begin between a page and the next. */
const maxUnequal = 3;

/** Whether the dates limit something else than they are believed to. After an audit, known instances may be gone instead. */
async function lacksKnown({ ledger }: Session, item: SweepPart, met: ReadonlySet<string>): Promise<boolean> {
  const { fromMs, toMs, status, triggerType } = item;
  const { dates } = ledger.state.profile;
  if (fromMs === null || toMs === null || status !== null || triggerType !== null) return false;
  if (dates === undefined || dates.value === 'unusable' || dates.value.field !== 'start') return false;
  if ((await ledger.begunWithin(fromMs + tailSlackMs, toMs - tailSlackMs)) <= met.size) return false;
  return (await ledger.toRecheck()).length === 0;
}
