import { declaredKeys } from './declared-keys.ts';
import { nearest } from './nearest.ts';
import { formatPath, type Path, type Problem } from './problems.ts';
import { type Environment, isQuoted, quotedMessage, variableProblem } from './variables.ts';

/**
 * The configuration in environment variables, enough for one project.
 * With a configuration file only the variables for credentials are read, and only for workspaces without `credentials`.
 */

interface Variable {
  readonly steps: Path;
  readonly variable: string;
}

let found: readonly Variable[] | null = null;

/** Looked for when they are needed: a file without faults needs none. */
function variables(): readonly Variable[] {
  found ??= declaredKeys().flatMap(({ steps, variable }) => (variable === null ? [] : [{ steps, variable }]));
  return found;
}

/** Without those for credentials, which are read separately. */
const settings = () => variables().filter(({ steps }) => !steps.includes('credentials'));

/** The shape of a configuration file, filled from the environment; without credentials. */
export function settingsFrom(environment: Environment): unknown {
  const file = { workspaces: [{}] };
  for (const { steps, variable } of settings()) {
    const value = environment[variable];
    if (value) place(file, steps, value);
  }
  return file;
}

/** Sets a value where a file would have it, and creates the mappings around it. */
function place(mapping: object, [step = '', ...rest]: Path, value: string): void {
  if (rest.length === 0) {
    Object.assign(mapping, { [step]: value });
    return;
  }
  const inner: object = Reflect.get(mapping, step) ?? {};
  Object.assign(mapping, { [step]: inner });
  place(inner, rest, value);
}

export function isUnset(environment: Environment): boolean {
  return variables().every(({ variable }) => !environment[variable]);
}

export function variableAt(path: Path): string {
  const place = formatPath(path);
  return settings().find(({ steps }) => formatPath(steps) === place)?.variable ?? place;
}

/** A message that names variables instead of the keys for which they stand. */
export function inVariables(message: string): string {
  return settings().reduce((text, { steps, variable }) => text.replaceAll(formatPath(steps), variable), message);
}

export function quotedSettings(environment: Environment): Problem[] {
  return settings()
    .filter(({ variable }) => isQuoted(environment[variable] ?? ''))
    .map(({ variable }) => variableProblem(variable, quotedMessage));
}

/** Variables that look like ours but aren't: probably misspelled. */
export function unknownVariables(environment: Environment): Problem[] {
  return looseVariables(environment).flatMap(({ name, meant }) => {
    if (meant === null && !name.startsWith(ownPrefix)) return [];
    const advice = meant === null ? `valid names: ${allNames().join(', ')}` : `did you mean ${meant}?`;
    return [variableProblem(formatPath([name]), `unknown variable; ${advice}`)];
  });
}

/** Those among them that were meant for credentials, which are all that is read beside a file. */
export function misspelledCredentials(environment: Environment): Problem[] {
  return looseVariables(environment).flatMap(({ name, meant }) => {
    if (meant === null || settings().some(({ variable }) => variable === meant)) return [];
    return [variableProblem(formatPath([name]), `unknown variable; did you mean ${meant}?`)];
  });
}

const allNames = () => variables().map(({ variable }) => variable);
const ownPrefix = 'SECMASTER_';
/** The SDKs of Huawei Cloud have more variables than are read here. */
const sdkPrefix = 'HUAWEICLOUD_SDK_';

/** Variables with our prefixes that are not read, and which one was probably meant. */
function looseVariables(environment: Environment): { readonly name: string; readonly meant: string | null }[] {
  const names = allNames();
  const loose = Object.keys(environment).filter(
    (name) => environment[name] && !names.includes(name) && !serviceVariable.test(name),
  );
  return loose.flatMap((name) => {
    if (name.startsWith(ownPrefix)) return [{ name, meant: nearest(name, names) }];
    if (!name.startsWith(sdkPrefix)) return [];
    // What is set is not missed: the other one may be for another program.
    const missed = names.filter((known) => known.startsWith(sdkPrefix) && !environment[known]);
    const rest = nearest(
      name.slice(sdkPrefix.length),
      missed.map((known) => known.slice(sdkPrefix.length)),
    );
    return [{ name, meant: rest === null ? null : `${sdkPrefix}${rest}` }];
  });
}

/** Kubernetes sets these for each Service, also for one named secmaster or secmaster-exporter. */
const serviceVariable = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;
