import type { FoundWorkspace, SecMaster } from '../../../src/secmaster/api/secmaster.ts';

/** A SecMaster in which nothing happens. Its projects with their workspaces may be changed, by id and name. */
export interface QuietSecMaster {
  readonly projects: Record<string, Record<string, string>>;
  /** Lists of instances, by workspace. */
  readonly lists: Map<string, number>;
  /** Lists of workspaces. */
  discoveries: number;
  of(projectId: string, now: () => number): SecMaster;
}

const empty = { count: 0, ids: [], instances: [], filteredOut: [], rejected: [] };

export function createQuietSecMaster(projects: Record<string, Record<string, string>>): QuietSecMaster {
  const lists = new Map<string, number>();
  const found = (projectId: string): FoundWorkspace[] =>
    Object.entries(projects[projectId] ?? {}).map(([workspaceId, name]) => ({ workspaceId, name }));
  const quiet: QuietSecMaster = {
    projects,
    lists,
    discoveries: 0,
    of: (projectId, now) => ({
      now,
      answeredMs: now,
      clockProblem: () => null,
      credentialsExpireAtMs: () => null,
      countsFilteredOut: false,
      async listInstances(workspaceId) {
        lists.set(workspaceId, (lists.get(workspaceId) ?? 0) + 1);
        return empty;
      },
      showInstance: () => Promise.reject(new Error('there is none')),
      workspaceName: async (id) => found(projectId).find(({ workspaceId }) => workspaceId === id)?.name ?? null,
      listPlaybooks: async () => ({ playbooks: [], unreadable: 0, isComplete: true, problem: null }),
      async listWorkspaces(_, watch) {
        quiet.discoveries += 1;
        const all = found(projectId);
        watch?.onEnd?.({ pages: 1, workspaces: all.length, count: all.length, isComplete: true, problem: null });
        return all;
      },
    }),
  };
  return quiet;
}
