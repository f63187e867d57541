import type { SweepPart } from '../ledger/change.ts';
import { canCompareCounts, createCountAudit } from './count-audit.ts';
import { everything, isWhole } from './parts.ts';
import { contradict } from './profile/contradict.ts';
import { profileOf, type Session, type SweptStep } from './session.ts';

/** How often counts are compared. */
const compareEveryMs = 5 * 60_000;
/** How often the list is read again where SecMaster's order is believed to show each tail what has changed, and where it doesn't. */
const readEveryMs = 15 * 60_000;
const unorderedMs = 60_000;
/** For each request that the last reading took: so audits never take more than one in six seconds. */
const perRequestMs = 6_000;
/** How often everything is read again even where counts are compared. */
const dailyMs = 24 * 3_600_000;
/** After so many readings in a row that found what no tail had shown, the order is not the one asked for. */
const maxMisses = 2;

export interface Audits {
  /** Audits so far, and those of them that found a difference that was no passing one. */
  readonly count: number;
  readonly mismatches: number;
  /** Audits when due, and schedules sweeps of what differs (docs/counting.md#audit). */
  audit(session: Session): Promise<void>;
  /** To be called with each step of a sweep. */
  swept(part: SweepPart, step: SweptStep): void;
  /** To be called where a reading lacks instances that the ledger knows. */
  gone(): void;
}

/** Holds the ledger against SecMaster: against its counts where they are known to be right, elsewhere by reading the list again. */
export function createAudits(): Audits {
  const counts = createCountAudit();
  let comparedMs: number | null = null;
  let readMs: number | null = null;
  let dailyReadMs: number | null = null;
  let readings = 0;
  let mismatches = 0;
  /** The reading that is under way, and what the one before took. */
  let reading = { requests: 0, missed: 0 };
  let lastRequests = 0;
  /** Readings in a row that have found something. */
  let misses = 0;

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

  /** Plans to read again what there is, unless that is already planned. */
  async function planReading(session: Session, parts: readonly SweepPart[]): Promise<void> {
    if ((await session.ledger.sweep()).some(isWhole)) return;
    readings++;
    const sweep = parts.map((part) => ({ ...part, purpose: 'audit' as const }));
    await session.ledger.commit({ kind: 'sweep_planned', sweep, recheck: null });
  }

  function isReadingDue(session: Session, nowMs: number): boolean {
    const { order } = profileOf(session);
    const everyMs = order === undefined || order.value === 'update_time' ? readEveryMs : unorderedMs;
    return passed(nowMs, readMs ?? nowMs) >= Math.max(everyMs, lastRequests * perRequestMs);
  }

  return {
    get count() {
      return counts.count + readings;
    },
    get mismatches() {
      return counts.mismatches + mismatches;
    },
    swept({ purpose }, { requests, late, missed }) {
      counts.swept(late);
      if (purpose !== 'audit') return;
      reading.requests += requests;
      reading.missed += missed;
    },
    gone() {
      mismatches++;
    },
    async audit(session) {
      const { secmaster, ledger, retentionMs } = session;
      const nowMs = secmaster.now();
      await counts.repaired(session);
      await endReading(session);
      [comparedMs, readMs, dailyReadMs] = [comparedMs ?? nowMs, readMs ?? nowMs, dailyReadMs ?? nowMs];
      const all = everything(ledger.state, retentionMs, nowMs);
      if (passed(nowMs, dailyReadMs) >= dailyMs) {
        dailyReadMs = readMs = nowMs;
        return await planReading(session, all);
      }
      if (!canCompareCounts(session)) {
        counts.forget();
        if (!isReadingDue(session, nowMs)) return;
        readMs = nowMs;
        return await planReading(session, all.slice(0, 1));
      }
      await counts.compareAgain(session);
      if (passed(nowMs, comparedMs) < compareEveryMs) return;
      comparedMs = nowMs;
      await counts.compareNext(session);
    },
  };
}

/** Since then; endless after a clock was set back. */
function passed(nowMs: number, sinceMs: number): number {
  return nowMs < sinceMs ? Number.POSITIVE_INFINITY : nowMs - sinceMs;
}
