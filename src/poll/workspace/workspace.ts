import type { Clock } from '../../clock.ts';
import type { Store } from '../../ledger/store.ts';
import type { Logger } from '../../log.ts';
import type { WorkspaceReport } from '../../model/report.ts';
import type { SecMaster } from '../../secmaster/api/secmaster.ts';
import { logFailure } from '../failure.ts';
import { createPollHistory } from '../history.ts';
import { createLabelledLog } from '../labelled-log.ts';
import { poll } from '../poll.ts';
import { createCallCounter } from './call-counter.ts';
import { createLedgerView } from './ledger-view.ts';
import { createPollMemory, openSession } from './memory.ts';
import { createWorkspaceName, learnName, type WantedName } from './name.ts';
import type { WorkspaceSettings } from './settings.ts';

export interface WorkspaceParts {
  readonly secmaster: SecMaster;
  readonly store: Store;
  readonly log: Logger;
  /** Called whenever the report has changed. */
  readonly onReport: () => Promise<void>;
  readonly clock: Clock;
  /** When `/metrics` was last asked for, by `clock`. */
  readonly lastScrapeMs: () => number | null;
  /** The value of the label `workspace` that it has been given among others; null: it is called as it wants to be. */
  readonly givenLabel?: () => string | null;
  /** Told when it wants another name than before, having learnt its own. */
  readonly onLearnt?: () => void;
}

/** One workspace of SecMaster: polls it, and says what is known of it. */
export interface Workspace {
  /** Takes from the ledger what it knows, so that no series is missing until the next poll; that poll tells where it fails. */
  refresh(): Promise<void>;
  /** Told when its report has been published by others. */
  published(): void;
  wantedName(): WantedName;
  /** Never fails to its caller: the report tells. */
  poll(signal: AbortSignal, hasTimeLeft: () => boolean): Promise<void>;
  report(): WorkspaceReport;
  /** From the next poll on; counts go on. The ids stay as they are. */
  reconfigure(settings: WorkspaceSettings, secmaster: SecMaster): void;
}

export function createWorkspace(initial: WorkspaceSettings, parts: WorkspaceParts): Workspace {
  const { store, clock, lastScrapeMs, onReport, givenLabel = () => null, onLearnt = () => {} } = parts;
  const { projectId, workspaceId } = initial;
  const calls = createCallCounter();
  let settings = initial;
  let secmaster = calls.counted(parts.secmaster);
  const name = createWorkspaceName({ settings: () => settings, givenLabel, onLearnt });
  const log = createLabelledLog(parts.log, () => ({ workspace: name.label(), workspace_id: workspaceId }));
  const history = createPollHistory();
  const newSeriesHoldMs = () => settings.newSeriesHoldMs;
  const memory = createPollMemory({ log, newSeriesHoldMs, now: clock.now, lastScrapeMs });
  const { audits, rejectedRows, zeroFirst } = memory;
  const view = createLedgerView({
    open: async () => (memory.ledger ??= await store.open({ projectId, workspaceId })),
    zeroFirst,
    maxRuns: () => settings.recentRuns,
    now: () => secmaster.now(),
    onName: name.learn,
    log,
  });

  async function pollOnce(signal: AbortSignal, hasTimeLeft: () => boolean): Promise<void> {
    const session = await openSession({ settings, secmaster, store, log, memory }, signal);
    await learnName(name, session);
    const { progress } = memory;
    // A poll that breaks off leaves the slice it was at to be read from its start.
    memory.progress = null;
    memory.progress = await poll(session, progress, { ...memory, hasTimeLeft, onNews });
  }

  async function onNews(): Promise<void> {
    await view.refresh();
    await publish();
  }

  async function publish(): Promise<void> {
    await onReport();
    zeroFirst.published();
  }

  function conclude(error: unknown, beganMs: number): void {
    const durationSeconds = (performance.now() - beganMs) / 1000;
    const ended = { endedMs: secmaster.now(), durationSeconds, requests: calls.take() };
    if (!history.end(ended, error)) return;
    if (error !== null) logFailure(log, 'poll failed', error);
    else log.info(history.report().count === 1 ? 'first poll succeeded' : 'polls succeed again');
  }

  return {
    refresh: () => view.refresh().catch(() => {}),
    published: zeroFirst.published,
    wantedName: name.wanted,
    async poll(signal, hasTimeLeft) {
      const beganMs = performance.now();
      calls.take();
      let error: unknown = null;
      const keep = (caught: unknown) => {
        error ??= caught;
      };
      await pollOnce(signal, hasTimeLeft).catch(keep);
      if (signal.aborted) return;
      // A ledger that can't be read leaves the numbers as they are: secmaster_up and their age tell.
      await view.refresh().catch(keep);
      conclude(error, beganMs);
      await publish();
    },
    reconfigure(changed, client) {
      settings = changed;
      secmaster = calls.counted(client);
    },
    report() {
      const { lastSuccessMs, ...known } = view.contents();
      return {
        workspace: name.label(),
        workspaceId,
        projectId,
        region: settings.region,
        credentialsExpireAtMs: secmaster.credentialsExpireAtMs(),
        ...known,
        nowMs: secmaster.now(),
        polls: {
          ...history.report(),
          // The ledger's, which remembers it over restarts.
          lastSuccessMs,
          rejectedRows: rejectedRows.counts,
          audits: audits.count,
          mismatches: audits.mismatches,
        },
      };
    },
  };
}
