import { type ScheduledTask, schedule, validateDetailed } from 'node-cron';
import pLimit from 'p-limit';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';

/** A workspace, or the discovery of workspaces. */
export interface Pollable {
  poll(signal: AbortSignal, hasTimeLeft: () => boolean): Promise<void>;
  /** null: nothing to report. */
  report(): { readonly workspace: string; readonly workspaceId: string } | null;
}

export interface Timer {
  /** Running polls continue. */
  update(settings: TimerSettings): Promise<void>;
  /** Polls these at once, except those that are being polled. */
  pollNow(these: readonly Pollable[]): void;
  /** Aborts the running polls and resolves once they have ended. */
  stop(): Promise<void>;
}

export interface TimerSettings {
  /** Cron with seconds. */
  readonly schedule: string;
  /** Workspaces polled at the same time. */
  readonly concurrency: number;
}

/** What is wrong with a cron expression, or null. */
export function cronProblem(expression: string): string | null {
  // node-cron also takes five fields, without seconds.
  if (expression.trim().split(/\s+/).length !== 6) return 'it must have six fields; the first is seconds';
  const { valid, errors } = validateDetailed(expression);
  return valid ? null : errors.map(({ message }) => message).join('; ');
}

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
  const limit = pLimit(settings.concurrency);
  const stopping = new AbortController();
  const underWay = new Map<Pollable, Promise<unknown>>();
  let current = settings;
  let task = start(settings.schedule);

  function start(cron: string): ScheduledTask {
    return schedule(cron, () => begin(pollables()), { noOverlap: false, suppressMissedWarning: true });
  }

  function begin(these: readonly Pollable[]): void {
    const untilMs = clock.now() + (task.msToNext() ?? 0);
    for (const one of these) {
      if (underWay.has(one)) {
        const { workspace, workspaceId } = one.report() ?? {};
        log.debug({ workspace, workspace_id: workspaceId }, 'previous poll still running');
        continue;
      }
      // A sweep stops while other workspaces wait for their poll.
      const hasTimeLeft = () => !stopping.signal.aborted && limit.pendingCount === 0 && clock.now() < untilMs;
      const poll = () => (stopping.signal.aborted ? undefined : one.poll(stopping.signal, hasTimeLeft));
      underWay.set(
        one,
        limit(poll)
          .catch((err: unknown) => log.error({ err }, 'unexpected error in a poll; this is a bug'))
          .finally(() => underWay.delete(one)),
      );
    }
  }

  begin(pollables());
  return {
    pollNow: begin,
    async update(changed) {
      limit.concurrency = changed.concurrency;
      const isSame = changed.schedule === current.schedule;
      current = changed;
      if (isSame) return;
      await task.destroy();
      if (!stopping.signal.aborted) task = start(changed.schedule);
    },
    async stop() {
      stopping.abort();
      await task.destroy();
      await Promise.allSettled(underWay.values());
    },
  };
}
