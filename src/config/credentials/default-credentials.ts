import { z } from 'zod';
import type { Key } from '../mapping.ts';
import { type Finding, findings, type Problem } from '../problems.ts';
import { type Environment, variableProblem } from '../variables.ts';
import type { Fallback } from './kind.ts';
import { type CredentialsConfig, credentials, fallbacks, kinds } from './registry.ts';

export interface DefaultCredentials {
  readonly from: 'environment' | Fallback['from'];
  readonly credentials: CredentialsConfig;
}

/**
 * Credentials for workspaces without their own: from the environment, or else from the first other place that has any: the
 * SDKs' profile file, then the metadata service.
 */
export async function defaultCredentials(environment: Environment): Promise<DefaultCredentials | Problem[]> {
  const given = await fromVariables(environment);
  if (Array.isArray(given)) return given;
  if (given !== null) return { from: 'environment', credentials: given };
  for (const [kind, { fallback }] of fallbacks) {
    const found = await fallback.find(environment);
    if (found === null) continue;
    const one = await checked({ [kind]: found.given }, () => found.source);
    return Array.isArray(one) ? one : { from: fallback.from, credentials: one };
  }
  return [];
}

/** null: the environment has none of the variables. */
async function fromVariables(environment: Environment): Promise<CredentialsConfig | Problem[] | null> {
  const isSet = (name: string) => Boolean(environment[name]);
  const chosen = Object.entries(kinds).filter(
    ([, { called, keys }]) => called !== undefined && keys.flatMap(variablesOf).some(isSet),
  );
  const [first, second] = chosen;
  if (first === undefined) return null;
  const [kind, { keys }] = first;
  const present = keys.flatMap(variablesOf).filter(isSet);
  if (second !== undefined) {
    const other = second[1].keys.flatMap(variablesOf).find(isSet);
    const either = chosen.slice(0, 2).map(([, { called }]) => called);
    return [variableProblem(present[0] ?? '', `conflicts with ${other}; use either ${either.join(' or ')}`)];
  }
  const missing = keys.filter((key) => key.isRequired && !variablesOf(key).some(isSet));
  const twice = keys.map(variablesOf).filter((names) => names.length > 1 && names.every(isSet));
  const problems = [
    ...missing.map((key) => variableProblem(variablesOf(key)[0] ?? '', `is missing, but ${present[0]} is set`)),
    ...twice.map(([name, inFile = '']) => variableProblem(inFile, `conflicts with ${name}; keep one of them`)),
  ];
  if (problems.length > 0) return problems;
  const variables = new Map(keys.flatMap(variablesByName));
  const given = [...variables].map(([name, variable]) => [name, environment[variable] || undefined] as const);
  return checked(
    { [kind]: Object.fromEntries(given.filter(([, value]) => value !== undefined)) },
    ({ path }) => variables.get(String(path[1])) ?? '',
  );
}

function variablesOf(key: Key<unknown>): string[] {
  return variablesByName(key).map(([, variable]) => variable);
}

/** The key names in the file, each with its variable. */
function variablesByName({ shape }: Key<unknown>): [string, string][] {
  return Object.entries(shape).flatMap(([name, schema]) => {
    const variable = z.globalRegistry.get(schema)?.variable;
    return typeof variable === 'string' ? [[name, variable] as [string, string]] : [];
  });
}

async function checked(value: object, nameOf: (finding: Finding) => string): Promise<CredentialsConfig | Problem[]> {
  const parsed = await credentials.schema.safeParseAsync(value);
  if (parsed.success) return credentials.read(parsed.data);
  return findings(parsed.error, credentials.schema, value).map((finding) =>
    variableProblem(nameOf(finding), finding.message),
  );
}
