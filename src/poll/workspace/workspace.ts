import type { Clock } from '../../clock.ts';
import { workspaceTask } from '../../ledger/replicas.ts';
import { LedgerError, type Store } from '../../ledger/store.ts';
import type { Logger } from '../../log.ts';
import type { PollReport, WorkspaceReport } from '../../model/report.ts';
import type { SecMaster } from '../../secmaster/api/secmaster.ts';
import { SecMasterError } from '../../secmaster/http/errors.ts';
import { ignoreLedger, logFailure } from '../failure.ts';
import { createPollHistory } from '../history.ts';
import { createLabelledLog } from '../labelled-log.ts';
import { poll } from '../poll.ts';
import type { Session } from '../session.ts';
import { createLeaseWork } from '../shared/lease-work.ts';
import { createSharedReport, notKnown } from '../shared/shared-report.ts';
import type { SharedTask, TaskLink } from '../shared/shared-task.ts';
import { createTicker } from '../ticker.ts';
import { createCallCounter } from './call-counter.ts';
import { createHeldLedger } from './held-ledger.ts';
import { createLedgerView } from './ledger-view.ts';
import { createPollMemory, openSession } from './memory.ts';
import { createWorkspaceName, type WantedName } from './name.ts';
import { createNameLookup } from './name-lookup.ts';
import { createRejectedRows } from './rejected-rows.ts';
import type { WorkspaceSettings } from './settings.ts';
import type { ZeroFirst } from './zero-first.ts';

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
  /** The workspace among the replicas on the store; null: it is this process's alone. */
  readonly link?: TaskLink | null;
}

/** One workspace of SecMaster: polls it and reports on it, or reports what another replica has found. */
export interface Workspace extends SharedTask {
  /** Reads the ledger, so that no series is missing until the next poll. An error is left to that poll. */
  refresh(): Promise<void>;
  /** To be called when someone else has published the report. */
  published(): void;
  wantedName(): WantedName;
  /** When its ledger was created; null: not known. SecMaster's time. */
  countingSinceMs(): number | null;
  /** Never rejects: the report has the error. */
  poll(signal: AbortSignal, hasTimeLeft: () => boolean): Promise<void>;
  /** What can wait until after a poll, and ends soon if it is aborted. Nothing after a poll that failed or left something to sweep. */
  afterPoll(signal: AbortSignal): Promise<void>;
  report(): WorkspaceReport;
  /** Takes effect from the next poll on; counts continue. The ids can't change. */
  reconfigure(settings: WorkspaceSettings, secmaster: SecMaster): void;
}

/** Replicas look once a second; they and the store may be slow. */
const followMs = 3_000;

export function createWorkspace(initial: WorkspaceSettings, parts: WorkspaceParts): Workspace {
  const { store, clock, lastScrapeMs, onReport, givenLabel = () => null, onLearnt = () => {}, link = null } = parts;
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
  const ledger = createHeldLedger(store, { projectId, workspaceId });
  const rejectedRows = createRejectedRows(log);
  const createMemory = () =>
    createPollMemory({
      ledger,
      rejectedRows,
      newSeriesHoldMs: () => settings.newSeriesHoldMs,
      clock,
      lastScrapeMs,
      lagMs: link === null ? 0 : followMs,
    });
  let memory = createMemory();
  /** Of the memories before this one. */
  let earlier = { audits: 0, mismatches: 0 };
  /** SecMaster's time, as of which all replicas show the workspace; null: the present. */
  let asOfMs: number | null = null;
  const lease = createLeaseWork(link);
  const view = createLedgerView({
    open: ledger.open,
    maxRuns: () => settings.recentRuns,
    settings: () => settings,
    now: () => asOfMs ?? secmaster.now(),
    onName: name.learn,
    log,
    elapsedMs: clock.elapsedMs,
  });
  const shared =
    link === null ? null : createSharedReport({ link, own, now: () => secmaster.now(), elapsedMs: clock.elapsedMs });

  /** The polls of this process. */
  function own(): PollReport {
    return {
      ...history.report(),
      // From the ledger, which keeps it across restarts.
      lastSuccessMs: view.contents().lastSuccessMs,
      rejectedRows: rejectedRows.counts,
      audits: earlier.audits + memory.audits.count,
      mismatches: earlier.mismatches + memory.audits.mismatches,
    };
  }

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
    freeze();
    await read(memory.zeroFirst);
    await publish();
  }

  async function read(zeroFirst: ZeroFirst | null): Promise<void> {
    const before = view.contents().counting;
    await view.refresh(zeroFirst);
    // The age of a ledger has a say in who has which label.
    if (link !== null && before === null && view.contents().counting !== null) onLearnt();
  }

  function freeze(): void {
    if (link !== null) asOfMs = secmaster.now();
  }

  async function publish(): Promise<void> {
    await onReport();
    memory.zeroFirst.published();
  }

  async function conclude(error: unknown, beganMs: number): Promise<void> {
    const durationSeconds = (performance.now() - beganMs) / 1000;
    const ended = { endedMs: asOfMs ?? secmaster.now(), durationSeconds, requests: calls.take() };
    const isNews = history.end(ended, error);
    await tell(error);
    if (!isNews) return;
    if (error !== null) logFailure(log, 'poll failed', error);
    else log.info(history.report().count === 1 ? 'first poll succeeded' : 'polls succeed again');
  }

  async function tell(error: unknown): Promise<void> {
    const { last } = history.report();
    if (shared === null || last === null) return;
    const said = { nowMs: asOfMs, credentialsExpireAtMs: secmaster.credentialsExpireAtMs(), more: null };
    // If it fails, it is told after one of the next looks.
    await shared.ended(last, error, said).catch(ignoreLedger);
  }

  async function pollAndTell(signal: AbortSignal, hasTimeLeft: () => boolean): Promise<void> {
    const beganMs = performance.now();
    calls.take();
    ticker = createTicker(clock.elapsedMs);
    let error: unknown = null;
    const keep = (caught: unknown) => {
      error ??= caught;
    };
    await pollOnce(signal, hasTimeLeft).catch(keep);
    if (signal.aborted) return;
    freeze();
    // If the ledger can't be read, the numbers stay; secmaster_up and their age show it.
    await read(memory.zeroFirst).catch(keep);
    if (isLost(error)) return log.info({ holder: link?.holder() }, 'poll ended: another replica has the lease');
    await conclude(error, beganMs);
    await publish();
  }

  /** The name under which everything is shown that was told is in the ledger, unless it is configured. */
  const isNamed = () => view.contents().counting !== null || name.wanted().origin !== 'placeholder';

  async function followOthers(): Promise<void> {
    if (!isNamed()) await read(null);
    await shared?.follow();
    asOfMs = shared?.toldMs() ?? null;
    await read(null);
  }

  /** What has been committed since this replica last showed it, such as nodes that were read after a poll. */
  async function followOwn(): Promise<void> {
    if (shared?.isKnown() === false || (shared?.isUntold() && !lease.isUnderWay())) await shared.follow();
    // In the middle of a poll, only the poll commits.
    if (await view.isBehind()) await read(lease.isUnderWay() ? null : memory.zeroFirst);
  }

  return {
    refresh: () => read(link === null ? memory.zeroFirst : null).catch(() => {}),
    published: () => memory.zeroFirst.published(),
    wantedName: name.wanted,
    countingSinceMs: () => view.contents().counting?.sinceMs ?? null,
    poll: (signal, hasTimeLeft) => lease.run(signal, (both) => pollAndTell(both, hasTimeLeft)),
    afterPoll: (signal) =>
      lease.run(signal, async (both) => {
        if (settled === null) return;
        await memory.nodeReader.readRest({ ...settled, secmaster: uncounted, signal: both }).catch((error: unknown) => {
          // The next poll meets what is wrong with the ledger.
          if (!(error instanceof SecMasterError || error instanceof LedgerError)) throw error;
        });
      }),
    task: workspaceTask(initial),
    names: () => ({ workspace: name.label(), workspace_id: workspaceId }),
    begin() {
      const { audits, mismatches } = own();
      earlier = { audits: audits ?? 0, mismatches: mismatches ?? 0 };
      memory = createMemory();
      settled = null;
      lease.begin();
    },
    end: lease.end,
    isUnderWay: lease.isUnderWay,
    isUntold: () => shared?.isUntold() ?? false,
    isCutOff: () => shared?.isCutOff() ?? false,
    follow: () => (link?.isMine() === true ? followOwn() : lease.before(followOthers)),
    reconfigure(changed, client) {
      settings = changed;
      uncounted = client;
      secmaster = calls.counted(client);
      nameLookup.retry();
      memory.playbookLists.retry();
    },
    report() {
      const { lastSuccessMs: _, ...known } = view.contents();
      return {
        workspace: name.label(),
        workspaceName: name.own(),
        workspaceId,
        projectId,
        region: settings.region,
        retentionMs: settings.retentionMs,
        credentialsExpireAtMs: (shared ?? secmaster).credentialsExpireAtMs(),
        ...known,
        nowMs: shared?.nowMs() ?? secmaster.now(),
        polls: shared === null ? own() : { ...shared.shown(own()), ...(isNamed() ? {} : notKnown) },
        lease: link === null ? null : { isHeld: link.holder() === link.replica, holder: link.holder() },
      };
    },
  };
}

function isLost(error: unknown): boolean {
  return error instanceof LedgerError && error.isLost;
}
