import type { Config, DefaultCredentials } from './config.ts';
import { defaultEndpoint } from './endpoints.ts';
import {
  defaultCredentials,
  type Environment,
  isUnset,
  settingsFrom,
  unknownVariables,
  variableAt,
  variableProblem,
} from './environment.ts';
import { findings, type Problem, valueAt } from './problems.ts';
import { proxyProblems } from './proxies.ts';
import { type CronProblem, configSchema, type ParsedConfig } from './schema.ts';
import { readYamlFile } from './yaml-file.ts';

export interface Sources {
  /** Null: the environment alone. */
  readonly configFile: string | null;
  readonly environment: Environment;
}

export type Loaded = { readonly config: Config } | { readonly problems: readonly Problem[] };

/**
 * Reads and checks the configuration and the secret files it names; all problems at once. A configuration file is
 * complete by itself: of the environment it takes nothing but the credentials of workspaces that have none, and proxies.
 * Relative paths are relative to the working directory, `~/` is the home directory.
 */
export function loadConfig(
  { configFile, environment }: Sources,
  { cronProblem }: { readonly cronProblem: CronProblem },
): Loaded {
  const schema = configSchema(cronProblem);
  const loaded = configFile === null ? fromEnvironment(environment, schema) : fromFile(configFile, environment, schema);
  const proxies = proxyProblems(environment);
  if (proxies.length === 0) return loaded;
  return { problems: 'problems' in loaded ? [...loaded.problems, ...proxies] : proxies };
}

type Schema = ReturnType<typeof configSchema>;

function fromFile(path: string, environment: Environment, schema: Schema): Loaded {
  const yaml = readYamlFile(path, 'is empty; it needs workspaces');
  if ('problems' in yaml) return yaml;
  const parsed = schema.safeParse(yaml.value);
  const found = parsed.success ? [] : findings(parsed.error, schema, yaml.value);
  const bare = workspacesWithoutCredentials(yaml.value);
  const shared = bare.length > 0 ? defaultCredentials(environment) : null;
  const elsewhere = Array.isArray(shared) ? shared : [];

  const problems = [...yaml.faults, ...found.map(yaml.problemAt)]
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .concat(elsewhere);
  if (!parsed.success || problems.length > 0) return { problems };
  return { config: toConfig(parsed.data, Array.isArray(shared) ? null : shared) };
}

function fromEnvironment(environment: Environment, schema: Schema): Loaded {
  const unknown = unknownVariables(environment);
  if (isUnset(environment) && unknown.length === 0) return { problems: [nothingGiven] };
  const value = settingsFrom(environment);
  const parsed = schema.safeParse(value);
  const found = parsed.success ? [] : findings(parsed.error, schema, value);
  const credentials = defaultCredentials(environment);
  const problems = [
    ...unknown,
    ...found.map(({ path, message }) => variableProblem(variableAt(path), message)),
    ...(Array.isArray(credentials) ? credentials : []),
  ];
  if (!parsed.success || Array.isArray(credentials) || problems.length > 0) return { problems };
  return { config: toConfig(parsed.data, credentials) };
}

const nothingGiven = variableProblem(
  '',
  'no configuration: give --config.file, or set SECMASTER_REGION and credentials, such as HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK',
);

function workspacesWithoutCredentials(value: unknown): number[] {
  const workspaces = valueAt(value, ['workspaces']);
  if (!Array.isArray(workspaces)) return [];
  const isBare = (workspace: unknown) =>
    typeof workspace === 'object' &&
    workspace !== null &&
    !Array.isArray(workspace) &&
    !Object.hasOwn(workspace, 'credentials');
  return [...workspaces.keys()].filter((index) => isBare(workspaces[index]));
}

const defaultRetentionMs = 30 * 86_400_000;

function toConfig(parsed: ParsedConfig, shared: DefaultCredentials | null): Config {
  const { poll, state, metrics, status } = parsed;
  return {
    poll: {
      schedule: poll.schedule,
      lookbackMs: poll.lookback,
      timeoutMs: poll.timeout,
      rateLimit: poll.rate_limit,
      concurrency: poll.concurrency,
    },
    // A longer lookback alone is enough: the environment has no variable for the retention.
    state: { path: state.path, retentionMs: state.retention ?? Math.max(defaultRetentionMs, poll.lookback) },
    metrics: {
      durationBuckets: metrics.duration_buckets,
      language: metrics.language,
      newSeriesHoldMs: metrics.new_series_hold,
      maxPlaybooks: metrics.max_playbooks,
      nodes: metrics.nodes,
    },
    status: { recentRuns: status.recent_runs },
    workspaces: parsed.workspaces.map((workspace) => {
      const credentials = workspace.credentials ?? shared?.credentials;
      if (credentials === undefined) throw new Error('a workspace without credentials has passed the checks');
      return {
        name: workspace.name ?? null,
        region: workspace.region,
        projectId: workspace.project_id ?? null,
        workspaceId: workspace.workspace_id ?? null,
        endpoint: workspace.endpoint ?? defaultEndpoint('secmaster', workspace.region),
        iamEndpoint: workspace.iam_endpoint ?? defaultEndpoint('iam', workspace.region),
        filters: {
          playbookId: workspace.filters.playbook_id,
          workflowId: workspace.filters.workflow_id,
          dataclassId: workspace.filters.dataclass_id,
          triggerType: workspace.filters.trigger_type,
        },
        credentials,
      };
    }),
    defaultCredentials: shared?.from ?? null,
  };
}
