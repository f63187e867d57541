import type { Clock } from '../../clock.ts';
import { isPlausible } from '../../model/time.ts';

/** A server's time, learned from the `Date` headers of its responses; the local clock's before the first one. */
export interface ServerClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** The `Date` of the latest response; null if it has none, one that stands still, or one that others contradict. */
  dateMs(): number | null;
  /** By how much `Date` and the local clock differ, and what to check; null: by less than a minute, or only one tells the time. */
  problem(): string | null;
  /** @param date the header of a response, with the local times of the request and the response */
  learn(date: string | undefined, sentAtMs: number, receivedAtMs: number): void;
  /** The latest `Date` is right, whatever the others say: the server has refused a signature of another time. */
  believeLatest(): void;
}

/** What a `Date` says of the offset from the local clock: it has whole seconds and was written between request and response. */
interface Range {
  readonly dateMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

/** One that is wrong among so many changes nothing. */
const remembered = 5;
/** Clocks that differ by less agree. */
const toleranceMs = 60_000;
/** A `Date` that comes again so much later is not of a clock. Replicas may differ by less. */
const standsStillMs = 2_000;
/** The local clock was set, or the machine slept, if it has gained or lost more than this. */
const jumpMs = 1_000;

/**
 * The latest Dates vote on the offset from the local clock, those of one second together. If the local clock confirms some of them,
 * the others don't count. If it has jumped, the earlier ones are forgotten.
 *
 * The offset stays as it is while it lies in most ranges, and otherwise moves to the nearest place that does. So the time doesn't
 * jitter by a second with each response, is as fine as the local clock if that is right, and goes backwards only by as much as
 * responses prove it to be ahead.
 */
export function createServerClock(clock: Clock): ServerClock {
  let offsetMs = 0;
  let ranges: readonly Range[] = [];
  let latest: Range | null = null;
  let stoodStillAtMs: number | null = null;
  let sinceStartMs = clock.now() - clock.elapsedMs();

  function forgetAfterJump(): void {
    const nowMs = clock.now() - clock.elapsedMs();
    if (Math.abs(nowMs - sinceStartMs) > jumpMs) ranges = [];
    sinceStartMs = nowMs;
  }

  function remember(range: Range): void {
    if (range.dateMs === stoodStillAtMs) return;
    stoodStillAtMs = null;
    const [last, before] = [ranges.at(-1), ranges.slice(0, -1)];
    if (range.dateMs !== last?.dateMs) ranges = [...ranges, range].slice(-remembered);
    else if (range.maxMs >= last.minMs - standsStillMs) ranges = [...before, common(last, range)];
    else {
      stoodStillAtMs = range.dateMs;
      ranges = before;
    }
  }

  return {
    now: () => clock.now() + offsetMs,
    dateMs: () => (latest !== null && contains(latest, offsetMs) ? latest.dateMs : null),
    problem() {
      if (Math.abs(offsetMs) <= toleranceMs) return null;
      const minutes = Math.round(Math.abs(offsetMs) / 60_000);
      return `this machine's clock is ${minutes} min ${offsetMs > 0 ? 'behind' : 'ahead of'} the Date of SecMaster's responses: check that it is correct (NTP), and whether a proxy writes the Date`;
    },
    learn(date, sentAtMs, receivedAtMs) {
      const dateMs = date === undefined ? Number.NaN : Date.parse(date);
      latest = null;
      if (!isPlausible(dateMs)) return;
      forgetAfterJump();
      const minMs = dateMs - receivedAtMs;
      const range = { dateMs, minMs, maxMs: Math.max(minMs, dateMs + 999 - sentAtMs) };
      remember(range);
      if (stoodStillAtMs === null) latest = range;
      const confirmed = ranges.filter((one) => one.minMs <= toleranceMs && one.maxMs >= -toleranceMs);
      offsetMs = mostAgreed(confirmed.length > 0 ? confirmed : ranges, offsetMs);
    },
    believeLatest() {
      if (latest === null) return;
      ranges = [latest];
      offsetMs = mostAgreed(ranges, offsetMs);
    },
  };
}

function contains({ minMs, maxMs }: Range, offsetMs: number): boolean {
  return minMs <= offsetMs && offsetMs <= maxMs;
}

function common(one: Range, another: Range): Range {
  const minMs = Math.max(one.minMs, another.minMs);
  const maxMs = Math.min(one.maxMs, another.maxMs);
  return minMs <= maxMs ? { ...one, minMs, maxMs } : one;
}

/** The offset in most ranges that is nearest to the present one; 0 if there are none. */
function mostAgreed(ranges: readonly Range[], offsetMs: number): number {
  if (ranges.length === 0) return 0;
  const [best] = [offsetMs, ...ranges.flatMap(({ minMs, maxMs }) => [minMs, maxMs])]
    .map((at) => ({ at, votes: ranges.filter((range) => contains(range, at)).length }))
    .sort((a, b) => b.votes - a.votes || Math.abs(a.at - offsetMs) - Math.abs(b.at - offsetMs));
  return best?.at ?? offsetMs;
}
