import type { SweepPart } from '../ledger/change.ts';
import { countWithin, quietestMinute } from '../ledger/window.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';
import { everything, isWhole, span } from './parts.ts';
import { contradict } from './profile/contradict.ts';
import { profileOf, type Session, type SweptStep } from './session.ts';

/** How often the ledger is held against SecMaster. */
const everyMs = 5 * 60_000;
/** How often by reading, where SecMaster's order is believed to show each tail what has changed, and where it doesn't. */
const readEveryMs = 15 * 60_000;
const unorderedMs = 60_000;
/** For each request that the last reading took: so audits never take more than one in six seconds. */
const perRequestMs = 6_000;
/** How often everything is read again even where counts are compared. */
const dailyMs = 24 * 3_600_000;
/** Younger instances may still change. */
const youngestMs = 5 * 60_000;
/** How far an edge of a slice may move to reach a time at which nothing starts. */
const reachMinutes = 30;
/** Instances in one slice: few enough for SecMaster's count to stay far below any cap. */
const maxInSlice = 5_000;

/** After so many repairs in a row that found nothing, the counts are wrong, not the ledger. */
const maxVainRepairs = 2;
/** After so many audits in a row that found what no tail had shown, the order is not the one asked for. */
const maxMisses = 2;

const statuses = ['FINISHED', 'FAILED', 'TERMINATED'];

/** Of one poll: as many suspects of the audit before, and as many new slices. */
export const maxAuditRequests = 2 * statuses.length;

/** In minutes since the epoch; `toMinute` is not included. */
interface Slice {
  readonly status: string;
  readonly fromMinute: number;
  readonly toMinute: number;
}

export interface Audits {
  /** Audits so far, and those of them that found a difference that was no passing one. */
  readonly count: number;
  readonly mismatches: number;
  /** Audits when due, and schedules sweeps of what differs (docs/counting.md#audit). */
  audit(session: Session): Promise<void>;
  /** To be called with each step of a sweep. */
  swept(part: SweepPart, step: SweptStep): void;
}

/**
 * Holds the ledger against SecMaster. Where counts and dates are known to be right, by SecMaster's count of a slice of the window, by
 * status, one slice after another. SecMaster counts by creation time, the ledger by start time, which are less than a minute apart. So
 * edges are placed where the fewest instances start, and an instance that starts within a minute of an edge may be in either count.
 * Instances change during an audit, so a count that differs is compared again after the next poll's tail. If it still differs, the
 * slice is read again, and all instances that the ledger has in it are rechecked. Elsewhere, the list itself is read again.
 */
export function createAudits(): Audits {
  let lastMs: number | null = null;
  let lastReadMs: number | null = null;
  let lastDailyMs: number | null = null;
  let turn = 0;
  let count = 0;
  let mismatches = 0;
  let suspects: Slice[] = [];
  /** Whether a slice that differed is being read again, and what that has found so far. */
  let repair: { found: number } | null = null;
  let vainRepairs = 0;
  /** The reading that is under way, and what the one before took. */
  let reading = { requests: 0, missed: 0 };
  let lastRequests = 0;
  /** Readings in a row that have found something. */
  let misses = 0;

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
    const page = await listed.catch((error: unknown) => {
      if (error instanceof SecMasterError && error.kind === 'bad_request') return error;
      throw error;
    });
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

  /** A repair that has found nothing says that counts can't be compared; one that has says nothing of the kind. */
  async function endRepair(session: Session): Promise<void> {
    if (repair === null) return;
    vainRepairs = repair.found > 0 ? 0 : vainRepairs + 1;
    repair = null;
    if (vainRepairs < maxVainRepairs) return;
    vainRepairs = 0;
    await contradict(session, 'count', 'inexact', 'counts by date differ from lists by date');
    session.log.warn("SecMaster's counts by date differ from its lists by date; auditing by reading the list again");
  }

  async function endReading(session: Session): Promise<void> {
    if (reading.requests === 0) return;
    const { requests, missed } = reading;
    reading = { requests: 0, missed: 0 };
    lastRequests = requests;
    misses = missed > 0 ? misses + 1 : 0;
    if (missed === 0) return;
    mismatches++;
    session.log.warn({ instances: missed }, 'an audit found what no poll had seen');
    const order = profileOf(session).order?.value;
    if (misses < maxMisses || order === 'none') return;
    misses = 0;
    const next = order === undefined || order === 'update_time' ? 'create_time' : 'none';
    await contradict(session, 'order', next, 'the latest changes lack some');
  }

  async function compareCounts(session: Session, nowMs: number): Promise<void> {
    const { ledger } = session;
    const fromMinute = ledger.state.fromMinute + 1;
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
    const sliceSpan = { fromMinute: edge(n), toMinute: edge(n + 1) };
    for (const status of statuses) {
      const slice = { status, ...sliceSpan };
      if (slice.toMinute > slice.fromMinute && (await differs(session, slice))) suspects.push(slice);
    }
  }

  /** Plans to read again what there is, unless that is already planned. */
  async function planReading(session: Session, parts: readonly SweepPart[]): Promise<void> {
    if ((await session.ledger.sweep()).some(isWhole)) return;
    count++;
    const sweep = parts.map((part) => ({ ...part, purpose: 'audit' as const }));
    await session.ledger.commit({ kind: 'sweep_planned', sweep, recheck: null });
  }

  return {
    get count() {
      return count;
    },
    get mismatches() {
      return mismatches;
    },
    swept({ purpose }, { requests, late, missed }) {
      if (repair !== null) repair.found += late;
      if (purpose !== 'audit') return;
      reading.requests += requests;
      reading.missed += missed;
    },
    async audit(session) {
      const { secmaster, ledger, retentionMs } = session;
      const nowMs = secmaster.now();
      await endRepair(session);
      await endReading(session);
      [lastMs, lastReadMs, lastDailyMs] = [lastMs ?? nowMs, lastReadMs ?? nowMs, lastDailyMs ?? nowMs];
      const all = everything(ledger.state, retentionMs, nowMs);
      if (passed(nowMs, lastDailyMs) >= dailyMs) {
        lastDailyMs = lastReadMs = nowMs;
        await planReading(session, all);
        return;
      }
      if (!canCompareCounts(session)) {
        suspects = [];
        const { order } = profileOf(session);
        const everyReadMs = order === undefined || order.value === 'update_time' ? readEveryMs : unorderedMs;
        if (passed(nowMs, lastReadMs) < Math.max(everyReadMs, lastRequests * perRequestMs)) return;
        lastReadMs = nowMs;
        await planReading(session, all.slice(0, 1));
        return;
      }
      // The window has moved on meanwhile.
      const first = ledger.state.fromMinute + 1;
      const again = suspects.map((slice) => ({ ...slice, fromMinute: Math.max(slice.fromMinute, first) }));
      suspects = [];
      for (const slice of again) if (await differs(session, slice)) await startRepair(session, slice);
      if (passed(nowMs, lastMs) < everyMs) return;
      lastMs = nowMs;
      await compareCounts(session, nowMs);
    },
  };
}

/** Since then; endless after a clock was set back. */
function passed(nowMs: number, sinceMs: number): number {
  return nowMs < sinceMs ? Number.POSITIVE_INFINITY : nowMs - sinceMs;
}

function canCompareCounts(session: Session): boolean {
  const { count, dates, statusFilter, order } = profileOf(session);
  return (
    !session.secmaster.countsFilteredOut &&
    count?.value === 'exact' &&
    statusFilter?.value === 'honoured' &&
    order?.value === 'update_time' &&
    dates !== undefined &&
    dates.value !== 'unusable' &&
    dates.value.field === 'start' &&
    dates.value.precisionMs <= 1_000
  );
}

function sliceTimes({ fromMinute, toMinute }: Pick<Slice, 'fromMinute' | 'toMinute'>) {
  return { from: new Date(fromMinute * 60_000).toISOString(), to: new Date(toMinute * 60_000).toISOString() };
}
