import type { Clock } from '../clock.ts';
import { createInstanceOrder } from './instance-order.ts';
import { createLife, type Life } from './life.ts';
import { createWorld, type World } from './world.ts';

/** The projects and their workspaces. All of it may change while the simulator runs. */
export interface Directory {
  readonly projects: ReadonlyMap<string, Project>;
  addProject(project: { readonly id: string; readonly name: string }): void;
  addWorkspace(projectId: string, options: WorkspaceOptions): Workspace;
  removeWorkspace(workspaceId: string): void;
  /** Throws where there is none. */
  workspace(workspaceId: string): Workspace;
  /** Every workspace of every project. */
  workspaces(): readonly Workspace[];
}

export interface Project {
  readonly id: string;
  /** In Huawei Cloud a project is named after its region. */
  readonly name: string;
  readonly workspaces: ReadonlyMap<string, Workspace>;
}

export interface WorkspaceOptions {
  readonly id: string;
  readonly name: string;
  /** None: nothing happens there by itself. */
  readonly life?: {
    readonly seed: number;
    /** How long it has been going on. */
    readonly historyMs: number;
    readonly runsPerMinute: number;
  };
}

export interface Workspace {
  readonly id: string;
  readonly projectId: string;
  name: string;
  readonly createdMs: number;
  readonly world: World;
  readonly life: Life | null;
  readonly order: ReturnType<typeof createInstanceOrder>;
}

export function createDirectory(clock: Clock): Directory {
  const projects = new Map<string, Project & { readonly workspaces: Map<string, Workspace> }>();
  const workspaces = () => [...projects.values()].flatMap((project) => [...project.workspaces.values()]);

  return {
    projects,
    addProject: ({ id, name }) => {
      projects.set(id, { id, name, workspaces: new Map() });
    },
    addWorkspace: (projectId, { id, name, life }) => {
      const project = projects.get(projectId);
      if (project === undefined) throw new Error(`no project ${projectId}`);
      if (workspaces().some((other) => other.id === id)) throw new Error(`workspace ${id} exists already`);
      const world = createWorld();
      const createdMs = clock.now() - (life?.historyMs ?? 0);
      const workspace = {
        id,
        projectId,
        name,
        createdMs,
        world,
        life: life ? createLife(world, { ...life, startMs: createdMs }) : null,
        order: createInstanceOrder(world),
      };
      project.workspaces.set(id, workspace);
      return workspace;
    },
    removeWorkspace: (workspaceId) => {
      for (const project of projects.values()) project.workspaces.delete(workspaceId);
    },
    workspace: (workspaceId) => {
      const workspace = workspaces().find(({ id }) => id === workspaceId);
      if (workspace === undefined) throw new Error(`no workspace ${workspaceId}`);
      return workspace;
    },
    workspaces,
  };
}
