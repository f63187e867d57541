import pLimit from 'p-limit';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { createRhythm, type RhythmSettings } from './rhythm.ts';
import { createWatchdog, maxIntervals } from './watchdog.ts';

/** A workspace, or the discovery of workspaces. */
export interface Pollable {
  poll(signal: AbortSignal, hasTimeLeft: () => boolean): Promise<void>;
  /** What can wait until after a poll: it is aborted when the next one is due, which waits until it has ended. */
  afterPoll?(signal: AbortSignal): Promise<void>;
  /** null: nothing to report. */
  report(): { readonly workspace: string; readonly workspaceId: string } | null;
}

export interface Timer {
  /** Running polls continue. */
  update(settings: TimerSettings): void;
  /** Polls these at once, except those that are being polled. */
  pollNow(these: readonly Pollable[]): void;
  /** Why no poll has begun for long; null: polls begin. */
  stall(): string | null;
  /** Aborts the running polls and resolves once they have ended. */
  stop(): Promise<void>;
}

export interface TimerSettings extends RhythmSettings {
  /** Workspaces polled at the same time. */
  readonly concurrency: number;
}

/** The longest time between two looks at the clocks. */
const maxLookMs = 1_000;

/**
 * Polls the workspaces on schedule, the first time at once. Polls of one workspace never overlap. A slow one delays the others only
 * by occupying one of the `concurrency` places.
 */
export function startTimer(
  pollables: () => readonly Pollable[],
  settings: TimerSettings,
  clock: Clock,
  log: Logger,
): Timer {
  const present = () => ({ nowMs: clock.now(), elapsedMs: clock.elapsedMs() });
  const limit = pLimit(settings.concurrency);
  const stopping = new AbortController();
  const underWay = new Map<Pollable, Promise<unknown>>();
  const after = new Map<Pollable, { readonly stop: AbortController; readonly ended: Promise<unknown> }>();
  let inForce: RhythmSettings = settings;
  const rhythm = createRhythm(settings, present());
  const watchdog = createWatchdog((from) => rhythm.intervalsMs(maxIntervals, from), present(), log);

  const logBug = (err: unknown) => log.error({ err }, 'unexpected error in a poll; this is a bug');

  function beginAfter(one: Pollable): void {
    if (one.afterPoll === undefined || stopping.signal.aborted || !pollables().includes(one)) return;
    const stop = new AbortController();
    const ended = one
      .afterPoll(AbortSignal.any([stop.signal, stopping.signal]))
      .catch(logBug)
      .finally(() => after.delete(one));
    after.set(one, { stop, ended });
  }

  function endAfter(one: Pollable): Promise<unknown> | undefined {
    after.get(one)?.stop.abort();
    return after.get(one)?.ended;
  }

  function begin(these: readonly Pollable[]): void {
    const all = pollables();
    for (const one of after.keys()) if (!all.includes(one)) void endAfter(one);
    const untilMs = clock.elapsedMs() + rhythm.leftMs(present());
    for (const one of these) {
      if (underWay.has(one)) {
        const { workspace, workspaceId } = one.report() ?? {};
        log.debug({ workspace, workspace_id: workspaceId }, 'previous poll still running');
        continue;
      }
      // A sweep stops while other workspaces wait for their poll.
      const hasTimeLeft = () => !stopping.signal.aborted && limit.pendingCount === 0 && clock.elapsedMs() < untilMs;
      const ended = endAfter(one);
      const poll = async () => {
        await ended;
        if (stopping.signal.aborted) return;
        if (one.report() !== null) watchdog.begun(present());
        await one.poll(stopping.signal, hasTimeLeft);
      };
      underWay.set(
        one,
        limit(poll)
          .catch(logBug)
          .finally(() => {
            underWay.delete(one);
            beginAfter(one);
          }),
      );
    }
  }

  function watch(): void {
    const labels = (these: Iterable<Pollable>) => [...these].flatMap((one) => one.report()?.workspace ?? []);
    watchdog.look(present(), {
      isAny: pollables().some((one) => one.report() !== null),
      underWay: () => labels(underWay.keys()),
    });
  }

  /** Short sleeps: a timer neither knows that the wall clock was set, nor counts while the machine sleeps. */
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const sleepMs = Math.min(Math.max(rhythm.leftMs(present()), 1), maxLookMs);
      await clock.sleep(sleepMs, stopping.signal).catch(() => {});
      if (stopping.signal.aborted) return;
      const due = rhythm.look(present());
      if (due !== null && due.jumpMs !== null)
        log.info({ seconds: Math.round(due.jumpMs / 1000) }, 'clock was set, or the machine slept; polling at once');
      if (due !== null) begin(pollables());
      watch();
    }
  }

  begin(pollables());
  const ended = run();
  return {
    pollNow: begin,
    update(changed) {
      limit.concurrency = changed.concurrency;
      if (isSameRhythm(changed, inForce)) return;
      inForce = changed;
      rhythm.change(changed);
      watchdog.changed(present());
    },
    stall: watchdog.stall,
    async stop() {
      stopping.abort();
      await Promise.allSettled([ended, ...underWay.values()]);
      await Promise.allSettled(after.values().map((one) => one.ended));
    },
  };
}

function isSameRhythm(one: RhythmSettings, other: RhythmSettings): boolean {
  const textOf = ({ schedule, timezone }: RhythmSettings) => JSON.stringify([schedule, timezone]);
  return textOf(one) === textOf(other);
}
