import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { WorkspaceReport } from '../../model/report.ts';
import type { FoundWorkspace } from '../../secmaster/api/secmaster.ts';
import { logFailure } from '../failure.ts';
import { createPollHistory } from '../history.ts';
import { createLabelledLog } from '../labelled-log.ts';
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
  readonly listWorkspaces: (projectId: string, signal: AbortSignal) => Promise<readonly FoundWorkspace[]>;
  /** Called with all current workspaces. */
  readonly onFound: (found: readonly WorkspaceIds[]) => Promise<void>;
  readonly onReport: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Finds the project and the workspaces that the configuration doesn't name, and keeps the list up to date. */
export interface WorkspaceDiscovery {
  poll(signal: AbortSignal): Promise<void>;
  /** Stands in for the workspaces until they are found; null afterwards. */
  report(): WorkspaceReport | null;
}

/** How often the list of workspaces is read. */
const againMs = 5 * 60_000;

export function createWorkspaceDiscovery(settings: DiscoverySettings, parts: DiscoveryParts): WorkspaceDiscovery {
  const { clock, onReport } = parts;
  const log = createLabelledLog(parts.log, () => ({
    region: settings.region,
    workspace: parts.label() ?? undefined,
    workspace_id: settings.workspaceId ?? undefined,
  }));
  const history = createPollHistory();
  let { projectId } = settings;
  let known: readonly string[] | null = null;
  let nextMs = Number.NEGATIVE_INFINITY;

  async function find(signal: AbortSignal): Promise<void> {
    const project = projectId ?? (await parts.findProject(signal));
    projectId = project;
    const listed =
      settings.workspaceId === null
        ? (await parts.listWorkspaces(project, signal)).map(({ workspaceId }) => workspaceId)
        : [settings.workspaceId];
    // A workspace missing once may have moved between two pages; missing twice, it is gone.
    const missing = known?.filter((id) => !listed.includes(id)) ?? [];
    await parts.onFound([...listed, ...missing].map((workspaceId) => ({ projectId: project, workspaceId })));
    if (known === null || listed.some((id) => known?.includes(id) === false) || missing.length > 0)
      log.info({ project, workspaces: listed.length, missing: missing.length }, 'workspaces found');
    if (listed.length === 0 && known?.length !== 0) log.warn({ project }, 'project has no workspaces');
    known = listed;
    nextMs = settings.workspaceId === null ? clock.now() + againMs : Number.POSITIVE_INFINITY;
  }

  return {
    async poll(signal) {
      if (clock.now() < nextMs) return;
      const beganMs = performance.now();
      let error: unknown = null;
      await find(signal).catch((caught: unknown) => {
        error = caught;
      });
      if (signal.aborted) return;
      const durationSeconds = (performance.now() - beganMs) / 1000;
      const isNews = history.end({ endedMs: clock.now(), durationSeconds, requests: 1 }, error);
      if (isNews && error !== null) logFailure(log, 'workspace discovery failed', error);
      await onReport();
    },
    report() {
      const workspace = parts.label();
      return workspace === null
        ? null
        : {
            workspace,
            workspaceId: settings.workspaceId ?? '',
            projectId: projectId ?? '',
            region: settings.region,
            credentialsExpireAtMs: null,
            snapshot: null,
            counting: null,
            failedRuns: [],
            openRuns: [],
            nowMs: clock.now(),
            polls: { ...history.report(), rejectedRows: new Map(), audits: 0, mismatches: 0 },
          };
    },
  };
}
