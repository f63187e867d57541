import { Command, CommanderError, type Option } from 'commander';
import { pathOf } from '../http/web-place.ts';
import type { LogFormat, LogLevel } from '../log.ts';
import type { HabitName } from '../simulator/habits.ts';
import type { PresetName } from '../simulator/presets.ts';
import { flags } from './flags.ts';
import { type LedgerPlace, ledgerPlace } from './ledger-place.ts';
import type { ListenAddress, ListenAddresses } from './listen-address.ts';
import { UsageError } from './usage-error.ts';

/** The command line: a command, and after it its own flags, which look like Prometheus's. */

export type CommandName = 'serve' | 'check' | 'once' | 'demo' | 'simulate' | 'ledger copy';

/** The level of the log where none is given: the demo's terminal belongs to its banner. */
export const usualLogLevel = (command: CommandName): LogLevel => (command === 'demo' ? 'error' : 'info');

export interface Options {
  /** null: only the environment. */
  readonly configFile: string | null;
  /** null: HTTP without TLS and passwords. */
  readonly webConfigFile: string | null;
  /** `--listen-address` of simulate. */
  readonly listenAddress: ListenAddress;
  /** `--web.listen-address` of serve and demo: at least one. */
  readonly webListenAddresses: ListenAddresses;
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
  /** null: that of the command. */
  readonly logLevel: LogLevel | null;
  /** null: text at a terminal, else JSON. */
  readonly logFormat: LogFormat | null;
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

export type CommandLine =
  | { readonly command: CommandName; readonly options: Options }
  | { readonly exit: number; readonly stdout?: string; readonly stderr?: string };

/** `args` excludes the program's name. It neither prints nor exits: that is up to the caller. */
export function parseCommandLine(args: readonly string[], version: string): CommandLine {
  let stdout = '';
  let parsed: CommandLine | null = null;
  const program = declare(
    version,
    (text) => {
      stdout += text;
    },
    (command, given) => {
      parsed = { command, options: optionsOf(given) };
    },
  );
  const ready = arranged(program, withoutUnknownValues(program, args));
  try {
    program.parse(ready, { from: 'user' });
    return parsed ?? { exit: 0, stdout };
  } catch (error) {
    if (error instanceof UsageError) return { exit: 2, stderr: oneLine(error.message) };
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { exit: 0, stdout };
    return { exit: 2, stderr: oneLine(messageOf(error, program, ready, ready.length > args.length)) };
  }
}

/** As commander names them: it removes hyphens, but not dots. */
interface Given {
  readonly 'config.file'?: string;
  readonly 'web.listenAddress'?: ListenAddresses;
  readonly 'web.systemdSocket'?: boolean;
  readonly 'web.disableExporterMetrics'?: boolean;
  readonly 'web.telemetryPath'?: string;
  readonly 'web.config.file'?: string;
  readonly 'web.externalUrl'?: string;
  readonly 'web.routePrefix'?: string;
  readonly 'log.level'?: LogLevel | null;
  readonly 'log.format'?: LogFormat | null;
  readonly online?: boolean;
  readonly from?: string;
  readonly 'from.passwordFile'?: string;
  readonly 'from.caFile'?: string;
  readonly to?: string;
  readonly 'to.passwordFile'?: string;
  readonly 'to.caFile'?: string;
  readonly listenAddress?: ListenAddress;
  readonly behaviour?: readonly PresetName[];
  readonly habits?: readonly HabitName[];
}

function declare(
  version: string,
  writeOut: (text: string) => void,
  onCommand: (command: CommandName, given: Given) => void,
): Command {
  const program = new Command('secmaster-exporter')
    .description('Prometheus exporter for the SOC playbook runs of Huawei Cloud SecMaster')
    .usage('[command] [flags]')
    .configureOutput({ getOutHelpWidth: () => 100, writeOut, writeErr: () => {} })
    .configureHelp({
      styleTitle: (title) => title.replace('Options', 'Flags'),
      subcommandTerm: (command) => [command.name(), ...command.commands.map((inner) => inner.name())].join(' '),
    })
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride();
  const add = (parent: Command, name: CommandName, description: string, options: readonly Option[]) => {
    const command = parent
      .command(name.split(' ').at(-1) ?? name)
      .description(description)
      .usage('[flags]')
      .action((given: Given) => onCommand(name, given));
    const log = [flags.logLevel().default(null, usualLogLevel(name)), flags.logFormat()];
    for (const option of [...options, ...log]) command.addOption(option);
    return command.version(`secmaster-exporter ${version}`, '--version', 'print the version');
  };
  const web = (address: string) => [
    flags.webListenAddress(address),
    flags.webSystemdSocket(),
    flags.webDisableExporterMetrics(),
    flags.webTelemetryPath(),
    flags.webConfigFile(),
    flags.webExternalUrl(),
    flags.webRoutePrefix(),
  ];
  const life = () => [flags.behaviour(), flags.habits()];

  program.version(`secmaster-exporter ${version}`, '--version', 'print the version');
  const serve = add(program, 'serve', 'poll SecMaster and serve /metrics; the default', [
    flags.configFile(),
    ...web(':19210'),
  ]);
  add(program, 'check', 'check the configuration and print all problems; exit 1 if there are any', [
    flags.configFile(),
    flags.webConfigFile(),
    flags.online(),
  ]);
  add(program, 'once', 'poll once and print the metrics; exit 1 if a workspace failed', [flags.configFile()]);
  add(program, 'demo', 'serve with a simulated SecMaster; needs no account', [...web('127.0.0.1:19210'), ...life()]);
  add(program, 'simulate', 'run only the simulated SecMaster', [flags.listenAddress('127.0.0.1:19211'), ...life()]);
  const ledger = program
    .command('ledger')
    .description('copy a stopped ledger from SQLite to PostgreSQL or back')
    .usage('[command]');
  add(
    ledger,
    'ledger copy',
    'copy a stopped ledger between SQLite and PostgreSQL, and prove that the counters are equal',
    [
      flags.configFile(),
      flags.from(),
      flags.fromPasswordFile(),
      flags.fromCaFile(),
      flags.to(),
      flags.toPasswordFile(),
      flags.toCaFile(),
    ],
  );
  const flagsOf = (command: Command) => command.helpInformation().replace(/^.*?(?=^Flags:)/ms, '');
  return program.addHelpText('after', () => `\nServe, the default. ${flagsOf(serve)}`);
}

/** Of a command that doesn't listen. */
const noAddress: ListenAddress = { host: null, port: 0 };

function optionsOf(given: Given): Options {
  const externalUrl = given['web.externalUrl'] ?? '';
  return {
    configFile: given['config.file'] ?? null,
    webConfigFile: given['web.config.file'] ?? null,
    listenAddress: given.listenAddress ?? noAddress,
    webListenAddresses: given['web.listenAddress'] ?? [noAddress],
    systemdSocket: given['web.systemdSocket'] ?? false,
    disableExporterMetrics: given['web.disableExporterMetrics'] ?? false,
    telemetryPath: given['web.telemetryPath'] ?? '/metrics',
    externalUrl,
    routePrefix: given['web.routePrefix'] ?? (externalUrl === '' ? '' : pathOf(externalUrl)),
    logLevel: given['log.level'] ?? null,
    logFormat: given['log.format'] ?? null,
    online: given.online ?? false,
    from: ledgerPlace('--from', given.from, given['from.passwordFile'], given['from.caFile']),
    to: ledgerPlace('--to', given.to, given['to.passwordFile'], given['to.caFile']),
    behaviours: given.behaviour ?? [],
    habits: given.habits ?? [],
  };
}

/** Commander repeats an unknown flag with its value, which may be a secret. */
function withoutUnknownValues(program: Command, args: readonly string[]): string[] {
  const known = new Set(leavesOf(program).flatMap(({ command }) => longsOf(command)));
  return args.map((arg) => {
    if (/^-[^-]/.test(arg)) return arg.slice(0, 2);
    const name = /^--[^=]*/.exec(arg)?.[0];
    return name === undefined || known.has(name) ? arg : name;
  });
}

/** Puts `serve` where no command is named, and makes `help check` of `check --help`. */
function arranged(program: Command, args: readonly string[]): readonly string[] {
  const isKnown = (word: string | undefined) => program.commands.some((command) => command.name() === word);
  const [first = '--', ...rest] = args;
  if (first.startsWith('-')) return ['-h', '--help', '--version'].includes(first) ? args : ['serve', ...args];
  if (first !== 'help') return isKnown(first) ? args : [first];
  if (rest.length === 0) return args;
  // Commander prints the help of all where it doesn't know the command.
  const command = program.commands.find((one) => one.name() === rest[0]);
  if (command === undefined) return rest.slice(0, 1);
  const isComplete =
    command.commands.length === 0 || rest.length === 1 || command.commands.some((inner) => inner.name() === rest[1]);
  return isComplete ? [...rest, '--help'] : rest.slice(0, 2);
}

interface Leaf {
  readonly name: string;
  readonly command: Command;
}

function leavesOf(program: Command): Leaf[] {
  return program.commands.flatMap((command) =>
    command.commands.length === 0
      ? [{ name: command.name(), command }]
      : leavesOf(command).map((leaf) => ({ ...leaf, name: `${command.name()} ${leaf.name}` })),
  );
}

function longsOf(command: Command): string[] {
  return ['--help', ...command.options.map(({ long }) => long ?? '')];
}

/** What commander says, or more where it knows less. @param isServeImplied the command line names no command */
function messageOf(
  { code, message }: CommanderError,
  program: Command,
  args: readonly string[],
  isServeImplied: boolean,
): string {
  const said = message.replace(/^error: /, '');
  const leaves = leavesOf(program);
  const flag = /^unknown option '([^']*)'/.exec(said)?.[1]?.replace(/=.*/s, '');
  if (flag !== undefined) return aboutFlag(flag, leaves, args.join(' ')) ?? `${said}${hint(habits[flag])}`;
  if (code === 'commander.help') return `${args[0]} needs a command; see ${args[0]} --help`;
  if (code === 'commander.invalidArgument') return said.replace(/:\/\/.*' is invalid\./s, "://…' is invalid.");
  const late =
    code === 'commander.excessArguments' &&
    isServeImplied &&
    leaves.find(({ name }) => args.slice(1).includes(name.split(' ')[0] ?? name));
  if (late) return `the command comes first, then its flags: secmaster-exporter ${late.name} …`;
  // It may be the URL of a database, and a password in one that is not valid may be anywhere.
  const shown = said.replace(/:\/\/.*?(['.]*)$/s, '://…$1');
  return `${shown}${hint(meantBy(code, args))}`;
}

/** Flags that other programs have. */
const habits: Readonly<Record<string, string>> = { '-v': '--version', '-V': '--version', '-c': '--config.file' };

/** A flag that was written as a word. */
function meantBy(code: string, args: readonly string[]): string | undefined {
  if (code === 'commander.unknownCommand' && args[0] === 'version') return '--version';
  const isWord = code === 'commander.unknownCommand' || code === 'commander.excessArguments';
  const file = isWord && args.find((arg) => /^[^-].*\.ya?ml$/i.test(arg) && !arg.includes('://'));
  return file ? `--config.file=${file}` : undefined;
}

function hint(meant: string | undefined): string {
  return meant === undefined ? '' : ` (Did you mean ${meant}?)`;
}

/** null: commander says enough. */
function aboutFlag(flag: string, leaves: readonly Leaf[], args: string): string | null {
  const own = leaves.find(({ name }) => `${args} `.startsWith(`${name} `));
  const longs = own === undefined ? [] : longsOf(own.command);
  if (longs.includes(flag)) return `option '${flag}' takes no value`;
  const owners = leaves.filter(({ command }) => longsOf(command).includes(flag)).map(({ name }) => name);
  if (owners.length === 0) return null;
  // Such as `listen-address`; a `file` alone may be any.
  const lastPart = (long: string) => /[a-z]+-[\w-]+$/.exec(long)?.[0];
  const meant = longs.find((long) => lastPart(long) !== undefined && lastPart(long) === lastPart(flag));
  return `option '${flag}' is only for ${owners.join(', ')}${hint(meant)}`;
}

function oneLine(text: string): string {
  return `${text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')}\n`;
}
