import type { Clock } from '../clock.ts';
import type { BehaviourChange } from './behaviour.ts';
import { type BehaviourHandle, createBehaviourHandle } from './behaviour-handle.ts';
import { createInstanceOrder, type InstanceOrder } from './instance-order.ts';
import { createLife, type Life, type LifeOptions } from './life.ts';
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
  readonly life?: Omit<LifeOptions, 'startMs'> & {
    /** How long it has been going on. */
    readonly historyMs: number;
  };
  /** What is otherwise here than in the simulator. */
  readonly behaviour?: BehaviourChange;
}

export interface Workspace {
  readonly id: string;
  readonly projectId: string;
  name: string;
  readonly createdMs: number;
  readonly world: World;
  readonly life: Life | null;
  readonly order: InstanceOrder;
  readonly behaviour: BehaviourHandle;
}

/** @param base how the workspaces behave that don't deviate from it */
export function createDirectory(clock: Clock, base: BehaviourHandle): Directory {
  const projects = new Map<string, Project & { readonly workspaces: Map<string, Workspace> }>();
  const workspaces = () => [...projects.values()].flatMap((project) => [...project.workspaces.values()]);

  return {
    projects,
    addProject: ({ id, name }) => {
      projects.set(id, { id, name, workspaces: new Map() });
    },
    addWorkspace: (projectId, { id, name, life, behaviour: change }) => {
      const project = projects.get(projectId);
      if (project === undefined) throw new Error(`no project ${projectId}`);
      if (workspaces().some((other) => other.id === id)) throw new Error(`workspace ${id} exists already`);
      const behaviour = createBehaviourHandle(clock, change, base);
      const world = createWorld(() => behaviour.get().retries);
      const createdMs = clock.now() - (life?.historyMs ?? 0);
      const workspace = {
        id,
        projectId,
        name,
        createdMs,
        world,
        life: life ? createLife(world, { ...life, startMs: createdMs }) : null,
        order: createInstanceOrder(world),
        behaviour,
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
