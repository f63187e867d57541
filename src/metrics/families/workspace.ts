import type { ReportFamily } from '../family.ts';

export const workspace = {
  info: {
    name: 'secmaster_workspace_info',
    type: 'gauge',
    help: 'Always 1. Ids, region and own name of the workspace behind a value of the label workspace; the name is empty where it was configured and so not looked up.',
    labels: ['workspace', 'workspace_id', 'workspace_name', 'project_id', 'region'],
    stability: 'STABLE',
    fromReport: ({ workspaceId, workspaceName, projectId, region }) => [
      {
        labels: {
          workspace_id: workspaceId,
          workspace_name: workspaceName ?? '',
          project_id: projectId,
          region,
        },
        value: 1,
      },
    ],
  },
} as const satisfies Readonly<Record<string, ReportFamily>>;
