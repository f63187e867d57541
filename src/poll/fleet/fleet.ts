import type { Clock } from '../../clock.ts';
import type { Store } from '../../ledger/store.ts';
import type { Logger } from '../../log.ts';
import type { WorkspaceReport } from '../../model/report.ts';
import type { SecMaster } from '../../secmaster/api/secmaster.ts';
import { createWorkspace, type Workspace, type WorkspaceSettings } from '../workspace/workspace.ts';
import { createWorkspaceLabels } from './labels.ts';
import type { Pollable } from './timer.ts';
import { createWorkspaceDiscovery, type WorkspaceDiscovery } from './workspace-discovery.ts';

/** An entry of the configuration: one workspace, or all of a project. */
export interface Target {
  /** null: the workspace's own name. */
  readonly name: string | null;
  readonly region: string;
  /** null: the project that has the region's name. */
  readonly projectId: string | null;
  /** null: every workspace of the project. */
  readonly workspaceId: string | null;
  readonly endpoint: string;
  readonly iamEndpoint: string;
}

export interface FleetParts<T extends Target> {
  readonly settingsOf: (target: T, ids: { projectId: string; workspaceId: string }) => WorkspaceSettings;
  readonly secmasterOf: (target: T, projectId: string) => SecMaster;
  readonly findProject: (target: T, signal: AbortSignal) => Promise<string>;
  readonly store: Store;
  readonly log: Logger;
  readonly clock: Clock;
  readonly lastScrapeMs: () => number | null;
  /** Called whenever a report has changed. */
  readonly onReport: () => Promise<void>;
  /** Workspaces that have come while the exporter runs, to be polled without waiting for the schedule. */
  readonly onNew: (workspaces: readonly Pollable[]) => void;
}

/** All that is polled, as the configuration says and as SecMaster's lists of workspaces say. */
export interface Fleet<T extends Target> {
  /** Takes another configuration: what stays goes on as it is, polls under way among it. */
  configure(targets: readonly T[]): Promise<void>;
  /** What is to be polled now: what finds workspaces first, then those that are known. */
  pollables(): readonly Pollable[];
  reports(): readonly WorkspaceReport[];
}

interface Entry<T> {
  readonly key: string;
  target: T;
  /** null where both ids are known. */
  discovery: WorkspaceDiscovery | null;
}

interface Member<T> {
  readonly workspace: Workspace;
  readonly entry: Entry<T>;
}

export function createFleet<T extends Target>(parts: FleetParts<T>): Fleet<T> {
  const { store, log, clock, lastScrapeMs, onReport } = parts;
  const labels = createWorkspaceLabels();
  let entries: readonly Entry<T>[] = [];
  const members = new Map<string, Member<T>>();
  /** All that there have been: one that comes back may still be in the middle of its poll, and its counts go on. */
  const workspaces = new Map<string, Workspace>();
  /** Changes go one after the other. */
  let changing: Promise<unknown> = Promise.resolve();

  function inTurn(change: () => Promise<void>): Promise<void> {
    const done = changing.then(change);
    changing = done.catch(() => {});
    return done;
  }

  function createEntry(target: T): Entry<T> {
    const entry: Entry<T> = { key: keyOf(target), target, discovery: null };
    if (target.projectId !== null && target.workspaceId !== null) return entry;
    const label = labels.claim(entry.key, target.name ?? target.region, short(target.projectId));
    entry.discovery = createWorkspaceDiscovery(
      { ...target, label },
      {
        findProject: (signal) => parts.findProject(entry.target, signal),
        listWorkspaces: (projectId, signal) => parts.secmasterOf(entry.target, projectId).listWorkspaces(signal),
        onFound: (projectId, ids) =>
          inTurn(async () => {
            // A reload may have taken the entry away in the meantime.
            if (!entries.includes(entry)) return;
            labels.release(entry.key);
            parts.onNew(await settle(entry, projectId, ids));
            await onReport();
          }),
        onReport,
        clock,
        log: log.child({ region: target.region, workspace: label }),
      },
    );
    return entry;
  }

  /** Makes the entry's members those of the ids. @returns the new ones */
  async function settle(entry: Entry<T>, projectId: string, workspaceIds: readonly string[]): Promise<Workspace[]> {
    const wanted = new Map(workspaceIds.map((workspaceId) => [`${projectId}/${workspaceId}`, workspaceId]));
    for (const [key, member] of members) if (member.entry === entry && !wanted.has(key)) remove(key);
    const added: Workspace[] = [];
    for (const [key, workspaceId] of wanted) {
      const member = members.get(key);
      // One that an entry of its own names is that entry's, whoever finds it.
      if (
        member !== undefined &&
        member.entry !== entry &&
        isLive(member.entry) &&
        member.entry.target.workspaceId !== null
      )
        continue;
      const settings = parts.settingsOf(entry.target, { projectId, workspaceId });
      const secmaster = parts.secmasterOf(entry.target, projectId);
      const before = workspaces.get(key);
      const workspace = before ?? create(key, settings, secmaster);
      workspaces.set(key, workspace);
      members.set(key, { workspace, entry });
      if (settings.name !== null) labels.claim(key, settings.name, []);
      if (member === undefined) added.push(workspace);
      await (before === undefined ? workspace.restore() : workspace.reconfigure(settings, secmaster));
    }
    return added;
  }

  function create(key: string, settings: WorkspaceSettings, secmaster: SecMaster): Workspace {
    const { projectId, workspaceId } = settings;
    return createWorkspace(settings, {
      secmaster,
      store,
      log,
      onReport,
      clock,
      lastScrapeMs,
      uniqueLabel: (name) => labels.claim(key, name, [...short(projectId), ...short(workspaceId), workspaceId]),
    });
  }

  function remove(key: string): void {
    members.delete(key);
    labels.release(key);
  }

  function isLive(entry: Entry<T>): boolean {
    return entries.includes(entry);
  }

  async function configure(targets: readonly T[]): Promise<void> {
    const before = new Map(entries.map((entry) => [entry.key, entry]));
    for (const entry of entries) labels.release(entry.key);
    for (const key of members.keys()) labels.release(key);
    // Names that the configuration gives come before those that are learnt.
    for (const { name, projectId, workspaceId } of targets)
      if (name !== null) labels.claim(`${projectId}/${workspaceId}`, name, []);
    entries = targets.map((target) => {
      const entry = before.get(keyOf(target)) ?? createEntry(target);
      entry.target = target;
      return entry;
    });
    // Those with both ids first: they keep what others would find.
    const found = Map.groupBy(members.values(), ({ entry }) => entry);
    const added: Workspace[] = [];
    for (const entry of entries) {
      const { projectId, workspaceId } = entry.target;
      if (projectId !== null && workspaceId !== null) added.push(...(await settle(entry, projectId, [workspaceId])));
    }
    for (const entry of entries) {
      if (entry.discovery === null) continue;
      const ids = (found.get(entry) ?? []).map(({ workspace }) => workspace.report());
      for (const [projectId, some] of Map.groupBy(ids, (report) => report.projectId))
        await settle(
          entry,
          projectId,
          some.map((report) => report.workspaceId),
        );
    }
    for (const [key, { entry }] of members) if (!isLive(entry)) remove(key);
    parts.onNew(added);
    await onReport();
  }

  return {
    configure: (targets) => inTurn(() => configure(targets)),
    pollables: () => [
      ...entries.flatMap(({ discovery }) => discovery ?? []),
      ...members.values().map(({ workspace }) => workspace),
    ],
    reports: () => [
      ...entries.flatMap(({ discovery }) => discovery?.report() ?? []),
      ...members.values().map(({ workspace }) => workspace.report()),
    ],
  };
}

/** Two entries with the same key are the same before and after a reload. */
function keyOf({ region, projectId, workspaceId, endpoint, iamEndpoint }: Target): string {
  return JSON.stringify([region, projectId, workspaceId, endpoint, iamEndpoint]);
}

/** As much of an id as tells it from others. */
function short(id: string | null): string[] {
  return id === null ? [] : [id.slice(0, 8)];
}
