import type { Clock } from '../../clock.ts';
import { LedgerError, type Store } from '../../ledger/store.ts';
import type { Logger } from '../../log.ts';
import type { WorkspaceReport } from '../../model/report.ts';
import type { SecMaster } from '../../secmaster/api/secmaster.ts';
import { SecMasterError } from '../../secmaster/http/errors.ts';
import { logFailure } from '../failure.ts';
import { createPollHistory } from '../history.ts';
import { createLabelledLog } from '../labelled-log.ts';
import { poll } from '../poll.ts';
import type { Session } from '../session.ts';
import { createTicker } from '../ticker.ts';
import { createCallCounter } from './call-counter.ts';
import { createLedgerView } from './ledger-view.ts';
import { createPollMemory, openSession } from './memory.ts';
import { createWorkspaceName, type WantedName } from './name.ts';
import { createNameLookup } from './name-lookup.ts';
import type { WorkspaceSettings } from './settings.ts';

export interface WorkspaceParts {
  readonly secmaster: SecMaster;
  readonly store: Store;
  readonly log: Logger;
  /** Called whenever the report has changed. */
  readonly onReport: () => Promise<void>;
  readonly clock: Clock;
  /** When `/metrics` was last scraped, by the clock that nobody sets. */
  readonly lastScrapeMs: () => number | null;
  /** The assigned value of the label `workspace`; null: none, and the wanted name is used. */
  readonly givenLabel?: () => string | null;
  /** Called when the workspace has learnt its own name. */
  readonly onLearnt?: () => void;
}

/** One workspace of SecMaster: polls it and reports on it. */
export interface Workspace {
  /** Reads the ledger, so that no series is missing until the next poll. An error is left to that poll. */
  refresh(): Promise<void>;
  /** To be called when someone else has published the report. */
  published(): void;
  wantedName(): WantedName;
  /** Never rejects: the report has the error. */
  poll(signal: AbortSignal, hasTimeLeft: () => boolean): Promise<void>;
  /** What can wait until after a poll, and ends soon if it is aborted. Nothing after a poll that failed or left something to sweep. */
  afterPoll(signal: AbortSignal): Promise<void>;
  report(): WorkspaceReport;
  /** Takes effect from the next poll on; counts continue. The ids can't change. */
  reconfigure(settings: WorkspaceSettings, secmaster: SecMaster): void;
}

export function createWorkspace(initial: WorkspaceSettings, parts: WorkspaceParts): Workspace {
  const { store, clock, lastScrapeMs, onReport, givenLabel = () => null, onLearnt = () => {} } = parts;
  const { projectId, workspaceId } = initial;
  const calls = createCallCounter(tellProgress);
  let ticker = createTicker(clock.elapsedMs);
  let settings = initial;
  let uncounted = parts.secmaster;
  let secmaster = calls.counted(uncounted);
  /** Of the last poll; null: it failed, or left something to sweep. */
  let settled: Session | null = null;
  const name = createWorkspaceName({ settings: () => settings, givenLabel, onLearnt });
  const log = createLabelledLog(parts.log, () => ({ workspace: name.label(), workspace_id: workspaceId }));
  const nameLookup = createNameLookup({ name, log, elapsedMs: clock.elapsedMs });
  const history = createPollHistory();
  const newSeriesHoldMs = () => settings.newSeriesHoldMs;
  const memory = createPollMemory({
    store,
    workspace: { projectId, workspaceId },
    log,
    newSeriesHoldMs,
    clock,
    lastScrapeMs,
  });
  const { audits, rejectedRows, zeroFirst } = memory;
  const view = createLedgerView({
    open: memory.ledger.open,
    zeroFirst,
    maxRuns: () => settings.recentRuns,
    settings: () => settings,
    now: () => secmaster.now(),
    onName: name.learn,
    log,
  });

  /** A sweep tells its own. */
  function tellProgress(requests: number): void {
    const isTold = memory.sweepLog.isUnderWay() || memory.historyReader.isUnderWay();
    if (!isTold && ticker.isDue()) log.info({ requests }, 'poll in progress');
  }

  async function pollOnce(signal: AbortSignal, hasTimeLeft: () => boolean): Promise<void> {
    const session = await openSession({ settings, secmaster, log, memory, sleep: clock.sleep }, signal);
    await nameLookup.learn(session);
    const { progress } = memory;
    // After a poll that fails, the slice is read from its start.
    memory.progress = null;
    // Whoever waits for a ledger's first poll doesn't wait for history. `once` polls once in each process.
    const mayReadHistory = session.ledger.state.lastSuccessMs !== null;
    settled = null;
    memory.progress = await poll(session, progress, { ...memory, hasTimeLeft, onNews, mayReadHistory });
    settled = memory.progress === null ? session : null;
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
      ticker = createTicker(clock.elapsedMs);
      let error: unknown = null;
      const keep = (caught: unknown) => {
        error ??= caught;
      };
      await pollOnce(signal, hasTimeLeft).catch(keep);
      if (signal.aborted) return;
      // If the ledger can't be read, the numbers stay; secmaster_up and their age show it.
      await view.refresh().catch(keep);
      conclude(error, beganMs);
      await publish();
    },
    async afterPoll(signal) {
      if (settled === null) return;
      await memory.nodeReader.readRest({ ...settled, secmaster: uncounted, signal }).catch((error: unknown) => {
        // The next poll meets what is wrong with the ledger.
        if (!(error instanceof SecMasterError || error instanceof LedgerError)) throw error;
      });
    },
    reconfigure(changed, client) {
      settings = changed;
      uncounted = client;
      secmaster = calls.counted(client);
      nameLookup.retry();
      memory.playbookLists.retry();
    },
    report() {
      const { lastSuccessMs, ...known } = view.contents();
      return {
        workspace: name.label(),
        workspaceId,
        projectId,
        region: settings.region,
        retentionMs: settings.retentionMs,
        credentialsExpireAtMs: secmaster.credentialsExpireAtMs(),
        ...known,
        nowMs: secmaster.now(),
        polls: {
          ...history.report(),
          // From the ledger, which keeps it across restarts.
          lastSuccessMs,
          rejectedRows: rejectedRows.counts,
          audits: audits.count,
          mismatches: audits.mismatches,
        },
      };
    },
  };
}
