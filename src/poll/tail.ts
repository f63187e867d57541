import type { Batch } from '../ledger/store.ts';
import { documentedOpenStatuses, isEnded, undocumentedOpenStatus } from '../model/status.ts';
import { maxOffset } from '../secmaster/api.ts';
import { commit, type ReadPage, readPage, type Session } from './session.ts';

/**
 * Settled rows one after another that say a tail has caught up. One alone would not do: rows changed in the same
 * millisecond come in any order.
 */
const settledRun = 50;

type SweepAdd = NonNullable<Batch['sweepAdd']>;

/** A run begins a little after it was created, and may show up in the list a little after that. */
const overlapMs = 60_000;

/**
 * Reads the latest changes, newest first, until it meets what the last complete tail has left (docs/counting.md#tail).
 * A ledger that has just been made only takes its bearings, and leaves the rest to the sweep that it puts on the list.
 */
export async function readTail(session: Session): Promise<void> {
  await readChanges(session);
  session.leftOut.tailEnded();
}

async function readChanges(session: Session): Promise<void> {
  const { completeTails } = session.state;
  let beganMs: number | null = null;
  let count: number | null = null;
  let ended = 0;
  let settled = 0;
  const order = watchOrder();

  for (let offset = 0; offset <= maxOffset; ) {
    const page = await readPage(session, { sortKey: 'update_time', sortDir: 'DESC', offset });
    // Only from the first answer on is SecMaster's time known.
    beganMs ??= session.secmaster.now();
    offset += page.size;
    ended += page.instances.filter(isEnded).length;
    settled = settledAtEnd(settled, page.rows);
    let { batch } = page;
    const isPushed = order.see(page.instances.map(({ id }) => id)) === 'pushed';
    const isShrunk = page.count !== null && count !== null && page.count < count;
    count = page.count;
    if (isPushed || (isShrunk && offset > page.size)) {
      // Rows of one millisecond in another order look just like pushed ones, and rows that SecMaster has deleted have moved
      // others up: a page across the edge shows them all.
      await commit(session, batch);
      const across = {
        sortKey: 'update_time',
        sortDir: 'DESC',
        offset: Math.max(0, offset - page.size - acrossRows),
      } as const;
      ({ batch } = await readPage(session, across));
    }

    const done = { state: { completeTails: completeTails + 1, lastTailMs: beganMs } };
    const isDeepest = offset > maxOffset;
    // Only a ledger that has just been made has missed nothing.
    const isEnough = ended >= 2 * settledRun && beganMs - session.state.createdAtMs < overlapMs;
    if (completeTails === 0 && (page.isLast || isDeepest || isEnough)) {
      return commit(session, { ...batch, ...done, sweepAdd: firstSweep(session, beganMs) });
    }
    if (page.isLast || settled >= settledRun) {
      return commit(session, {
        ...batch,
        ...done,
        sweepAdd: order.isBroken() ? [sinceLastTail(session, beganMs)] : [],
      });
    }
    if (isDeepest) return commit(session, { ...batch, ...done, ...flooded(session, beganMs) });
    await commit(session, batch);
  }
}

function settledAtEnd(before: number, rows: ReadPage['rows']): number {
  let settled = before;
  for (const row of rows) {
    // An open row that looks unchanged says nothing either way: SecMaster may have touched it.
    if (row === 'changed') settled = 0;
    else if (row === 'settled') settled++;
  }
  return settled;
}

/** How far a page across an edge reaches back. */
const acrossRows = 50;

/**
 * New changes push rows down while we page, so that a page begins with rows that the one before ended with. Rows that come twice
 * in any other way are rows of one millisecond in another order, and as many may not have come at all.
 */
function watchOrder() {
  const met = new Set<string>();
  let before: readonly string[] = [];
  let isBroken = false;
  return {
    isBroken: () => isBroken,
    see(ids: readonly string[]): 'new' | 'pushed' | 'broken' {
      const again = ids.filter((id) => met.has(id)).length;
      const isPushed = again === 0 || before.slice(-again).join() === ids.slice(0, again).join();
      if (!isPushed) isBroken = true;
      for (const id of ids) met.add(id);
      before = ids;
      if (again === 0) return 'new';
      return isPushed ? 'pushed' : 'broken';
    },
  };
}

function firstSweep({ state, retentionMs }: Session, nowMs: number): SweepAdd {
  const fromMs = state.fromMinute * 60_000 - overlapMs;
  // What has failed before may be retried: only its retry_count of today tells then by how much it has grown.
  const failed = { fromMs: nowMs - retentionMs, toMs: fromMs, status: 'FAILED' };
  const open = [...documentedOpenStatuses, undocumentedOpenStatus];
  return [...open.map(allOf), slice(fromMs, nowMs), ...(failed.fromMs < fromMs ? [failed] : [])];
}

/**
 * More has changed than SecMaster lets us page through. What lies deeper is found by its time of creation if it is new,
 * by its status if it is open, and else it had FAILED before and has been retried since: all that had FAILED is in doubt.
 */
function flooded(session: Session, nowMs: number): Pick<Batch, 'sweepAdd' | 'doubt'> {
  session.log.warn('more instances changed than SecMaster lets us page through; sweeping');
  const statuses = [...documentedOpenStatuses, 'FAILED'];
  return { sweepAdd: [...statuses.map(allOf), sinceLastTail(session, nowMs)], doubt: { status: 'FAILED' } };
}

function sinceLastTail({ state }: Session, nowMs: number) {
  return slice((state.lastTailMs ?? state.createdAtMs) - overlapMs, nowMs);
}

function allOf(status: string) {
  return { fromMs: null, toMs: null, status };
}

function slice(fromMs: number, toMs: number) {
  return { fromMs, toMs, status: null };
}
