import { labelText } from '../../model/text.ts';

/** Where a name comes from: the configuration, SecMaster's list of workspaces, or neither. */
export type NameOrigin = 'configured' | 'learnt' | 'placeholder';

export interface WantedName {
  readonly name: string;
  readonly origin: NameOrigin;
}

export interface WorkspaceNameParts {
  /** The current configuration. */
  readonly settings: () => { readonly name: string | null; readonly workspaceId: string };
  /** The label assigned to the workspace; null: none, and the wanted name is used. */
  readonly givenLabel: () => string | null;
  /** Called when the wanted name has changed. */
  readonly onLearnt: () => void;
}

/** The name of a workspace, in its series and in its log lines. */
export interface WorkspaceName {
  wanted(): WantedName;
  /** The value of the label `workspace`. */
  label(): string;
  /** The workspace's own name, as far as it has been looked up; null: not known. */
  own(): string | null;
  /** Sets the workspace's own name, used if the configuration gives none. */
  learn(name: string): void;
}

export function createWorkspaceName({ settings, givenLabel, onLearnt }: WorkspaceNameParts): WorkspaceName {
  let learnt: string | null = null;

  function wanted(): WantedName {
    const { name, workspaceId } = settings();
    if (name !== null) return { name, origin: 'configured' };
    if (learnt !== null) return { name: learnt, origin: 'learnt' };
    return { name: workspaceId, origin: 'placeholder' };
  }

  return {
    wanted,
    label: () => givenLabel() ?? wanted().name,
    own: () => learnt,
    learn(given) {
      // An earlier exporter kept it at any length.
      const name = labelText(given);
      if (name === learnt) return;
      learnt = name;
      onLearnt();
    },
  };
}
