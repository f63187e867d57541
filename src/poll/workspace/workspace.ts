import type { Clock } from '../../clock.ts';
import type { Store } from '../../ledger/store.ts';
import type { Logger } from '../../log.ts';
import type { FailedRun } from '../../model/failed-run.ts';
import type { OpenRun } from '../../model/open-run.ts';
import type { WorkspaceReport } from '../../model/report.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { type RejectedRow, rejectionReasons, type SecMaster } from '../../secmaster/api.ts';
import { createAudits } from '../audit.ts';
import { logFailure } from '../failure.ts';
import { createPollHistory } from '../history.ts';
import { createLabelledLog } from '../labelled-log.ts';
import { createNodeReader } from '../nodes.ts';
import { openLedger, poll } from '../poll.ts';
import { commit, type Session } from '../session.ts';
import type { Progress } from '../slice.ts';
import { createFilteredOut } from './filtered-out.ts';
import { createWorkspaceName, type WantedName } from './name.ts';
import { createZeroFirst } from './zero-first.ts';

export interface WorkspaceSettings {
  /** null: the workspace's own name. */
  readonly name: string | null;
  readonly projectId: string;
  readonly workspaceId: string;
  readonly region: string;
  readonly lookbackMs: number;
  readonly retentionMs: number;
  /** How long a new series of a counter stays at 0 once it has been scraped. */
  readonly newSeriesHoldMs: number;
  /** Upper bounds in seconds. */
  readonly durationBuckets: readonly number[];
  /** Playbooks with series of their own, at most. */
  readonly maxPlaybooks: number;
  /** Whether the topology of failed instances is read. */
  readonly nodes: 'failed' | 'off';
  /** Failed runs in the report. */
  readonly recentRuns: number;
}

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

const maxRejectedIds = 10_000;

/** An instance that has been open for so long is shown as stuck. */
const stuckMs = 3_600_000;

export function createWorkspace(initial: WorkspaceSettings, parts: WorkspaceParts): Workspace {
  const { store, onReport, clock, lastScrapeMs, givenLabel = () => null, onLearnt = () => {} } = parts;
  const countCall = () => requests++;
  let secmaster = countCalls(parts.secmaster, countCall);
  let settings = initial;
  const audits = createAudits();
  const nodeReader = createNodeReader();
  const leftOut = createFilteredOut();
  const zeroFirst = createZeroFirst(() => settings.newSeriesHoldMs, clock.now, lastScrapeMs);
  const history = createPollHistory();
  // At 0 from the start, so that the first of each kind is seen to grow.
  const rejectedRows = new Map<string, number>(rejectionReasons.map((reason) => [reason, 0]));
  const rejectedIds = new Set<string>();
  const name = createWorkspaceName({ settings: () => settings, givenLabel, onLearnt });
  const log = createLabelledLog(parts.log, () => ({ workspace: name.label(), workspace_id: initial.workspaceId }));
  let snapshot: Snapshot | null = null;
  let failedRuns: readonly FailedRun[] = [];
  let openRuns: readonly OpenRun[] = [];
  let lastSuccessMs: number | null = null;
  let progress: Progress | null = null;
  let requests = 0;

  async function pollOnce(signal: AbortSignal, hasTimeLeft: () => boolean): Promise<void> {
    const session: Session = {
      ...settings,
      secmaster,
      store,
      log,
      signal,
      onRejected,
      leftOut,
      state: await openLedger(store, secmaster, settings, settings.lookbackMs, signal, log),
    };
    await learnName(session);
    const before = progress;
    // A poll that breaks off leaves the slice it was at to be read from its start.
    progress = null;
    progress = await poll(session, before, { mayGoOn: hasTimeLeft, onNews, audits, nodeReader });
  }

  /** The label that is made of a learnt name is kept in the ledger, so that it stays over restarts. */
  async function learnName(session: Session): Promise<void> {
    if (session.state.name !== null) return name.learn(session.state.name);
    if (settings.name !== null) return;
    const own = await secmaster.workspaceName(settings.workspaceId, session.signal);
    if (own === null) return;
    name.learn(own);
    // A reload may have given it a name meanwhile.
    if (name.wanted().origin === 'learnt') await commit(session, { state: { name: name.label() } });
  }

  function onRejected({ id, reason }: RejectedRow): void {
    // A row without an id can't be told from others; one with an id is told once, however often it is met.
    if (id !== null && rejectedIds.has(id)) return;
    if (id !== null && rejectedIds.size < maxRejectedIds) rejectedIds.add(id);
    grow(rejectedRows, reason);
    log.warn({ instance: id, reason }, 'a row of SecMaster could not be understood');
  }

  /** Takes from the ledger what it says now. */
  async function refresh(): Promise<void> {
    const state = await store.find(settings);
    if (state !== null) {
      if (state.name !== null) name.learn(state.name);
      const show = zeroFirst.exposed(await store.hidden(state.ledger));
      if (show.length > 0) await store.commit(state.ledger, { show });
      const limitedBefore = snapshot?.limitedPlaybooks ?? 0;
      snapshot = await store.snapshot(state.ledger);
      failedRuns = await store.latestFailures(state.ledger, settings.recentRuns);
      openRuns = await store.stuckOrRetrying(state.ledger, secmaster.now() - stuckMs, settings.recentRuns);
      if (limitedBefore === 0 && snapshot.limitedPlaybooks > 0)
        log.warn({ limited: snapshot.limitedPlaybooks }, limited);
      lastSuccessMs = state.lastSuccessMs;
    }
  }

  async function publish(): Promise<void> {
    await onReport();
    zeroFirst.published();
  }

  async function onNews(): Promise<void> {
    await refresh();
    await publish();
  }

  function conclude(error: unknown, durationSeconds: number): void {
    if (!history.end({ endedMs: secmaster.now(), durationSeconds, requests }, error)) return;
    if (error !== null) logFailure(log, error);
    else log.info(history.report().count === 1 ? 'the first poll succeeded' : 'polls succeed again');
  }

  return {
    refresh: () => refresh().catch(() => {}),
    published: zeroFirst.published,
    wantedName: name.wanted,
    async poll(signal, hasTimeLeft) {
      const beganMs = performance.now();
      requests = 0;
      let error: unknown = null;
      const keep = (caught: unknown) => {
        error ??= caught;
      };
      await pollOnce(signal, hasTimeLeft).catch(keep);
      if (signal.aborted) return;
      // A ledger that can't be read leaves the numbers as they are: secmaster_up and their age tell.
      await refresh().catch(keep);
      conclude(error, (performance.now() - beganMs) / 1000);
      await publish();
    },
    reconfigure(changed, client) {
      settings = changed;
      secmaster = countCalls(client, countCall);
    },
    report: () => ({
      workspace: name.label(),
      workspaceId: settings.workspaceId,
      projectId: settings.projectId,
      region: settings.region,
      credentialsExpireAtMs: secmaster.credentialsExpireAtMs(),
      snapshot,
      failedRuns,
      openRuns,
      nowMs: secmaster.now(),
      polls: {
        ...history.report(),
        // The ledger's, which remembers it over restarts.
        lastSuccessMs,
        rejectedRows,
        audits: audits.count,
        mismatches: audits.mismatches,
      },
    }),
  };
}

const limited = 'there are more playbooks than metrics.max_playbooks; the rest share the label value other';

/** Tells of each call that asks SecMaster. */
function countCalls(secmaster: SecMaster, onCall: () => void): SecMaster {
  const counted =
    <A extends unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
      onCall();
      return call(...args);
    };
  return {
    ...secmaster,
    listInstances: counted(secmaster.listInstances),
    showInstance: counted(secmaster.showInstance),
    workspaceName: counted(secmaster.workspaceName),
    listWorkspaces: counted(secmaster.listWorkspaces),
  };
}

function grow(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
