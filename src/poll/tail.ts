import type { PageChange, Recheck, SweepPart } from '../ledger/change.ts';
import { documentedOpenStatuses, undocumentedOpenStatus } from '../model/status.ts';
import { type ReadPage, readPage, type Session } from './session.ts';
import { beginningOfTail, endOfTail, follow, type TailEnd, type TailProgress } from './tail-progress.ts';

/** A run starts shortly after its creation, and may appear in the list shortly after that. */
const overlapMs = 60_000;

/** How many rows a page across an edge reaches back. */
const acrossRows = 50;

/**
 * Reads the latest changes, newest first, until it meets what the last complete tail left (docs/counting.md#tail).
 * The first tail of a new ledger reads little and schedules a sweep for the rest.
 */
export async function readTail(session: Session): Promise<void> {
  const { ledger, secmaster } = session;
  const isFirst = ledger.state.generation === 0;
  let progress = beginningOfTail;
  let beganMs: number | null = null;

  for (;;) {
    const page = await readPage(session, { ...newestFirst, offset: progress.offset });
    // SecMaster's time is known only from its first response on.
    beganMs ??= secmaster.now();
    progress = follow(progress, page);
    const change = progress.mayHaveSlipped ? await readAcross(session, progress, page) : page.change;
    const end = endOfTail(progress, page, { isFirst, isFresh: beganMs - ledger.state.createdAtMs < overlapMs });
    if (end === null) {
      await ledger.commit({ kind: 'page', page: change });
      continue;
    }
    await ledger.commit({ kind: 'tail_ended', page: change, beganMs, ...whatFollows(session, end, progress, beganMs) });
    session.filteredOut.tailEnded();
    return;
  }
}

const newestFirst = { sortKey: 'update_time', sortDir: 'DESC' } as const;

/**
 * Rows of one millisecond in a different order look like pushed ones, and deleted rows move others up. A page across the edge shows
 * them all.
 */
async function readAcross(session: Session, { offset }: TailProgress, page: ReadPage): Promise<PageChange> {
  await session.ledger.commit({ kind: 'page', page: page.change });
  const across = { ...newestFirst, offset: Math.max(0, offset - page.size - acrossRows) };
  return (await readPage(session, across)).change;
}

/** What a sweep and a recheck must still read. */
function whatFollows(
  session: Session,
  end: TailEnd,
  { isDisordered }: TailProgress,
  nowMs: number,
): { readonly sweep: readonly SweepPart[]; readonly recheck: Recheck | null } {
  if (end === 'first') return { sweep: firstSweep(session, nowMs), recheck: null };
  if (end === 'caught_up') return { sweep: isDisordered ? [sinceLastTail(session, nowMs)] : [], recheck: null };
  session.log.warn('more changes than can be paged through; sweeping');
  // A deeper change is found by creation time if the instance is new, and by status if it is open. Otherwise the instance had
  // FAILED and was retried, so all FAILED ones are rechecked.
  const statuses = [...documentedOpenStatuses, 'FAILED'];
  return { sweep: [...statuses.map(allOf), sinceLastTail(session, nowMs)], recheck: { status: 'FAILED' } };
}

function firstSweep({ ledger, retentionMs }: Session, nowMs: number): SweepPart[] {
  const fromMs = ledger.state.fromMinute * 60_000 - overlapMs;
  // Older failed runs may be retried: the growth of retry_count is known only if it was read before.
  const failed = { fromMs: nowMs - retentionMs, toMs: fromMs, status: 'FAILED' };
  const open = [...documentedOpenStatuses, undocumentedOpenStatus];
  return [...open.map(allOf), slice(fromMs, nowMs), ...(failed.fromMs < fromMs ? [failed] : [])];
}

function sinceLastTail({ ledger: { state } }: Session, nowMs: number): SweepPart {
  return slice((state.lastTailMs ?? state.createdAtMs) - overlapMs, nowMs);
}

function allOf(status: string): SweepPart {
  return { fromMs: null, toMs: null, status };
}

function slice(fromMs: number, toMs: number): SweepPart {
  return { fromMs, toMs, status: null };
}
