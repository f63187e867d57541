/** An entry of the configuration: one workspace, or all of a project. */
export interface Target {
  /** null: the workspace's own name. */
  readonly name: string | null;
  readonly region: string;
  /** null: the project named like the region. */
  readonly projectId: string | null;
  /** null: every workspace of the project. */
  readonly workspaceId: string | null;
  readonly endpoint: string;
  readonly iamEndpoint: string;
}

export interface WorkspaceIds {
  readonly projectId: string;
  readonly workspaceId: string;
}

/** An entry with its known workspaces; null: none known yet. */
export interface Meant {
  readonly target: Target;
  readonly found: readonly WorkspaceIds[] | null;
}

/** The workspaces of all entries, each once: one that several entries mean belongs to the most exact of them. */
export function membership<E extends Meant>(
  entries: readonly E[],
): ReadonlyMap<string, { entry: E; ids: WorkspaceIds }> {
  const members = new Map<string, { entry: E; ids: WorkspaceIds }>();
  for (const entry of entries.toSorted((a, b) => exactness(b.target) - exactness(a.target))) {
    for (const ids of entry.found ?? []) {
      const key = `${ids.projectId}/${ids.workspaceId}`;
      if (!members.has(key)) members.set(key, { entry, ids });
    }
  }
  return members;
}

function exactness({ projectId, workspaceId }: Target): number {
  if (workspaceId === null) return 0;
  return projectId === null ? 1 : 2;
}

/** The ids of an entry that has both; null if one must be discovered. */
export function fixedIds({ projectId, workspaceId }: Target): WorkspaceIds | null {
  return projectId === null || workspaceId === null ? null : { projectId, workspaceId };
}

/** Keys of the entries, stable across reloads, and unique even if two entries are the same. */
export function entryKeys(targets: readonly Target[]): string[] {
  const times = new Map<string, number>();
  return targets.map(({ region, projectId, workspaceId, endpoint, iamEndpoint }) => {
    const text = JSON.stringify([region, projectId, workspaceId, endpoint, iamEndpoint]);
    const before = times.get(text) ?? 0;
    times.set(text, before + 1);
    return `${text} ${before}`;
  });
}
