import { countWithin, quietestMinute } from '../ledger/window.ts';
import { isFine } from '../model/profile.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';
import { orRefusal } from './or-refusal.ts';
import { span } from './parts.ts';
import { contradict } from './profile/contradict.ts';
import { profileOf, type Session } from './session.ts';

/** Younger instances may still change. */
const youngestMs = 5 * 60_000;
/** How far an edge of a slice may move to reach a time at which nothing starts. */
const reachMinutes = 30;
/** Instances in one slice: few enough for SecMaster's count to stay far below any cap. */
const maxInSlice = 5_000;
/** After so many repairs in a row that found nothing, the counts are wrong, not the ledger. */
const maxVainRepairs = 2;

const statuses = ['FINISHED', 'FAILED', 'TERMINATED'];

/** Of one poll: as many suspects of the audit before, and as many new slices. */
export const maxAuditRequests = 2 * statuses.length;

/** In minutes since the epoch; `toMinute` is not included. */
interface Slice {
  readonly status: string;
  readonly fromMinute: number;
  readonly toMinute: number;
}

export interface CountAudit {
  /** Counts compared so far, and those of them that differed twice in a row. */
  readonly count: number;
  readonly mismatches: number;
  /** Compares again what differed last time, and schedules sweeps of what still differs. */
  compareAgain(session: Session): Promise<void>;
  /** Compares the next slice. */
  compareNext(session: Session): Promise<void>;
  /** Nothing is under suspicion any more. */
  forget(): void;
  /** To be called with the instances that each step of a sweep shows late. */
  swept(late: number): void;
  /** To be called once a sweep has ended. */
  repaired(session: Session): Promise<void>;
}

/**
 * Compares SecMaster's count of a slice of the window, by status, with the ledger's, one slice after another. SecMaster counts by
 * creation time, the ledger by start time, which are less than a minute apart. So edges are placed where the fewest instances start,
 * and an instance that starts within a minute of an edge may be in either count. Instances change during an audit, so a count that
 * differs is compared again after the next poll's tail. If it still differs, it is a mismatch: the slice is read again, and all
 * instances that the ledger has in it are rechecked.
 */
export function createCountAudit(): CountAudit {
  let turn = 0;
  let count = 0;
  let mismatches = 0;
  let suspects: readonly Slice[] = [];
  /** Whether a slice that differed is being read again, and what that has found so far. */
  let repair: { found: number } | null = null;
  let vainRepairs = 0;

  async function differs(session: Session, { status, fromMinute, toMinute }: Slice): Promise<boolean> {
    const { secmaster, ledger, workspaceId, signal } = session;
    const { dates } = profileOf(session);
    const listed = secmaster.listInstances(
      workspaceId,
      {
        sortKey: 'create_time',
        sortDir: 'DESC',
        offset: 0,
        limit: 1,
        status,
        fromMs: fromMinute * 60_000,
        toMs: toMinute * 60_000,
        ...(dates !== undefined && dates.value !== 'unusable' && { dateForm: dates.value.form }),
      },
      signal,
    );
    const page = await orRefusal(listed);
    if (page instanceof SecMasterError) {
      await contradict(session, 'dates', 'unusable', page.message);
      return false;
    }
    count++;
    if (page.count === null) {
      await contradict(session, 'count', 'absent', 'a list without a count');
      return false;
    }
    const ended = await ledger.endedByMinute(status, fromMinute - 1, toMinute + 1);
    const min = countWithin(ended, fromMinute + 1, toMinute - 1);
    const max = countWithin(ended, fromMinute - 1, toMinute + 1);
    if (page.count >= min && page.count <= max) return false;
    session.log.debug(
      { ...sliceTimes({ fromMinute, toMinute }), status, min, max, secmasterCount: page.count },
      'audit difference',
    );
    return true;
  }

  async function startRepair(session: Session, slice: Slice): Promise<void> {
    const [fromMs, toMs] = [slice.fromMinute * 60_000, slice.toMinute * 60_000];
    mismatches++;
    repair ??= { found: 0 };
    session.log.warn({ ...sliceTimes(slice), status: slice.status }, 'audit mismatch; reading the slice again');
    return session.ledger.commit({
      kind: 'sweep_planned',
      sweep: [span(fromMs - 60_000, toMs)],
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
    async compareAgain(session) {
      // The window has moved on meanwhile.
      const first = session.ledger.state.fromMinute + 1;
      const again = suspects.map((slice) => ({ ...slice, fromMinute: Math.max(slice.fromMinute, first) }));
      suspects = [];
      for (const slice of again) if (await differs(session, slice)) await startRepair(session, slice);
    },
    async compareNext(session) {
      const slices = await slicesOf(session, turn++);
      const found: Slice[] = [];
      for (const slice of slices) if (await differs(session, slice)) found.push(slice);
      suspects = found;
    },
    forget() {
      suspects = [];
    },
    swept(late) {
      if (repair !== null) repair.found += late;
    },
    // A repair that has found nothing says that counts can't be compared; one that has says nothing of the kind.
    async repaired(session) {
      if (repair === null) return;
      vainRepairs = repair.found > 0 ? 0 : vainRepairs + 1;
      repair = null;
      if (vainRepairs < maxVainRepairs) return;
      vainRepairs = 0;
      await contradict(session, 'count', 'inexact', 'counts by date differ from lists by date');
      session.log.warn("SecMaster's counts by date differ from its lists by date; auditing by reading the list again");
    },
  };
}

/** The slice whose turn it is, once for each final status. */
async function slicesOf({ ledger, secmaster }: Session, turn: number): Promise<readonly Slice[]> {
  const fromMinute = ledger.state.fromMinute + 1;
  const toMinute = Math.floor((secmaster.now() - youngestMs) / 60_000);
  const ended = await ledger.endedByMinute(null, fromMinute - 1, toMinute);
  const slices = Math.max(1, Math.ceil(countWithin(ended, fromMinute, toMinute) / maxInSlice));
  const width = (toMinute - fromMinute) / slices;
  const edge = (n: number) => {
    const reach = Math.min(reachMinutes, Math.floor(width / 4));
    const middle = fromMinute + Math.floor(n * width);
    const [first, last] = [Math.max(fromMinute, middle - reach), Math.min(toMinute, middle + reach)];
    return quietestMinute(ended, first, last + 1);
  };
  const n = turn % slices;
  const times = { fromMinute: edge(n), toMinute: edge(n + 1) };
  return times.toMinute > times.fromMinute ? statuses.map((status) => ({ status, ...times })) : [];
}

/** Whether SecMaster behaves so that counts can be compared. */
export function canCompareCounts(session: Session): boolean {
  const { count, dates, statusFilter, order } = profileOf(session);
  return (
    !session.secmaster.countsFilteredOut &&
    count?.value === 'exact' &&
    statusFilter?.value === 'honoured' &&
    order?.value === 'update_time' &&
    dates !== undefined &&
    dates.value !== 'unusable' &&
    isFine(dates.value)
  );
}

function sliceTimes({ fromMinute, toMinute }: Pick<Slice, 'fromMinute' | 'toMinute'>) {
  return { from: new Date(fromMinute * 60_000).toISOString(), to: new Date(toMinute * 60_000).toISOString() };
}
