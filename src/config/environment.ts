import type { CredentialsConfig } from './config.ts';
import { credentials } from './credentials.ts';
import { nearest } from './nearest.ts';
import { findings, formatPath, type Path, type Problem, valueAt } from './problems.ts';

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
  },
  password: { domain: 'SECMASTER_IAM_DOMAIN', user: 'SECMASTER_IAM_USER', password: 'SECMASTER_IAM_PASSWORD' },
};

const variables = [...names(settings), ...names(keys)];

/** The shape of a configuration file, filled from the environment; without credentials. */
export function settingsFrom(environment: Environment): unknown {
  return filled(settings, environment);
}

export function isUnset(environment: Environment): boolean {
  return variables.every((name) => !environment[name]);
}

export function variableAt(path: Path): string {
  const name = valueAt(settings, path);
  return typeof name === 'string' ? name : formatPath(path);
}

/** Null where the environment has none of the variables. */
export function credentialsFrom(environment: Environment): CredentialsConfig | Problem[] | null {
  const given = Object.entries(keys).filter(([, shape]) => names(shape).some((name) => environment[name]));
  const [first, second] = given;
  if (first === undefined) return null;
  if (second !== undefined) {
    const [one, other] = [first, second].map(([, shape]) => names(shape).find((name) => environment[name]));
    return [variableProblem(one ?? '', `is set beside ${other}; use either an access key or an IAM user`)];
  }
  const [kind, shape] = first;
  const present = names(shape).filter((name) => environment[name]);
  const missing = names(shape).filter((name) => !environment[name] && name !== keys.ak_sk.security_token);
  if (missing.length > 0) return missing.map((name) => variableProblem(name, `is missing, but ${present[0]} is set`));
  const value = { [kind]: filled(shape, environment) };
  const parsed = credentials.safeParse(value);
  if (parsed.success) return parsed.data;
  return findings(parsed.error, credentials, value).map(({ path, message }) =>
    variableProblem(String(valueAt(keys, path)), message),
  );
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
