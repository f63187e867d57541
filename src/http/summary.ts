import type { Trouble } from './playbook-status.ts';
import type { OpenRunStatus } from './run-status.ts';
import type { WorkspaceStatus } from './workspace-status.ts';

/** The verdict: how much is wrong. What is counted is what the lists of the status show. */
export interface Summary {
  readonly workspaces: number;
  /** Whose last poll failed. */
  readonly workspaces_failing: number;
  /** Whose first poll has not ended. */
  readonly workspaces_starting: number;
  /** Of the others, those whose history has not been read completely. */
  readonly workspaces_incomplete: number;
  readonly playbooks: number;
  readonly playbooks_failing: number;
  /** With a run that is stuck. */
  readonly playbooks_stuck: number;
  readonly playbooks_overdue: number;
  readonly playbooks_silent: number;
  /** null: not all of them are known, or runs are not shown. */
  readonly runs_stuck: number | null;
}

/** @param open all of the open runs that are listed; null: not all are known */
export function summaryOf(workspaces: readonly WorkspaceStatus[], open: readonly OpenRunStatus[] | null): Summary {
  const playbooks = workspaces.flatMap((workspace) => workspace.playbooks);
  const inState = (wanted: WorkspaceStatus['state']) => workspaces.filter(({ state }) => state === wanted).length;
  const having = (trouble: Trouble) => playbooks.filter(({ troubles }) => troubles.includes(trouble)).length;
  return {
    workspaces: workspaces.length,
    workspaces_failing: inState('failing'),
    workspaces_starting: inState('starting'),
    workspaces_incomplete: workspaces.filter((one) => one.state !== 'starting' && !one.window_complete).length,
    playbooks: playbooks.length,
    playbooks_failing: having('failing'),
    playbooks_stuck: having('stuck'),
    playbooks_overdue: having('overdue'),
    playbooks_silent: having('silent'),
    // The list may have been read a moment before.
    runs_stuck: open === null ? null : Math.max(having('stuck'), open.filter(({ stuck }) => stuck).length),
  };
}
