import type { SweepOutcome, SweepPart } from '../ledger/change.ts';
import { undocumentedOpenStatus } from '../model/status.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';
import { type ReadPage, readPage, type Session } from './session.ts';
import { beginsOutside, isDated, isReadDown, judge, type Progress, undated, type Verdict } from './slice.ts';
import type { SweepLog } from './sweep-log.ts';

/** How long to wait before another try at an item that could not be read completely. */
const retryMs = 3_600_000;

/** The next item to read; null if there is none. */
export async function nextItem(session: Session): Promise<Progress | null> {
  const items = await session.ledger.sweep();
  const againMs = session.secmaster.now() - retryMs;
  const item = items.find(({ triedMs }) => triedMs === null || triedMs < againMs);
  return item === undefined ? null : { item, offset: 0, round: 1, count: null, met: new Set() };
}

/**
 * Sweeps at least one page, then more until nothing or no time is left (docs/counting.md#sweep).
 *
 * @returns how far it came, to pass in next time
 */
export async function sweep(
  session: Session,
  from: Progress,
  hasTimeLeft: () => boolean,
  sweepLog: SweepLog,
): Promise<Progress | null> {
  let progress: Progress | null = from;
  do {
    progress = (await readOn(session, progress, sweepLog)) ?? (await nextItem(session));
  } while (progress !== null && hasTimeLeft());
  return progress;
}

/** Reads the next page of an item; null once the item needs no more pages. */
async function readOn(session: Session, progress: Progress, sweepLog: SweepLog): Promise<Progress | null> {
  const { item, offset, round, met } = progress;
  const query = { sortKey: 'create_time', offset, ...limits(item) } as const;
  const page = await readPage(session, query).catch((error: unknown) => {
    const mayBeRefused = isDated(item) || item.status === undocumentedOpenStatus;
    if (mayBeRefused && error instanceof SecMasterError && error.kind === 'bad_request') return null;
    throw error;
  });
  for (const { id } of [...(page?.instances ?? []), ...(page?.filteredOut ?? [])]) met.add(id);
  for (const [i, { id }] of (page?.rejected ?? []).entries()) met.add(id ?? `${offset}+${i}`);

  const verdict = page === null ? refused(item) : judge(progress, page, session.secmaster.now());
  const outcome = outcomeOf(session, progress, verdict);
  await session.ledger.commit({
    kind: 'sweep_step',
    page: page?.change ?? null,
    item: item.key,
    outcome,
    datesTrusted: judgeDates(session, progress, page, verdict),
  });
  await sweepLog.read(session, page?.size ?? 0);

  if (page !== null && verdict.kind === 'more') {
    return { ...progress, offset: offset + page.size, count: offset === 0 ? page.count : progress.count };
  }
  if (verdict.kind === 'again') return { ...progress, offset: 0, round: round + 1, count: null };
  if (verdict.kind === 'instead' && verdict.warning !== null) session.log.warn(limits(item), verdict.warning);
  if (verdict.kind === 'problem') {
    const retryInSeconds = outcome.kind === 'tried' ? retryMs / 1000 : null;
    const fields = { ...limits(item), problem: verdict.problem, retryInSeconds };
    session.log.warn(fields, 'part of the sweep could not be read completely');
  }
  return null;
}

function refused(item: SweepPart): Verdict {
  if (!isDated(item)) return { kind: 'done' };
  return undated(item, 'SecMaster refuses from_date and to_date; sweeping without them');
}

function limits(item: SweepPart) {
  const { fromMs, toMs, status } = item;
  return {
    sortDir: isReadDown(item) ? ('DESC' as const) : ('ASC' as const),
    ...(fromMs === null || toMs === null ? {} : { fromMs, toMs }),
    ...(status === null ? {} : { status }),
  };
}

function outcomeOf({ secmaster, lookbackMs }: Session, { item }: Progress, verdict: Verdict): SweepOutcome {
  if (verdict.kind === 'more' || verdict.kind === 'again') return { kind: 'more' };
  if (verdict.kind === 'instead') return { kind: 'instead', items: verdict.items };
  // An unreadable item is dropped once it lies before the lookback.
  const nowMs = secmaster.now();
  const endMs = item.toMs ?? (item.fromMs ?? nowMs) + lookbackMs;
  const isOver = verdict.kind === 'done' || endMs < nowMs - lookbackMs;
  return isOver ? { kind: 'done' } : { kind: 'tried', atMs: nowMs };
}

/**
 * It is not documented which time from_date and to_date filter by. Sweeps work whichever it is: an instance that started in a slice is
 * listed there, or met by the tail or by its status. But audits can compare counts by date only if it is the start time. A slice
 * whose rows all started in it shows that it is; a single row that didn't shows, for good, that it isn't.
 */
function judgeDates(
  { ledger, log }: Session,
  { item, met }: Progress,
  page: ReadPage | null,
  verdict: Verdict,
): boolean | null {
  const { datesTrusted } = ledger.state;
  if (!isDated(item) || item.status !== null || datesTrusted === false) return null;
  if (page === null || page.instances.some((instance) => beginsOutside(instance, item))) {
    log.warn('from_date and to_date do not filter by start time; audits are off');
    return false;
  }
  const isProof = verdict.kind === 'done' && met.size > 0;
  return isProof && datesTrusted === null ? true : null;
}
