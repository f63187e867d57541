import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { PollReport, WorkspaceReport } from '../../model/report.ts';
import type { FoundWorkspace, ListEnd, ListWatch } from '../../secmaster/api/secmaster.ts';
import { SecMasterError } from '../../secmaster/http/errors.ts';
import { ignoreLedger, logFailure } from '../failure.ts';
import { createPollHistory } from '../history.ts';
import { createLabelledLog } from '../labelled-log.ts';
import { createRest } from '../rest.ts';
import { createLeaseWork } from '../shared/lease-work.ts';
import { createSharedReport } from '../shared/shared-report.ts';
import type { SharedTask, TaskLink } from '../shared/shared-task.ts';
import { createTicker } from '../ticker.ts';
import { readDiscovered } from './discovered.ts';
import type { WorkspaceIds } from './membership.ts';

export interface DiscoverySettings {
  readonly region: string;
  /** null: the project named like the region. */
  readonly projectId: string | null;
  /** null: every workspace of the project. */
  readonly workspaceId: string | null;
}

export interface DiscoveryParts {
  /** The value of the label `workspace` until workspaces are found; null afterwards. */
  readonly label: () => string | null;
  readonly findProject: (signal: AbortSignal) => Promise<string>;
  readonly listWorkspaces: (
    projectId: string,
    signal: AbortSignal,
    watch: ListWatch,
  ) => Promise<readonly FoundWorkspace[]>;
  /** Called with all current workspaces. */
  readonly onFound: (found: readonly WorkspaceIds[]) => Promise<void>;
  readonly onReport: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
  /** The discovery among the replicas on the store; null: it is this process's alone. */
  readonly link?: TaskLink | null;
}

/** Finds the project and the workspaces that the configuration doesn't name, and keeps the list up to date. */
export interface WorkspaceDiscovery extends SharedTask {
  poll(signal: AbortSignal): Promise<void>;
  /** Stands in for the workspaces until they are found; null afterwards. */
  report(): WorkspaceReport | null;
  /** Ends the rest after a failure. @returns whether there was one */
  retry(): boolean;
}

/** How often the list of workspaces is read. What the configuration names is found once. */
const againMs = 5 * 60_000;
/** After a failure. It is short, because nothing is polled until workspaces are found. */
const restMs = { firstMs: 60_000, maxMs: 15 * 60_000 };

export function createWorkspaceDiscovery(settings: DiscoverySettings, parts: DiscoveryParts): WorkspaceDiscovery {
  const { clock, onReport, link = null } = parts;
  const everyMs = settings.workspaceId === null ? againMs : Number.POSITIVE_INFINITY;
  const log = createLabelledLog(parts.log, () => ({
    region: settings.region,
    workspace: parts.label() ?? undefined,
    workspace_id: settings.workspaceId ?? undefined,
  }));
  const history = createPollHistory();
  let { projectId } = settings;
  /** Whether the project that is known, perhaps from another replica, is sought again. */
  let isDoubted = false;
  let known: readonly string[] | null = null;
  /** When to list again, by the clock that nobody sets; null: as the replica that did it before has told. */
  let nextMs: number | null = null;
  const rest = createRest(clock.elapsedMs, restMs);
  /** Of the last try; null: it succeeded. */
  let failure: unknown = null;
  let toldProblem: string | null = null;
  /** All that belong to the entry. */
  let found: readonly string[] | null = null;
  const lease = createLeaseWork(link);
  const shared = link === null ? null : createSharedReport({ link, own, now: clock.now, elapsedMs: clock.elapsedMs });

  function own(): PollReport {
    return { ...history.report(), rejectedRows: new Map(), audits: 0, mismatches: 0 };
  }

  async function list(project: string, signal: AbortSignal): Promise<{ ids: string[]; isComplete: boolean }> {
    const ticker = createTicker(clock.elapsedMs);
    let isComplete = true;
    const workspaces = await parts.listWorkspaces(project, signal, {
      onPage: (read) => {
        if (ticker.isDue()) log.info({ project, ...read }, 'workspace discovery in progress');
      },
      onEnd: (end) => {
        isComplete = end.isComplete;
        tellProblem(project, end);
      },
    });
    return { ids: workspaces.map(({ workspaceId }) => workspaceId), isComplete };
  }

  function tellProblem(project: string, end: ListEnd): void {
    if (end.problem !== null && end.problem !== toldProblem)
      log.warn({ project, ...end }, 'unexpected list of workspaces');
    toldProblem = end.problem;
  }

  async function find(signal: AbortSignal): Promise<void> {
    const project = (isDoubted ? settings.projectId : projectId) ?? (await parts.findProject(signal));
    if (project !== projectId) known = null;
    projectId = project;
    const { ids: listed, isComplete } =
      settings.workspaceId === null ? await list(project, signal) : { ids: [settings.workspaceId], isComplete: true };
    // A workspace missing once may have moved between two pages; missing twice, it is gone, if the list was complete.
    const missing = known?.filter((id) => !listed.includes(id)) ?? [];
    const all = [...listed, ...missing];
    found = all;
    await parts.onFound(all.map((workspaceId) => ({ projectId: project, workspaceId })));
    const isNews = known === null || listed.some((id) => known?.includes(id) === false);
    if (isNews || (missing.length > 0 && isComplete))
      log.info({ project, workspaces: listed.length, missing: missing.length }, 'workspaces found');
    if (listed.length === 0 && known?.length !== 0) log.warn({ project }, 'project has no workspaces');
    known = isComplete ? listed : all;
    nextMs = clock.elapsedMs() + everyMs;
  }

  /** During a rest, each poll has failed as the last try has. */
  async function conclude(error: unknown, durationSeconds: number, requests: number): Promise<void> {
    const isNews = history.end({ endedMs: clock.now(), durationSeconds, requests }, error);
    await tell(error);
    if (isNews && error !== null) logFailure(log, 'workspace discovery failed', error);
    await onReport();
  }

  async function tell(error: unknown): Promise<void> {
    const { last } = history.report();
    if (shared === null || last === null) return;
    const said = { nowMs: last.endedMs, credentialsExpireAtMs: null, more: { projectId, found, known } };
    // If it fails, it is told after one of the next looks.
    await shared.ended(last, error, said).catch(ignoreLedger);
  }

  /** Goes on where the replica before has stopped. @returns when to list again */
  async function takeOver(): Promise<number> {
    const isRead = (await shared?.follow().then(() => true, ignoreLedger)) === true;
    if (shared === null || !isRead) return Number.NEGATIVE_INFINITY;
    await apply();
    const agoMs = shared.agoMs();
    const isFound = found !== null && shared.shown(own()).last?.error === null;
    return isFound && agoMs !== null ? clock.elapsedMs() - agoMs + everyMs : Number.NEGATIVE_INFINITY;
  }

  async function look(signal: AbortSignal): Promise<void> {
    if (failure !== null && !rest.isOver()) return await conclude(failure, 0, 0);
    nextMs ??= await takeOver();
    if (failure === null && clock.elapsedMs() < nextMs) return;
    const beganMs = performance.now();
    failure = null;
    await find(signal).catch((caught: unknown) => {
      failure = caught;
    });
    if (signal.aborted) return;
    isDoubted = link !== null && isRefusal(failure);
    if (failure === null || isPaced(failure)) rest.end();
    else rest.begin();
    await conclude(failure, (performance.now() - beganMs) / 1000, 1);
  }

  /** What the replica that looked has found. */
  async function apply(): Promise<void> {
    const told = readDiscovered(shared?.more());
    if (told === null) return;
    const isNews = JSON.stringify([told.projectId, told.found]) !== JSON.stringify([projectId, found]);
    ({ projectId, known, found } = told);
    if (!isNews) return;
    const project = told.projectId;
    await parts.onFound(told.found.map((workspaceId) => ({ projectId: project, workspaceId })));
  }

  return {
    poll: (signal) => lease.run(signal, look),
    task: link?.task ?? '',
    names: () => ({ workspace: parts.label() ?? undefined, workspace_id: settings.workspaceId ?? undefined }),
    begin() {
      lease.begin();
      failure = null;
      rest.end();
      nextMs = null;
    },
    end: lease.end,
    isUnderWay: lease.isUnderWay,
    isUntold: () => shared?.isUntold() ?? false,
    isCutOff: () => shared?.isCutOff() ?? false,
    async follow() {
      const isMine = link?.isMine() === true;
      if (!isMine || shared?.isKnown() === false || !lease.isUnderWay()) await shared?.follow();
      if (!isMine || found === null) await apply();
    },
    retry() {
      const wasResting = failure !== null && !rest.isOver();
      rest.end();
      return wasResting;
    },
    report() {
      const workspace = parts.label();
      return workspace === null
        ? null
        : {
            workspace,
            workspaceName: null,
            workspaceId: settings.workspaceId ?? '',
            projectId: projectId ?? '',
            region: settings.region,
            credentialsExpireAtMs: null,
            lease: link === null ? null : { isHeld: link.holder() === link.replica, holder: link.holder() },
            snapshot: null,
            counting: null,
            retentionMs: 0,
            profile: {},
            hours: [],
            failedRuns: [],
            openRuns: [],
            nowMs: shared?.nowMs() ?? clock.now(),
            polls: shared?.shown(own()) ?? own(),
          };
    },
  };
}

/** The circuit breaker and the token cache pace calls with bad credentials, and let others pass at once. */
function isPaced(failure: unknown): boolean {
  return failure instanceof SecMasterError && ['unauthorized', 'no_credentials'].includes(failure.kind);
}

/** Whoever told the project may have had other credentials. */
function isRefusal(failure: unknown): boolean {
  return failure instanceof SecMasterError && refusals.has(failure.kind);
}

const refusals: ReadonlySet<string> = new Set(['unauthorized', 'forbidden', 'not_found', 'bad_request']);
