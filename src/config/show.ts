import { stringify } from 'yaml';
import { Secret } from '../model/secret.ts';
import type { Config, CredentialsConfig, WorkspaceConfig } from './config.ts';
import type { CredentialFile } from './credential-file.ts';
import { formatDuration } from './duration.ts';

/** The configuration in force as a file would say it, every default filled in and every secret as `<secret>`. */
export function showConfig({ poll, state, metrics, status, workspaces }: Config): string {
  return stringify({
    poll: {
      schedule: poll.schedule,
      lookback: formatDuration(poll.lookbackMs),
      timeout: formatDuration(poll.timeoutMs),
      rate_limit: poll.rateLimit,
      concurrency: poll.concurrency,
    },
    state: { path: state.path, retention: formatDuration(state.retentionMs) },
    metrics: {
      duration_buckets: metrics.durationBuckets,
      max_playbooks: metrics.maxPlaybooks,
      nodes: metrics.nodes,
      language: metrics.language,
      new_series_hold: formatDuration(metrics.newSeriesHoldMs),
    },
    status: { recent_runs: status.recentRuns },
    workspaces: workspaces.map(showWorkspace),
  });
}

function showWorkspace(workspace: WorkspaceConfig): object {
  const { filters } = workspace;
  return {
    ...(workspace.name === null ? {} : { name: workspace.name }),
    region: workspace.region,
    ...(workspace.projectId === null ? {} : { project_id: workspace.projectId }),
    ...(workspace.workspaceId === null ? {} : { workspace_id: workspace.workspaceId }),
    endpoint: workspace.endpoint,
    iam_endpoint: workspace.iamEndpoint,
    filters: {
      playbook_id: filters.playbookId,
      workflow_id: filters.workflowId,
      dataclass_id: filters.dataclassId,
      trigger_type: filters.triggerType,
    },
    credentials: { [workspace.credentials.kind]: showCredentials(workspace.credentials) },
  };
}

function showCredentials(credentials: CredentialsConfig): object {
  switch (credentials.kind) {
    case 'ak_sk':
      return {
        ...showOne('ak', credentials.ak),
        ...showOne('sk', credentials.sk),
        ...showOne('security_token', credentials.securityToken),
      };
    case 'password':
      return { domain: credentials.domain, user: credentials.user, ...showOne('password', credentials.password) };
    case 'token':
      return showOne('token', credentials.token);
    case 'agency':
      return { endpoint: credentials.endpoint };
    case 'profile':
      return { file: credentials.file, section: credentials.section };
  }
}

function showOne(key: string, value: string | Secret | CredentialFile | null): object {
  if (value === null) return {};
  if (typeof value === 'string' || value instanceof Secret) return { [key]: String(value) };
  return { [`${key}_file`]: value.path };
}
