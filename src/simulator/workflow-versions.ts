import type { Workflow } from './instance.ts';

/** Which version of each workflow runs at the moment. */
export interface WorkflowVersions {
  /** The workflow as it runs now: what begins next is of its newest version. */
  current(workflow: Workflow): Workflow;
  /** None given: the next one, v2 after v1. @returns the new version */
  next(workflowId: string, version?: string, versionId?: string): string;
}

export function createWorkflowVersions(): WorkflowVersions {
  /** Of those that have run. */
  const seen = new Map<string, string>();
  const newest = new Map<string, Pick<Workflow, 'version' | 'version_id'>>();
  return {
    current: (workflow) => {
      const current = { ...workflow, ...newest.get(workflow.id) };
      seen.set(workflow.id, current.version ?? '');
      return current;
    },
    next: (workflowId, version, versionId) => {
      const before = newest.get(workflowId)?.version ?? seen.get(workflowId) ?? 'v1';
      const after = version ?? `v${Number(/\d+$/.exec(before)?.[0] ?? 1) + 1}`;
      newest.set(workflowId, { version: after, version_id: versionId ?? `${workflowId}-${after}` });
      return after;
    },
  };
}
