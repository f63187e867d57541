import type { ReportFamily } from '../family.ts';

export const workspace = {
  info: {
    name: 'secmaster_workspace_info',
    type: 'gauge',
    help: 'Always 1. Ids and region of the workspace behind a value of the label workspace.',
    labels: ['workspace', 'workspace_id', 'project_id', 'region'],
    stability: 'STABLE',
    fromReport: ({ workspaceId, projectId, region }) => [
      { labels: { workspace_id: workspaceId, project_id: projectId, region }, value: 1 },
    ],
  },
} as const satisfies Readonly<Record<string, ReportFamily>>;
