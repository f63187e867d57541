import { exporter } from './families/exporter.ts';
import { playbook } from './families/playbook.ts';
import { exporterProcess } from './families/process.ts';
import { workflow } from './families/workflow.ts';
import { workspace } from './families/workspace.ts';

export { exporter, exporterProcess, playbook, workflow, workspace };

/** The families of the workspaces, in the order of the exposition. */
export const workspaceFamilies = [
  ...Object.values(workflow),
  ...Object.values(playbook),
  ...Object.values(workspace),
  ...Object.values(exporter),
] as const;

/** All families: the source of `/metrics` and of its documentation. */
export const families = [...workspaceFamilies, ...Object.values(exporterProcess)] as const;
