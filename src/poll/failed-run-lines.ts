import type { Entry } from '../ledger/entry.ts';
import type { Logger } from '../log.ts';
import type { FailedNode } from '../model/failed-run.ts';

/** The line of the log about a failed run: one for each failed attempt, with its nodes where its topology is read. */

/** What a line is about. */
export interface LoggedRun {
  readonly entry: Pick<Entry, 'id' | 'labels' | 'details'>;
  readonly attempt: number;
}

export interface LoggedNodes {
  readonly nodes: readonly FailedNode[];
  readonly moreNodes?: number;
}

/** @param recentRuns 0: what failed runs say is confidential */
export function logFailedRun(
  log: Logger,
  { entry: { id, labels, details }, attempt }: LoggedRun,
  recentRuns: number,
  read?: LoggedNodes,
): void {
  const { playbook, trigger_type: triggerType } = labels;
  const { name, workflow, dataclass, dataobjectId, defenseId } = details;
  const told = {
    instanceName: name,
    workflow: workflow?.name,
    workflowId: workflow?.id,
    workflowVersion: workflow?.version,
    workflowVersionId: workflow?.versionId,
    dataclass: dataclass?.name,
    dataclassId: dataclass?.id,
    dataobjectId,
    defenseId,
  };
  const fields = {
    instance: id,
    playbook,
    triggerType,
    attempt,
    ...(recentRuns > 0 && Object.fromEntries(Object.entries(told).filter(([, value]) => value))),
    ...(read !== undefined && {
      nodes: read.nodes.map((node) => node.name),
      ...(read.moreNodes !== undefined && { moreNodes: read.moreNodes }),
      error: read.nodes.find(({ error }) => error !== '')?.error,
    }),
  };
  log.info(fields, 'run failed');
}

/** Lines of one poll about failed runs whose topology is not read: there may be thousands of them. */
export const maxFailedRunLines = 100;

/** Tells of failed runs when they are found, up to a number in one poll. */
export function createFailedRunLines(log: Logger, recentRuns: number): (run: LoggedRun) => void {
  let found = 0;
  return (run) => {
    found++;
    if (found <= maxFailedRunLines) logFailedRun(log, run, recentRuns);
    else if (found === maxFailedRunLines + 1) log.info('more runs failed; this poll logs no more of them');
  };
}
