import type { PageChange, Recheck, SweepPart } from '../ledger/change.ts';
import { documentedOpenStatuses, undocumentedOpenStatus } from '../model/status.ts';
import { type ReadPage, readPage, type Session } from './session.ts';
import { beginningOfTail, endOfTail, follow, type TailEnd, type TailProgress } from './tail-progress.ts';

/** A run begins a little after it was created, and may show up in the list a little after that. */
const overlapMs = 60_000;

/** How far a page across an edge reaches back. */
const acrossRows = 50;

/**
 * Reads the latest changes, newest first, until it meets what the last complete tail has left (docs/counting.md#tail).
 * A ledger that has just been made only takes its bearings, and leaves the rest to the sweep that it puts on the list.
 */
export async function readTail(session: Session): Promise<void> {
  const { ledger, secmaster } = session;
  const isFirst = ledger.state.generation === 0;
  let progress = beginningOfTail;
  let beganMs: number | null = null;

  for (;;) {
    const page = await readPage(session, { ...newestFirst, offset: progress.offset });
    // Only from the first answer on is SecMaster's time known.
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
 * Rows of one millisecond in another order look just like pushed ones, and rows that SecMaster has deleted have moved others up: a
 * page across the edge shows them all.
 */
async function readAcross(session: Session, { offset }: TailProgress, page: ReadPage): Promise<PageChange> {
  await session.ledger.commit({ kind: 'page', page: page.change });
  const across = { ...newestFirst, offset: Math.max(0, offset - page.size - acrossRows) };
  return (await readPage(session, across)).change;
}

/** What the tail leaves to sweep and to recheck. */
function whatFollows(
  session: Session,
  end: TailEnd,
  { isDisordered }: TailProgress,
  nowMs: number,
): { readonly sweep: readonly SweepPart[]; readonly recheck: Recheck | null } {
  if (end === 'first') return { sweep: firstSweep(session, nowMs), recheck: null };
  if (end === 'caught_up') return { sweep: isDisordered ? [sinceLastTail(session, nowMs)] : [], recheck: null };
  session.log.warn('more changes than can be paged through; sweeping');
  // What lies deeper is found by its time of creation if it is new, by its status if it is open, and else it had FAILED before
  // and has been retried since: all that had FAILED is rechecked.
  const statuses = [...documentedOpenStatuses, 'FAILED'];
  return { sweep: [...statuses.map(allOf), sinceLastTail(session, nowMs)], recheck: { status: 'FAILED' } };
}

function firstSweep({ ledger, retentionMs }: Session, nowMs: number): SweepPart[] {
  const fromMs = ledger.state.fromMinute * 60_000 - overlapMs;
  // What has failed before may be retried: only its retry_count of today tells then by how much it has grown.
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
