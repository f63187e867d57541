import type { CredentialsConfig, DefaultCredentials } from './config.ts';
import { credentials } from './credentials.ts';
import { nearest } from './nearest.ts';
import { type Finding, findings, formatPath, type Path, type Problem, valueAt } from './problems.ts';
import { defaultProfile } from './profile.ts';
import { isThere } from './text-file.ts';

/**
 * The configuration in environment variables, enough for one project. An empty variable counts as unset.
 * With a configuration file the variables of credentials alone are read, and only for workspaces that have none there.
 */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Each variable stands where the file would have its value. */
const settings = {
  poll: { schedule: 'SECMASTER_POLL_SCHEDULE', lookback: 'SECMASTER_LOOKBACK' },
  state: { path: 'SECMASTER_STATE_PATH' },
  workspaces: [
    {
      region: 'SECMASTER_REGION',
      project_id: 'HUAWEICLOUD_SDK_PROJECT_ID',
      workspace_id: 'SECMASTER_WORKSPACE_ID',
      endpoint: 'SECMASTER_ENDPOINT',
      iam_endpoint: 'SECMASTER_IAM_ENDPOINT',
    },
  ],
};

const keys = {
  ak_sk: {
    ak: 'HUAWEICLOUD_SDK_AK',
    sk: 'HUAWEICLOUD_SDK_SK',
    security_token: 'HUAWEICLOUD_SDK_SECURITY_TOKEN',
    ak_file: 'HUAWEICLOUD_SDK_AK_FILE',
    sk_file: 'HUAWEICLOUD_SDK_SK_FILE',
    security_token_file: 'HUAWEICLOUD_SDK_SECURITY_TOKEN_FILE',
  },
  password: {
    domain: 'SECMASTER_IAM_DOMAIN',
    user: 'SECMASTER_IAM_USER',
    password: 'SECMASTER_IAM_PASSWORD',
    password_file: 'SECMASTER_IAM_PASSWORD_FILE',
  },
};

/** A secret may stand in a file in place of the variable, as containers mount it. */
const inFile = (name: string) => `${name}_FILE`;
const isOptional = (name: string) => name.endsWith('_FILE') || name === keys.ak_sk.security_token;

/** Where else credentials are looked for. */
const elsewhere = { profileFile: 'HUAWEICLOUD_SDK_CREDENTIALS_FILE', metadata: 'SECMASTER_METADATA_ENDPOINT' };

const variables = [...names(settings), ...names(keys), ...names(elsewhere)];

/** The shape of a configuration file, filled from the environment; without credentials. */
export function settingsFrom(environment: Environment): unknown {
  return filled(settings, environment);
}

export function isUnset(environment: Environment): boolean {
  return variables.every((name) => !environment[name]);
}

/** The variables by the key of the file that each stands for, such as `workspaces[].region`. */
export function variablesByKey(): ReadonlyMap<string, readonly string[]> {
  const credential = 'workspaces[].credentials';
  const list = [
    ...leaves(settings, '').map(([path, name]) => [path.replace('[0]', '[]'), name] as const),
    ...leaves(keys, credential),
    [`${credential}.profile.file`, elsewhere.profileFile] as const,
    [`${credential}.agency.endpoint`, elsewhere.metadata] as const,
  ];
  const byKey = Map.groupBy(list, ([path]) => path);
  return new Map([...byKey].map(([path, some]) => [path, some.map(([, name]) => name)]));
}

function leaves(shape: unknown, path: string): [string, string][] {
  if (typeof shape === 'string') return [[path, shape]];
  const step = (key: string) => (Array.isArray(shape) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`);
  return Object.entries(shape ?? {}).flatMap(([key, child]) => leaves(child, step(key)));
}

export function variableAt(path: Path): string {
  const name = valueAt(settings, path);
  return typeof name === 'string' ? name : formatPath(path);
}

/**
 * Credentials for workspaces that name none: keys or a user in the environment, else the SDKs' profile file where there
 * is one, else the metadata service.
 */
export function defaultCredentials(environment: Environment): DefaultCredentials | Problem[] {
  const given = credentialsFrom(environment);
  if (Array.isArray(given)) return given;
  if (given !== null) return { from: 'environment', credentials: given };
  return profileFrom(environment) ?? metadataFrom(environment);
}

/** Null where the environment has none of the variables. */
function credentialsFrom(environment: Environment): CredentialsConfig | Problem[] | null {
  const given = Object.entries(keys).filter(([, shape]) => names(shape).some((name) => environment[name]));
  const [first, second] = given;
  if (first === undefined) return null;
  if (second !== undefined) {
    const [one, other] = [first, second].map(([, shape]) => names(shape).find((name) => environment[name]));
    return [variableProblem(one ?? '', `is set beside ${other}; use either an access key or an IAM user`)];
  }
  const [kind, shape] = first;
  const present = names(shape).filter((name) => environment[name]);
  const missing = names(shape).filter(
    (name) => !isOptional(name) && !present.includes(name) && !present.includes(inFile(name)),
  );
  const twice = present.filter((name) => present.includes(inFile(name)));
  const problems = [
    ...missing.map((name) => variableProblem(name, `is missing, but ${present[0]} is set`)),
    ...twice.map((name) => variableProblem(inFile(name), `is set beside ${name}; keep one`)),
  ];
  if (problems.length > 0) return problems;
  return checked({ [kind]: filled(shape, environment) }, ({ path }) => String(valueAt(keys, path)));
}

/** Null where there is no such file. */
function profileFrom(environment: Environment): DefaultCredentials | Problem[] | null {
  const named = environment[elsewhere.profileFile];
  const file = named || defaultProfile.file;
  if (!named && !isThere(file)) return null;
  const given = checked({ profile: { ...defaultProfile, file } }, () => (named ? elsewhere.profileFile : file));
  return Array.isArray(given) ? given : { from: 'profile', credentials: given };
}

function metadataFrom(environment: Environment): DefaultCredentials | Problem[] {
  const endpoint = environment[elsewhere.metadata] || undefined;
  const given = checked({ agency: endpoint === undefined ? {} : { endpoint } }, () => elsewhere.metadata);
  return Array.isArray(given) ? given : { from: 'metadata', credentials: given };
}

function checked(value: object, nameOf: (finding: Finding) => string): CredentialsConfig | Problem[] {
  const parsed = credentials.safeParse(value);
  if (parsed.success) return parsed.data;
  return findings(parsed.error, credentials, value).map((finding) => variableProblem(nameOf(finding), finding.message));
}

/** Variables that look like ours but aren't: most likely mistyped. */
export function unknownVariables(environment: Environment): Problem[] {
  const unknown = Object.keys(environment).filter(
    (name) =>
      name.startsWith('SECMASTER_') && environment[name] && !variables.includes(name) && !serviceVariable.test(name),
  );
  return unknown.map((name) => {
    const meant = nearest(name, variables);
    const advice = meant === null ? `known are ${variables.join(', ')}` : `did you mean ${meant}?`;
    return variableProblem(formatPath([name]), `unknown variable; ${advice}`);
  });
}

/** Kubernetes sets these for each Service, so also for one that is named secmaster or secmaster-exporter. */
const serviceVariable = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

export function variableProblem(path: string, message: string): Problem {
  return { file: null, line: null, path, message };
}

function names(shape: unknown): string[] {
  if (typeof shape === 'string') return [shape];
  return Object.values(shape ?? {}).flatMap(names);
}

function filled(shape: unknown, environment: Environment): unknown {
  if (typeof shape === 'string') return environment[shape] || undefined;
  if (Array.isArray(shape)) return shape.map((item) => filled(item, environment));
  const entries = Object.entries(shape ?? {}).map(([key, item]) => [key, filled(item, environment)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
