import type { Session } from '../session.ts';

/** Where a name comes from: the configuration, SecMaster's list of workspaces, or nowhere, so that something stands in for it. */
export type NameOrigin = 'configured' | 'learnt' | 'placeholder';

export interface WantedName {
  readonly name: string;
  readonly origin: NameOrigin;
}

export interface WorkspaceNameParts {
  /** As the configuration has it now. */
  readonly settings: () => { readonly name: string | null; readonly workspaceId: string };
  /** The label that it has been given among others; null: none, and it is called as it wants to be. */
  readonly givenLabel: () => string | null;
  /** Told when it wants another name than before. */
  readonly onLearnt: () => void;
}

/** What a workspace is called, in its series and in its log lines alike. */
export interface WorkspaceName {
  wanted(): WantedName;
  /** The value of the label `workspace`. */
  label(): string;
  /** Takes the workspace's own name, which matters where the configuration gives none. */
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
    learn(name) {
      if (name === learnt) return;
      learnt = name;
      onLearnt();
    },
  };
}

/**
 * Learns the name from the ledger, or where the configuration gives none and the ledger knows none, from SecMaster. The label
 * that is made of it is kept in the ledger, so that it stays over restarts.
 */
export async function learnName(name: WorkspaceName, session: Session): Promise<void> {
  const { secmaster, workspaceId, ledger, signal } = session;
  if (ledger.state.name !== null) return name.learn(ledger.state.name);
  if (name.wanted().origin === 'configured') return;
  const own = await secmaster.workspaceName(workspaceId, signal);
  if (own === null) return;
  name.learn(own);
  // A reload may have given it a name meanwhile.
  if (name.wanted().origin === 'learnt') await ledger.commit({ kind: 'named', name: name.label() });
}
