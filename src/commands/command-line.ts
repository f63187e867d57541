import { Command, CommanderError } from 'commander';
import { nearest } from '../config/nearest.ts';
import { parseExternalUrl, parseRoutePrefix, pathOf } from '../http/web-place.ts';
import { type LogFormat, type LogLevel, logLevels } from '../log.ts';
import { isPostgresUrl, passwordsIn, readAddress } from '../model/postgres-address.ts';
import { type HabitName, habitNames, isHabit } from '../simulator/habits.ts';
import { isPreset, type PresetName, presetNames } from '../simulator/presets.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';

/** The command line, with flags like Prometheus's, before or after the command. */

export const commands = {
  serve: 'poll SecMaster and serve /metrics (default)',
  check: 'check the configuration and print all problems; exit 1 if there are any',
  once: 'poll once and print the metrics; exit 1 if a workspace failed',
  demo: 'serve with a simulated SecMaster; needs no account',
  simulate: 'run only the simulated SecMaster',
  'ledger copy': 'copy a stopped ledger between SQLite and PostgreSQL, and prove that the counters are equal',
} as const;
export type CommandName = keyof typeof commands;

export interface Options {
  /** null: only the environment. */
  readonly configFile: string | null;
  /** null: HTTP without TLS and passwords. */
  readonly webConfigFile: string | null;
  /** `--listen-address` of simulate. */
  readonly listenAddress: ListenAddress;
  /** `--web.listen-address` of the other commands: at least one. */
  readonly webListenAddresses: readonly [ListenAddress, ...ListenAddress[]];
  /** Whether systemd's sockets take their place. */
  readonly systemdSocket: boolean;
  /** Without `process_*` and `nodejs_*`. */
  readonly disableExporterMetrics: boolean;
  /** Below the route prefix. */
  readonly telemetryPath: string;
  /** Where people reach the exporter, without a slash at the end; empty: unknown. */
  readonly externalUrl: string;
  /** What the server's paths begin with: empty, or like `/secmaster`. */
  readonly routePrefix: string;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** Only for check. */
  readonly online: boolean;
  /** Of ledger copy; null: that of the configuration. */
  readonly from: LedgerPlace | null;
  readonly to: LedgerPlace | null;
  /** Of simulate and demo; of a switch that several set, the last one's value holds. */
  readonly behaviours: readonly PresetName[];
  /** Of simulate and demo; none: a busy SOC. */
  readonly habits: readonly HabitName[];
}

/** Where a ledger is. */
export interface LedgerPlace {
  /** Path of an SQLite file, or URL of a PostgreSQL database. */
  readonly place: string;
  readonly passwordFile: string | null;
  readonly caFile: string | null;
}

export type CommandLine =
  | { readonly command: CommandName; readonly options: Options }
  | { readonly exit: number; readonly stdout?: string; readonly stderr?: string };

/** `args` excludes the program's name. It neither prints nor exits: that is up to the caller. */
export function parseCommandLine(args: readonly string[], version: string): CommandLine {
  let stdout = '';
  const program = declare(version).configureOutput({
    getOutHelpWidth: () => 100,
    writeOut: (text) => {
      stdout += text;
    },
    writeErr: () => {},
  });
  try {
    program.parse(args, { from: 'user' });
    const command = commandOf(program);
    return { command, options: optionsOf(program, command) };
  } catch (error) {
    if (error instanceof UsageError) return { exit: 2, stderr: `${error.message}\n` };
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { exit: 0, stdout };
    return { exit: 2, stderr: `${inOurWords(error)}\n` };
  }
}

class UsageError extends Error {}

/** As commander names them: it removes hyphens, but not dots. */
interface Flags {
  readonly 'config.file'?: string;
  readonly 'web.listenAddress'?: readonly string[];
  readonly 'web.systemdSocket'?: boolean;
  readonly 'web.disableExporterMetrics'?: boolean;
  readonly 'web.telemetryPath': string;
  readonly 'web.config.file'?: string;
  readonly 'web.externalUrl'?: string;
  readonly 'web.routePrefix'?: string;
  readonly 'log.level': string;
  readonly 'log.format': string;
  readonly online?: boolean;
  readonly from?: string;
  readonly 'from.passwordFile'?: string;
  readonly 'from.caFile'?: string;
  readonly to?: string;
  readonly 'to.passwordFile'?: string;
  readonly 'to.caFile'?: string;
  readonly listenAddress: string;
  readonly behaviour?: readonly string[];
  readonly habits?: readonly string[];
}

/** One level for all commands, so that a flag may come before or after its command. */
function declare(version: string): Command {
  const lines = Object.entries(commands).map(([name, does]) => `  ${name.padEnd(13)}${does}\n`);
  return new Command('secmaster-exporter')
    .description('Prometheus exporter for the SOC playbook runs of Huawei Cloud SecMaster')
    .usage('[command] [flags]')
    .option('--config.file <path>', 'configuration file (default: environment variables)')
    .option(
      '--web.listen-address <address>',
      `address to listen on; may be given several times (default: "${defaultListenAddress}")`,
      (value: string, before: readonly string[] = []) => [...before, value],
    )
    .option('--web.systemd-socket', 'serve on the sockets that systemd passes, instead of listening')
    .option('--web.disable-exporter-metrics', "leave out metrics about the exporter's own process")
    .option('--web.telemetry-path <path>', 'path of the metrics', '/metrics')
    .option('--web.config.file <path>', 'TLS and basic authentication, as in Prometheus exporter-toolkit')
    .option('--web.external-url <url>', 'where people reach the exporter, with the path that a proxy adds')
    .option('--web.route-prefix <path>', 'path before all others (default: the path of --web.external-url)')
    .option('--log.level <level>', logLevels.join(', '), 'info')
    .option('--log.format <format>', logFormats.join(' or '), 'json')
    .option('--online', 'check: also call SecMaster for each workspace')
    .option('--from <ledger>', 'ledger copy: path or postgresql:// URL (default: that of the configuration)')
    .option('--from.password-file <path>', 'ledger copy: file with the password of that URL')
    .option('--from.ca-file <path>', "ledger copy: PEM file with the CA of that database's certificate")
    .option('--to <ledger>', 'ledger copy: where to, likewise; it must be empty')
    .option('--to.password-file <path>', 'ledger copy: likewise')
    .option('--to.ca-file <path>', 'ledger copy: likewise')
    .option('--listen-address <address>', 'simulate: address to listen on', '127.0.0.1:19211')
    .option(
      '--behaviour <presets>',
      `simulate, demo: how SecMaster behaves; several, separated by commas: ${presetNames.join(', ')}`,
      (value: string, before: readonly string[] = []) => [...before, ...value.split(',')],
    )
    .option(
      '--habits <habits>',
      `simulate, demo: a SOC with five weeks of history whose playbooks run by these habits; all, or several, separated by commas: ${habitNames.join(', ')}`,
      (value: string, before: readonly string[] = []) => [...before, ...value.split(',')],
    )
    .version(`secmaster-exporter ${version}`, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', `\nCommands:\n${lines.join('')}`)
    .allowUnknownOption()
    .allowExcessArguments()
    .exitOverride();
}

const logFormats = ['json', 'text'] as const satisfies readonly LogFormat[];

function commandOf(program: Command): CommandName {
  const unknown = program.args.find((arg) => arg.startsWith('-'));
  if (unknown !== undefined) throw new UsageError(unknownFlag(program, /^(--[\w.-]*|-\w?)/.exec(unknown)?.[0] ?? '-'));
  const { name, extra } = namedIn(program.args);
  if (!isCommand(name)) {
    const names = Object.keys(commands);
    const meant = nearest(name, names) ?? nearest(program.args.join(' '), names);
    const advice = meant === null ? `the commands are ${names.join(', ')}` : `did you mean ${meant}?`;
    throw new UsageError(
      name === 'ledger' ? 'ledger needs what to do; write ledger copy' : `unknown command ${shown(name)}; ${advice}`,
    );
  }
  if (extra !== undefined) throw new UsageError(`unexpected argument ${shown(extra)} after ${name}`);
  return name;
}

/** It may be the URL of a database, and a password in one that is not valid may be anywhere. */
function shown(word: string): string {
  return JSON.stringify(word.replace(/:\/\/.*/s, '://…'));
}

/** A command has one word, or two if it begins with `ledger`. */
function namedIn([first = 'serve', second, third]: readonly string[]) {
  return first === 'ledger' && second !== undefined
    ? { name: `${first} ${second}`, extra: third }
    : { name: first, extra: second };
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

/** Without the flag's value, which may be a secret. */
function unknownFlag(program: Command, flag: string): string {
  const known = [...program.options.map((option) => option.long ?? ''), '--help'];
  if (known.includes(flag)) return `flag ${flag} takes no value`;
  const meant = nearest(flag, known);
  return `unknown flag ${flag}; ${meant === null ? 'see --help' : `did you mean ${meant}?`}`;
}

function optionsOf(program: Command, command: CommandName): Options {
  for (const option of program.options) {
    const value: unknown = program.getOptionValue(option.attributeName());
    // Commander takes `--config.file --log.level=debug` for a file with that name.
    for (const one of Array.isArray(value) ? value : [value])
      if (one === '' || (typeof one === 'string' && one.startsWith('--'))) throw missingValue(option.long);
  }
  const isGiven = (name: keyof Flags) => program.getOptionValueSource(name) === 'cli';
  if (isGiven('online') && command !== 'check') throw new UsageError('flag --online is only for the command check');
  if (isGiven('listenAddress') && command !== 'simulate')
    throw new UsageError('flag --listen-address is only for the command simulate; did you mean --web.listen-address?');
  for (const name of ledgerFlags)
    if (isGiven(name) && command !== 'ledger copy')
      throw new UsageError(`flag ${longOf(program, name)} is only for the command ledger copy`);
  if (isGiven('behaviour') && command !== 'simulate' && command !== 'demo')
    throw new UsageError('flag --behaviour is only for the commands simulate and demo');
  if (isGiven('habits') && command !== 'simulate' && command !== 'demo')
    throw new UsageError('flag --habits is only for the commands simulate and demo');

  const flags = program.opts<Flags>();
  if (flags['web.systemdSocket'] && flags['web.listenAddress'] !== undefined)
    throw new UsageError('--web.systemd-socket replaces --web.listen-address; leave one of them out');
  const [first = defaultListenAddress, ...others] = flags['web.listenAddress'] ?? [];
  const webAddress = (text: string) => listenAddress('--web.listen-address', text);
  const externalUrl = externalUrlOf(flags['web.externalUrl']);
  return {
    configFile: flags['config.file'] ?? null,
    webConfigFile: flags['web.config.file'] ?? null,
    listenAddress: listenAddress('--listen-address', flags.listenAddress),
    webListenAddresses: [webAddress(first), ...others.map(webAddress)],
    systemdSocket: flags['web.systemdSocket'] ?? false,
    disableExporterMetrics: flags['web.disableExporterMetrics'] ?? false,
    telemetryPath: telemetryPath(flags['web.telemetryPath']),
    externalUrl,
    routePrefix: routePrefix(flags['web.routePrefix'], externalUrl),
    logLevel: oneOf(logLevels, '--log.level', flags['log.level']),
    logFormat: oneOf(logFormats, '--log.format', flags['log.format']),
    online: flags.online ?? false,
    from: ledgerPlace('--from', flags.from, flags['from.passwordFile'], flags['from.caFile']),
    to: ledgerPlace('--to', flags.to, flags['to.passwordFile'], flags['to.caFile']),
    behaviours: (flags.behaviour ?? []).map((name) =>
      isPreset(name) ? name : refuse('--behaviour', name, `must be one of ${presetNames.join(', ')}`),
    ),
    habits: (flags.habits ?? []).flatMap((name) => {
      if (name === 'all') return habitNames;
      return isHabit(name) ? name : refuse('--habits', name, `must be all or one of ${habitNames.join(', ')}`);
    }),
  };
}

const defaultListenAddress = ':19210';

function listenAddress(flag: string, text: string): ListenAddress {
  const advice = 'is not a valid address; write it like :19210 or 127.0.0.1:19210';
  return parseListenAddress(text) ?? refuse(flag, text, advice);
}

const ledgerFlags = ['from', 'from.passwordFile', 'from.caFile', 'to', 'to.passwordFile', 'to.caFile'] as const;

function longOf(program: Command, name: string): string {
  return program.options.find((option) => option.attributeName() === name)?.long ?? name;
}

/** A URL may hold a password, so none is repeated. */
function ledgerPlace(
  flag: string,
  place: string | undefined,
  passwordFile: string | undefined,
  caFile: string | undefined,
): LedgerPlace | null {
  if (place === undefined) {
    if (passwordFile === undefined && caFile === undefined) return null;
    throw new UsageError(`flag ${flag}.${passwordFile === undefined ? 'ca' : 'password'}-file needs ${flag}`);
  }
  if (isPostgresUrl(place)) {
    const problem = urlProblem(place);
    if (problem !== null)
      throw new UsageError(`${flag}: the URL ${problem.replaceAll('state.ca_file', `${flag}.ca-file`)}`);
    if (passwordFile !== undefined && passwordsIn(place).length > 0)
      throw new UsageError(`${flag}: the URL has a password, and so has ${flag}.password-file; keep one of them`);
  } else if (place.includes('://') || place === ':memory:') {
    throw new UsageError(`${flag}: must be the path of an SQLite file, or begin with postgresql://`);
  } else if (passwordFile !== undefined || caFile !== undefined) {
    throw new UsageError(`${flag}: is the path of a file, which needs no password and no CA`);
  }
  return { place, passwordFile: passwordFile ?? null, caFile: caFile ?? null };
}

function urlProblem(url: string): string | null {
  try {
    readAddress(url);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Refuses the exporter's own pages, and patterns of the router. */
function telemetryPath(path: string): string {
  if (!/^(\/[\w.~-]+)+$/.test(path))
    return refuse('--web.telemetry-path', path, 'is not a valid path; write it like /metrics');
  if (/^\/(-|api\/v1\/status|docs|runbooks)(\/|$)/.test(path))
    return refuse('--web.telemetry-path', path, 'is used by another page');
  return path;
}

function externalUrlOf(text: string | undefined): string {
  if (text === undefined) return '';
  const url = parseExternalUrl(text);
  if (url !== null) return url;
  throw new UsageError(
    '--web.external-url: write it like https://soc.example.org/secmaster, without a user, a query or a fragment',
  );
}

function routePrefix(text: string | undefined, externalUrl: string): string {
  if (text === undefined) return externalUrl === '' ? '' : pathOf(externalUrl);
  return (
    parseRoutePrefix(text) ?? refuse('--web.route-prefix', text, 'is not a valid path; write it like /secmaster or /')
  );
}

function oneOf<T extends string>(choices: readonly T[], flag: string, value: string): T {
  return choices.find((choice) => choice === value) ?? refuse(flag, value, `must be one of ${choices.join(', ')}`);
}

function refuse(flag: string, value: string, message: string): never {
  throw new UsageError(`${flag}: ${JSON.stringify(value)} ${message}`);
}

function missingValue(flag = ''): UsageError {
  return new UsageError(`flag ${flag} needs a value`);
}

function inOurWords(error: CommanderError): string {
  const flag = /option '(--[\w.-]+)/.exec(error.message)?.[1];
  if (error.code === 'commander.optionMissingArgument') return missingValue(flag).message;
  return error.message.replace(/^error: /, '').replaceAll('\n', ' ');
}
