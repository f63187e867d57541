import type { Clock } from '../../clock.ts';
import type { Look, Replicas } from '../../ledger/replicas.ts';
import type { Logger } from '../../log.ts';
import { logFailure, messageOf } from '../failure.ts';

/** Looks at the store that the replicas share, once a second, as long as it can be reached and when it can't. */
export interface Lookout {
  /** Resolves after the first look, also if that has failed. */
  readonly begun: Promise<void>;
  /** Why the store could not be read for long; null: it can be read. */
  outage(): string | null;
  stop(): Promise<void>;
}

export interface LookoutParts {
  readonly replicas: Pick<Replicas, 'look'>;
  readonly clock: Pick<Clock, 'elapsedMs' | 'sleep'>;
  readonly log: Logger;
  /** Since the exposition was last scraped; null: never. */
  readonly scrapedAgoMs: () => number | null;
  /** What follows from a look. If it fails, so has the look. */
  readonly onLook: (look: Look) => Promise<void>;
  /** Called when an outage has begun or ended. */
  readonly onOutage: () => void;
}

const everyMs = 1_000;
/** A look that takes longer is told. */
const slowMs = 5_000;
/** What was last known is good enough for so long. */
const outageMs = 30_000;

/** Looks follow one another: one that hangs keeps the next one waiting. */
export function startLookout({ replicas, clock, log, scrapedAgoMs, onLook, onOutage }: LookoutParts): Lookout {
  const stopping = new AbortController();
  const first = Promise.withResolvers<void>();
  /** Since when looks have failed, and why; null: the last one succeeded. */
  let trouble: { readonly sinceMs: number; error: string } | null = null;
  let isOutage = false;

  function noticeOutage(): void {
    const is = trouble !== null && clock.elapsedMs() - trouble.sinceMs >= outageMs;
    if (is === isOutage) return;
    isOutage = is;
    onOutage();
  }

  function fail(sinceMs: number, error: string, tell: () => void): void {
    if (trouble === null) tell();
    trouble = { sinceMs: trouble?.sinceMs ?? sinceMs, error };
    noticeOutage();
  }

  /** One that was slow is followed by others: the trouble goes on, but something is known now. */
  function succeed(beganMs: number): void {
    const nowMs = clock.elapsedMs();
    const isSlow = nowMs - beganMs >= slowMs;
    if (trouble !== null && !isSlow) log.info('the database answers again');
    trouble = trouble !== null && isSlow ? { ...trouble, sinceMs: nowMs } : null;
    noticeOutage();
  }

  /** Says that a look hangs, as long as it does. */
  async function watch(beganMs: number, over: AbortSignal): Promise<void> {
    await clock.sleep(slowMs, over);
    const error = 'the database that holds the ledger does not answer';
    fail(beganMs, error, () => log.warn({ seconds: slowMs / 1000 }, 'the database does not answer'));
    await clock.sleep(outageMs - slowMs, over);
    noticeOutage();
  }

  async function look(): Promise<void> {
    const beganMs = clock.elapsedMs();
    const over = new AbortController();
    watch(beganMs, over.signal).catch(() => {});
    try {
      await onLook(await replicas.look({ scrapedAgoMs: scrapedAgoMs() }));
      succeed(beganMs);
    } catch (error) {
      fail(beganMs, messageOf(error), () => logFailure(log, 'the other replicas cannot be seen', error));
    } finally {
      over.abort();
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const beganMs = clock.elapsedMs();
      await look();
      first.resolve();
      await clock.sleep(Math.max(beganMs + everyMs - clock.elapsedMs(), everyMs / 10), stopping.signal).catch(() => {});
    }
  }

  const ended = run();
  return {
    begun: first.promise,
    outage: () => (isOutage ? (trouble?.error ?? null) : null),
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}
