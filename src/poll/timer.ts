import { schedule, validateDetailed } from 'node-cron';
import pLimit from 'p-limit';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Workspace } from './workspace.ts';

export interface Timer {
  /** Ends the polls under way and resolves once they have. */
  stop(): Promise<void>;
}

export interface TimerSettings {
  /** Cron with seconds. */
  readonly schedule: string;
  /** Workspaces polled at once. */
  readonly concurrency: number;
}

/** What is wrong with a cron expression, or null. */
export function cronProblem(expression: string): string | null {
  // node-cron also takes five fields, without seconds.
  if (expression.trim().split(/\s+/).length !== 6) return 'it must have six fields, the first for seconds';
  const { valid, errors } = validateDetailed(expression);
  return valid ? null : errors.map(({ message }) => message).join('; ');
}

/**
 * Polls the workspaces on schedule, the first time at once. No workspace's poll overlaps the one before it, and a slow
 * one holds nobody else up but for its place among the `concurrency` ones.
 */
export function startTimer(
  workspaces: readonly Workspace[],
  settings: TimerSettings,
  clock: Clock,
  log: Logger,
): Timer {
  const limit = pLimit(settings.concurrency);
  const stopping = new AbortController();
  const underWay = new Map<Workspace, Promise<unknown>>();

  const task = schedule(settings.schedule, round, { noOverlap: false, suppressMissedWarning: true });

  function round(): void {
    const untilMs = clock.now() + (task.msToNext() ?? 0);
    for (const workspace of workspaces) {
      if (underWay.has(workspace)) {
        log.debug({ workspace: workspace.report().workspace }, 'the poll before is still under way');
        continue;
      }
      // Old history waits while others wait for their news.
      const mayGoOn = () => !stopping.signal.aborted && limit.pendingCount === 0 && clock.now() < untilMs;
      const poll = () => (stopping.signal.aborted ? undefined : workspace.poll(stopping.signal, mayGoOn));
      underWay.set(
        workspace,
        limit(poll)
          .catch((err: unknown) => log.error({ err }, 'a poll could not be brought to an end; this is a defect'))
          .finally(() => underWay.delete(workspace)),
      );
    }
  }

  round();
  return {
    async stop() {
      await task.destroy();
      stopping.abort();
      await Promise.allSettled(underWay.values());
    },
  };
}
