import { type Config, configuration, type Parsed } from './config.ts';
import { type DefaultCredentials, defaultCredentials } from './credentials/default-credentials.ts';
import {
  inVariables,
  isUnset,
  misspelledCredentials,
  quotedSettings,
  settingsFrom,
  unknownVariables,
  variableAt,
} from './environment.ts';
import { findings, type Problem, valueAt } from './problems.ts';
import { proxyProblems } from './proxies.ts';
import { readTextFile } from './text-file.ts';
import { type Environment, variableProblem, withoutNewlines } from './variables.ts';
import { readYamlFile } from './yaml-file.ts';

export interface Sources {
  /** null: only the environment. */
  readonly configFile: string | null;
  readonly environment: Environment;
}

const { schema, read } = configuration;

export type Loaded = { readonly config: Config } | { readonly problems: readonly Problem[] };

/**
 * Reads and checks the configuration and its secret files, and returns all problems at once. With a configuration file,
 * only credentials for workspaces without their own, and proxies, come from the environment.
 * Relative paths are relative to the working directory, `~/` is the home directory.
 */
export async function loadConfig({ configFile, environment: given }: Sources): Promise<Loaded> {
  const environment = withoutNewlines(given);
  const loaded = configFile === null ? await fromEnvironment(environment) : await fromFile(configFile, environment);
  const proxies = proxyProblems(environment);
  if (proxies.length === 0) return loaded;
  return { problems: 'problems' in loaded ? [...loaded.problems, ...proxies] : proxies };
}

async function fromFile(path: string, environment: Environment): Promise<Loaded> {
  const yaml = await readYamlFile(path, 'is empty; add workspaces', (file) => readTextFile(file, { mayBePipe: true }));
  if ('problems' in yaml) return yaml;
  const parsed = await schema.safeParseAsync(yaml.value);
  const found = parsed.success ? [] : findings(parsed.error, schema, yaml.value);
  const bare = workspacesWithoutCredentials(yaml.value);
  const shared = bare.length > 0 ? await defaultCredentials(environment) : null;
  const elsewhere = [
    ...(bare.length > 0 ? misspelledCredentials(environment) : []),
    ...(Array.isArray(shared) ? shared : []),
  ];

  const problems = [...yaml.faults, ...found.map(yaml.problemAt)]
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .concat(elsewhere);
  if (!parsed.success || problems.length > 0) return { problems };
  return { config: toConfig(read(parsed.data), Array.isArray(shared) ? null : shared) };
}

async function fromEnvironment(environment: Environment): Promise<Loaded> {
  const unknown = unknownVariables(environment);
  if (isUnset(environment) && unknown.length === 0) return { problems: [nothingGiven] };
  const value = settingsFrom(environment);
  const parsed = await schema.safeParseAsync(value);
  const found = parsed.success ? [] : findings(parsed.error, schema, value);
  const credentials = await defaultCredentials(environment);
  const quoted = quotedSettings(environment);
  const others = found.filter(({ path }) => !quoted.some((one) => one.path === variableAt(path)));
  const problems = [
    ...unknown,
    ...quoted,
    ...others.map(({ path, message }) => variableProblem(variableAt(path), inVariables(message))),
    ...(Array.isArray(credentials) ? credentials : []),
  ];
  if (!parsed.success || Array.isArray(credentials) || problems.length > 0) return { problems };
  return { config: toConfig(read(parsed.data), credentials) };
}

const nothingGiven = variableProblem(
  '',
  'no configuration: use --config.file, or set SECMASTER_REGION and credentials, such as HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK',
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

function toConfig(read: Parsed, shared: DefaultCredentials | null): Config {
  return {
    ...read,
    workspaces: read.workspaces.map((workspace) => {
      const credentials = workspace.credentials ?? shared?.credentials;
      if (credentials === undefined) throw new Error('a workspace without credentials has passed the checks');
      return { ...workspace, credentials };
    }),
    defaultCredentials: shared?.from ?? null,
  };
}
