import { countWithin, quietestMinute } from '../ledger/window.ts';
import type { Session } from './session.ts';

/** How often the ledger is compared with SecMaster's own counts. */
const everyMs = 5 * 60_000;
/** Younger instances may still change. */
const youngestMs = 5 * 60_000;
/** How far an edge of a slice may move to reach a time at which nothing starts. */
const reachMinutes = 30;
/** Instances in one slice: few enough for SecMaster's count to stay far below any cap. */
const maxInSlice = 5_000;

/** After this many audits in a row with repairs, counts by date can't be compared. */
const maxRepairs = 3;

const statuses = ['FINISHED', 'FAILED', 'TERMINATED'];

/** In minutes since the epoch; `toMinute` is not included. */
interface Slice {
  readonly status: string;
  readonly fromMinute: number;
  readonly toMinute: number;
}

export interface Audits {
  /** Counts compared so far, and those of them that differed twice in a row. */
  readonly count: number;
  readonly mismatches: number;
  /** Audits when due, and schedules sweeps of slices that differ (docs/counting.md#audit). */
  audit(session: Session): Promise<void>;
}

/**
 * Compares SecMaster's count of a slice of the window, by status, with the ledger's, one slice after another. SecMaster counts by
 * creation time, the ledger by start time, which are less than a minute apart. So edges are placed where the fewest instances start,
 * and an instance that starts within a minute of an edge may be in either count. Instances change during an audit, so a count that
 * differs is compared again after the next poll's tail. If it still differs, it is a mismatch: the slice is read again, and all
 * instances that the ledger has in it are rechecked.
 */
export function createAudits(): Audits {
  let lastMs: number | null = null;
  let turn = 0;
  let count = 0;
  let mismatches = 0;
  let suspects: Slice[] = [];
  /** Audits in a row that led to a repair: if repairs don't help, the ledger isn't wrong. */
  let repairsInARow = 0;

  async function differs(session: Session, { status, fromMinute, toMinute }: Slice): Promise<boolean> {
    const { secmaster, ledger, workspaceId, signal } = session;
    const page = await secmaster.listInstances(
      workspaceId,
      {
        sortKey: 'create_time',
        sortDir: 'ASC',
        offset: 0,
        limit: 1,
        status,
        fromMs: fromMinute * 60_000,
        toMs: toMinute * 60_000,
      },
      signal,
    );
    count++;
    const ended = await ledger.endedByMinute(status, fromMinute - 1, toMinute + 1);
    const min = countWithin(ended, fromMinute + 1, toMinute - 1);
    const max = countWithin(ended, fromMinute - 1, toMinute + 1);
    if (page.count === null || (page.count >= min && page.count <= max)) return false;
    session.log.debug(
      { ...sliceTimes({ fromMinute, toMinute }), status, min, max, secmasterCount: page.count },
      'audit difference',
    );
    return true;
  }

  async function repair(session: Session, slice: Slice): Promise<void> {
    const [fromMs, toMs] = [slice.fromMinute * 60_000, slice.toMinute * 60_000];
    mismatches++;
    session.log.warn({ ...sliceTimes(slice), status: slice.status }, 'audit mismatch; reading the slice again');
    return session.ledger.commit({
      kind: 'audit_mismatch',
      sweep: { fromMs: fromMs - 60_000, toMs, status: null },
      recheck: { fromMs, toMs },
    });
  }

  return {
    get count() {
      return count;
    },
    get mismatches() {
      return mismatches;
    },
    async audit(session) {
      const { secmaster, ledger } = session;
      const { state } = ledger;
      if (!state.datesTrusted || secmaster.countsFilteredOut) return;
      const again = suspects.filter(({ fromMinute }) => fromMinute >= state.fromMinute);
      suspects = [];
      let repaired = 0;
      for (const slice of again) {
        if (!(await differs(session, slice))) continue;
        await repair(session, slice);
        repaired++;
      }
      if (again.length > 0) repairsInARow = repaired > 0 ? repairsInARow + 1 : 0;
      if (repairsInARow >= maxRepairs) {
        session.log.warn('counts by date keep differing from lists by date; audits are off');
        return ledger.commit({ kind: 'dates_distrusted' });
      }

      const nowMs = secmaster.now();
      lastMs ??= nowMs;
      if (nowMs - lastMs < everyMs) return;
      lastMs = nowMs;
      const fromMinute = state.fromMinute + 1;
      const toMinute = Math.floor((nowMs - youngestMs) / 60_000);
      const ended = await ledger.endedByMinute(null, fromMinute - 1, toMinute);
      const slices = Math.max(1, Math.ceil(countWithin(ended, fromMinute, toMinute) / maxInSlice));
      const width = (toMinute - fromMinute) / slices;
      const edge = (n: number) => {
        const reach = Math.min(reachMinutes, Math.floor(width / 4));
        const middle = fromMinute + Math.floor(n * width);
        const [first, last] = [Math.max(fromMinute, middle - reach), Math.min(toMinute, middle + reach)];
        return quietestMinute(ended, first, last + 1);
      };
      const n = turn++ % slices;
      const span = { fromMinute: edge(n), toMinute: edge(n + 1) };
      let isClean = true;
      for (const status of statuses) {
        const slice = { status, ...span };
        if (slice.toMinute > slice.fromMinute && (await differs(session, slice))) {
          suspects.push(slice);
          isClean = false;
        }
      }
      if (isClean) repairsInARow = 0;
    },
  };
}

function sliceTimes({ fromMinute, toMinute }: Pick<Slice, 'fromMinute' | 'toMinute'>) {
  return { from: new Date(fromMinute * 60_000).toISOString(), to: new Date(toMinute * 60_000).toISOString() };
}
