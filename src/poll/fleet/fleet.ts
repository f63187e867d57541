import type { Clock } from '../../clock.ts';
import { workspaceTask } from '../../ledger/replicas.ts';
import type { Store } from '../../ledger/store.ts';
import { createTurns } from '../../ledger/turns.ts';
import type { Logger } from '../../log.ts';
import type { WorkspaceReport } from '../../model/report.ts';
import type { SecMaster } from '../../secmaster/api/secmaster.ts';
import type { SharedTask } from '../shared/shared-task.ts';
import type { WorkspaceSettings } from '../workspace/settings.ts';
import { createWorkspace, type Workspace } from '../workspace/workspace.ts';
import { assignLabels, type WantedLabel } from './labels.ts';
import { entryKeys, fixedIds, type Meant, membership, type Target, type WorkspaceIds } from './membership.ts';
import { createSharing, type SeenWork, type Sharing } from './sharing.ts';
import type { Pollable } from './timer.ts';
import { createWorkspaceDiscovery, type WorkspaceDiscovery } from './workspace-discovery.ts';

export interface FleetParts<T extends Target> {
  readonly settingsOf: (target: T, ids: WorkspaceIds) => WorkspaceSettings;
  readonly secmasterOf: (target: T, projectId: string) => SecMaster;
  readonly findProject: (target: T, signal: AbortSignal) => Promise<string>;
  readonly store: Store;
  readonly log: Logger;
  readonly clock: Clock;
  readonly lastScrapeMs: () => number | null;
  /** Called whenever a report has changed. */
  readonly onReport: () => Promise<void>;
  /** New workspaces, and discoveries that a reload lets try again: to be polled without waiting for the schedule. */
  readonly onNew: (workspaces: readonly Pollable[]) => void;
  /** Called with each look at the other replicas; never without replicas. */
  readonly onLook?: (look: SeenWork) => Promise<void>;
}

/** Everything that is polled, from the configuration and from SecMaster's lists of workspaces. */
export interface Fleet<T extends Target> {
  /** Applies another configuration. Entries that stay, and their running polls, continue. */
  configure(targets: readonly T[]): Promise<void>;
  /** What this process is to poll now: discoveries first, then the known workspaces. */
  pollables(): readonly Pollable[];
  reports(): readonly WorkspaceReport[];
  /** null: the store has no replicas. */
  readonly sharing: Sharing | null;
}

interface Entry<T extends Target> extends Meant {
  readonly key: string;
  readonly target: T;
  /** null if both ids are configured. */
  readonly discovery: WorkspaceDiscovery | null;
}

interface Member<T extends Target> {
  readonly workspace: Workspace;
  readonly entry: Entry<T>;
  readonly ids: WorkspaceIds;
}

export function createFleet<T extends Target>(parts: FleetParts<T>): Fleet<T> {
  const { store, log, clock, onReport } = parts;
  let entries: readonly Entry<T>[] = [];
  let members: ReadonlyMap<string, Member<T>> = new Map();
  /** By owner: the key of an entry without known workspaces, or of a member. */
  let labels: ReadonlyMap<string, string> = new Map();
  let isRelabelDue = false;
  /** Every workspace so far: one that comes back may still be in its poll, and its counts continue. */
  const workspaces = new Map<string, Workspace>();
  /** Changes run one after another. */
  const inTurn = createTurns();
  const tasks = (): readonly (Pollable & SharedTask)[] => [
    ...entries.flatMap(({ discovery }) => discovery ?? []),
    ...members.values().map(({ workspace }) => workspace),
  ];
  const sharing =
    store.replicas === null
      ? null
      : createSharing({
          replicas: store.replicas,
          tasks,
          clock,
          log,
          lastScrapeMs: parts.lastScrapeMs,
          onTaken(taken) {
            const these = new Set(taken);
            parts.onNew(tasks().filter((one) => these.has(one)));
          },
          onReport: publish,
          onLook: parts.onLook ?? (async () => {}),
        });
  const lastScrapeMs = sharing?.lastScrapeMs ?? parts.lastScrapeMs;

  async function publish(): Promise<void> {
    await onReport();
    for (const { workspace } of members.values()) workspace.published();
  }

  function relabel(): void {
    if (sharing !== null) isRelabelDue = true;
    else labels = assignLabels([...entries.flatMap(wantedByEntry), ...[...members].map(wantedByMember)], labels);
  }

  /** With replicas, all choose the same, whatever each of them has shown before; and thousands may be met in a moment. */
  function labelOf(owner: string): string | null {
    if (isRelabelDue) {
      isRelabelDue = false;
      const wanted = [...entries.flatMap(wantedByEntry), ...byAge([...members]).map(wantedByMember)];
      labels = assignLabels(wanted, new Map());
    }
    return labels.get(owner) ?? null;
  }

  /** Whoever has the older ledger chooses first. */
  function byAge(all: readonly [string, Member<T>][]): readonly [string, Member<T>][] {
    const sinceMs = ([, { workspace }]: [string, Member<T>]) => workspace.countingSinceMs() ?? Number.MAX_SAFE_INTEGER;
    return all.toSorted((a, b) => sinceMs(a) - sinceMs(b) || (a[0] < b[0] ? -1 : 1));
  }

  /** Replaces the entries and the workspaces that they mean in one step, so that no report mixes old and new. */
  async function replaceEntries(next: readonly Entry<T>[], isReload: boolean): Promise<void> {
    const before = members;
    const nextMembers = new Map<string, Member<T>>();
    for (const [key, { entry, ids }] of membership(next)) {
      const workspace = before.get(key)?.workspace ?? (await prepare(key, entry.target, ids));
      nextMembers.set(key, { workspace, entry, ids });
    }
    const isChanged = ([key, { entry }]: [string, Member<T>]) =>
      before.has(key) && (isReload || before.get(key)?.entry.key !== entry.key);
    const changed = [...nextMembers].filter(isChanged).map(([, member]) => member);
    for (const { workspace, entry, ids } of changed)
      workspace.reconfigure(parts.settingsOf(entry.target, ids), parts.secmasterOf(entry.target, ids.projectId));
    entries = next;
    members = nextMembers;
    relabel();

    for (const { workspace } of changed) await reread(workspace);
    const added = [...nextMembers].filter(([key]) => !before.has(key)).map(([, { workspace }]) => workspace);
    // With replicas, those that this one takes are polled.
    if (sharing === null) parts.onNew(added);
    await onReport();
    for (const workspace of added) workspace.published();
  }

  /** A workspace that is new or comes back, with its contents of the ledger. */
  async function prepare(key: string, target: T, ids: WorkspaceIds): Promise<Workspace> {
    const settings = parts.settingsOf(target, ids);
    const secmaster = parts.secmasterOf(target, ids.projectId);
    const before = workspaces.get(key);
    const workspace = before ?? create(key, settings, secmaster);
    before?.reconfigure(settings, secmaster);
    await reread(workspace);
    return workspace;
  }

  /** With replicas, after the next look: a database may be away, and there may be thousands of workspaces. */
  async function reread(workspace: Workspace): Promise<void> {
    if (sharing === null) await workspace.refresh();
    else sharing.again(workspace.task);
  }

  function create(key: string, settings: WorkspaceSettings, secmaster: SecMaster): Workspace {
    const givenLabel = () => labelOf(key);
    const link = sharing?.link(workspaceTask(settings)) ?? null;
    const shared = { store, log, clock, lastScrapeMs, onReport, link };
    const workspace = createWorkspace(settings, { ...shared, secmaster, givenLabel, onLearnt: relabel });
    workspaces.set(key, workspace);
    return workspace;
  }

  function createEntry(key: string, target: T): Entry<T> {
    const ids = fixedIds(target);
    if (ids !== null) return { key, target, found: [ids], discovery: null };
    const targetNow = () => entries.find((entry) => entry.discovery === discovery)?.target ?? target;
    const discovery: WorkspaceDiscovery = createWorkspaceDiscovery(target, {
      label: () => labelOf(key),
      findProject: (signal) => parts.findProject(targetNow(), signal),
      listWorkspaces: (projectId, signal, watch) =>
        parts.secmasterOf(targetNow(), projectId).listWorkspaces(signal, watch),
      onFound: (found) =>
        inTurn(async () => {
          // A reload may have removed the entry meanwhile.
          if (!entries.some((entry) => entry.discovery === discovery)) return;
          const next = entries.map((entry) => (entry.discovery === discovery ? { ...entry, found } : entry));
          await replaceEntries(next, false);
        }),
      onReport,
      clock,
      log,
      link: sharing?.link(`discovery ${key}`) ?? null,
    });
    return { key, target, found: null, discovery };
  }

  async function configure(targets: readonly T[]): Promise<void> {
    const before = new Map(entries.map((entry) => [entry.key, entry]));
    const keys = entryKeys(targets);
    const next = targets.map((target, i) => {
      const key = keys[i] ?? '';
      const entry = before.get(key);
      return entry === undefined ? createEntry(key, target) : { ...entry, target };
    });
    await replaceEntries(next, true);
    const retried = next.flatMap(({ discovery }) => (discovery?.retry() ? [discovery] : []));
    parts.onNew(retried.filter(({ task }) => sharing?.does(task) !== false));
  }

  return {
    configure: (targets) => inTurn(() => configure(targets)),
    pollables: () => (sharing === null ? tasks() : tasks().filter(({ task }) => sharing.does(task))),
    sharing,
    reports: () => [
      ...entries.flatMap(({ discovery }) => discovery?.report() ?? []),
      ...members.values().map(({ workspace }) => workspace.report()),
    ],
  };
}

/** An entry has its own label until its workspaces are known. */
function wantedByEntry<T extends Target>({ key, target, found }: Entry<T>): WantedLabel[] {
  if (found !== null) return [];
  const { name, region, projectId, workspaceId } = target;
  const suffixes = [...short(projectId), ...short(workspaceId)];
  if (name !== null) return [{ owner: key, name, origin: 'configured', suffixes }];
  return [{ owner: key, name: region, origin: 'placeholder', suffixes }];
}

function wantedByMember<T extends Target>([owner, { workspace, ids }]: [string, Member<T>]): WantedLabel {
  const { projectId, workspaceId } = ids;
  return { owner, ...workspace.wantedName(), suffixes: [...short(projectId), ...short(workspaceId), workspaceId] };
}

/** Enough of an id to tell it from others. */
function short(id: string | null): string[] {
  return id === null ? [] : [id.slice(0, 8)];
}
