import { Command, CommanderError } from 'commander';
import { nearest } from '../config/nearest.ts';
import { type LogFormat, type LogLevel, logLevels } from '../log.ts';
import { isPreset, type PresetName, presetNames } from '../simulator/presets.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';

/** The command line, in the form that the Prometheus family uses. Flags stand before or after the command. */

export const commands = {
  serve: 'poll SecMaster and serve /metrics (default)',
  check: 'read the configuration and print each problem; exit 1 if there is one',
  once: 'poll once and print the exposition; exit 1 if a workspace failed',
  demo: 'serve against a simulated SecMaster; no account needed',
  simulate: 'the simulated SecMaster alone',
} as const;
export type CommandName = keyof typeof commands;

export interface Options {
  /** Null: the environment alone. */
  readonly configFile: string | null;
  /** Null: plain HTTP for everybody. */
  readonly webConfigFile: string | null;
  /** `--listen-address` of simulate, `--web.listen-address` of all others. */
  readonly listenAddress: ListenAddress;
  readonly telemetryPath: string;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** Of check. */
  readonly online: boolean;
  /** Of simulate and demo; of a switch that several set, the last one's value holds. */
  readonly behaviours: readonly PresetName[];
}

export type CommandLine =
  | { readonly command: CommandName; readonly options: Options }
  | { readonly exit: number; readonly stdout?: string; readonly stderr?: string };

/** `args` are those behind the program's name. Nothing is printed and nothing ends here: the caller does as it says. */
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

/** As commander names them: it takes the hyphens away, not the dots. */
interface Flags {
  readonly 'config.file'?: string;
  readonly 'web.listenAddress': string;
  readonly 'web.telemetryPath': string;
  readonly 'web.config.file'?: string;
  readonly 'log.level': string;
  readonly 'log.format': string;
  readonly online?: boolean;
  readonly listenAddress: string;
  readonly behaviour?: readonly string[];
}

/** One level for all commands, so that a flag may stand on either side of its command. */
function declare(version: string): Command {
  const lines = Object.entries(commands).map(([name, does]) => `  ${name.padEnd(10)}${does}\n`);
  return new Command('secmaster-exporter')
    .description('Prometheus exporter for the SOC playbook runs of Huawei Cloud SecMaster')
    .usage('[command] [flags]')
    .option('--config.file <path>', 'configuration file; without it, the environment is the configuration')
    .option('--web.listen-address <address>', 'where to serve', ':39210')
    .option('--web.telemetry-path <path>', 'path of the metrics', '/metrics')
    .option('--web.config.file <path>', 'TLS and basic authentication, in the format of the exporter-toolkit')
    .option('--log.level <level>', logLevels.join(', '), 'info')
    .option('--log.format <format>', logFormats.join(' or '), 'json')
    .option('--online', 'check: also make one list call per workspace')
    .option('--listen-address <address>', 'simulate: where to serve', '127.0.0.1:39211')
    .option(
      '--behaviour <presets>',
      `simulate, demo: how SecMaster behaves; several, separated by commas: ${presetNames.join(', ')}`,
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
  const [name = 'serve', extra] = program.args;
  if (!isCommand(name)) {
    const names = Object.keys(commands);
    const meant = nearest(name, names);
    const advice = meant === null ? `the commands are ${names.join(', ')}` : `did you mean ${meant}?`;
    throw new UsageError(`unknown command ${JSON.stringify(name)}; ${advice}`);
  }
  if (extra !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(extra)} after ${name}`);
  return name;
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

/** Without the value that stands at it: that may be a secret. */
function unknownFlag(program: Command, flag: string): string {
  const known = [...program.options.map((option) => option.long ?? ''), '--help'];
  if (known.includes(flag)) return `flag ${flag} takes no value`;
  const meant = nearest(flag, known);
  return `unknown flag ${flag}; ${meant === null ? 'see --help' : `did you mean ${meant}?`}`;
}

function optionsOf(program: Command, command: CommandName): Options {
  for (const option of program.options) {
    const value: unknown = program.getOptionValue(option.attributeName());
    // As in `--config.file --log.level=debug`, which commander takes for a file of that name.
    if (value === '' || (typeof value === 'string' && value.startsWith('--'))) throw missingValue(option.long);
  }
  const isGiven = (name: keyof Flags) => program.getOptionValueSource(name) === 'cli';
  if (isGiven('online') && command !== 'check') throw new UsageError('flag --online belongs to the command check');
  if (isGiven('listenAddress') && command !== 'simulate')
    throw new UsageError('flag --listen-address belongs to the command simulate; did you mean --web.listen-address?');
  if (isGiven('behaviour') && command !== 'simulate' && command !== 'demo')
    throw new UsageError('flag --behaviour belongs to the commands simulate and demo');

  const flags = program.opts<Flags>();
  const [listenFlag, address] =
    command === 'simulate'
      ? ['--listen-address', flags.listenAddress]
      : ['--web.listen-address', flags['web.listenAddress']];
  return {
    configFile: flags['config.file'] ?? null,
    webConfigFile: flags['web.config.file'] ?? null,
    listenAddress:
      parseListenAddress(address) ??
      refuse(listenFlag, address, 'is no address; write it like :39210 or 127.0.0.1:39210'),
    telemetryPath: telemetryPath(flags['web.telemetryPath']),
    logLevel: oneOf(logLevels, '--log.level', flags['log.level']),
    logFormat: oneOf(logFormats, '--log.format', flags['log.format']),
    online: flags.online ?? false,
    behaviours: (flags.behaviour ?? []).map((name) =>
      isPreset(name) ? name : refuse('--behaviour', name, `must be one of ${presetNames.join(', ')}`),
    ),
  };
}

/** Not one of the exporter's own pages, and nothing that a router takes for a pattern. */
function telemetryPath(path: string): string {
  if (!/^(\/[\w.~-]+)+$/.test(path)) return refuse('--web.telemetry-path', path, 'is no path; write it like /metrics');
  if (/^\/(-|api\/v1\/status)(\/|$)/.test(path))
    return refuse('--web.telemetry-path', path, 'is taken by another page');
  return path;
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
