import { InvalidArgumentError, Option } from 'commander';
import { parseExternalUrl, parseRoutePrefix } from '../http/web-place.ts';
import { logFormats, logLevels } from '../log.ts';
import { habitNames, isHabit } from '../simulator/habits.ts';
import { isPreset, presetNames } from '../simulator/presets.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';
import { UsageError } from './usage-error.ts';

/** The flags of all commands; each call makes new ones, because a flag remembers whether it has been given. */
export const flags = {
  configFile: () => single('--config.file <path>', 'configuration file (default: environment variables)'),
  webListenAddress: (given: string) => listenAddresses('--web.listen-address <address>', given),
  webSystemdSocket: () =>
    new Option('--web.systemd-socket', 'serve on the sockets that systemd passes, instead of listening').conflicts(
      'web.listenAddress',
    ),
  webDisableExporterMetrics: () =>
    new Option('--web.disable-exporter-metrics', "leave out metrics about the exporter's own process"),
  webTelemetryPath: () =>
    single('--web.telemetry-path <path>', 'path of the metrics', telemetryPath).default('/metrics', '/metrics'),
  webConfigFile: () =>
    single('--web.config.file <path>', 'TLS and basic authentication, as in Prometheus exporter-toolkit'),
  webExternalUrl: () =>
    single('--web.external-url <url>', 'where people reach the exporter, with the path that a proxy adds', externalUrl),
  webRoutePrefix: () =>
    single(
      '--web.route-prefix <path>',
      'path before all others (default: the path of --web.external-url)',
      (value) => parseRoutePrefix(value) ?? invalid('Write it like /secmaster or /.'),
    ),
  logLevel: () => choice('--log.level <level>', 'least level that is logged', logLevels, { warning: 'warn' }),
  logFormat: () =>
    choice('--log.format <format>', 'form of the log lines', logFormats).default(null, 'text at a terminal, else json'),
  online: () => new Option('--online', 'also ask SecMaster with the credentials of each workspace'),
  from: () => single('--from <ledger>', 'path or postgresql:// URL (default: that of the configuration)'),
  fromPasswordFile: () => single('--from.password-file <path>', 'file with the password of that URL'),
  fromCaFile: () => single('--from.ca-file <path>', "PEM file with the CA of that database's certificate"),
  to: () => single('--to <ledger>', 'path or postgresql:// URL (default: that of the configuration)'),
  toPasswordFile: () => single('--to.password-file <path>', 'file with the password of that URL'),
  toCaFile: () => single('--to.ca-file <path>', "PEM file with the CA of that database's certificate"),
  listenAddress: (given: string) => listenAddress('--listen-address <address>', given),
  behaviour: () =>
    list(
      '--behaviour <presets>',
      `how SecMaster behaves; several, separated by commas: ${presetNames.join(', ')}`,
      (name) => (isPreset(name) ? [name] : invalid(`Allowed choices are ${presetNames.join(', ')}.`)),
    ),
  habits: () =>
    list(
      '--habits <habits>',
      `a SOC with five weeks of history whose playbooks run by these habits; all, or several, separated by commas: ${habitNames.join(', ')}`,
      (name) => {
        if (name === 'all') return habitNames;
        return isHabit(name) ? [name] : invalid(`Allowed choices are all, ${habitNames.join(', ')}.`);
      },
    ),
};

/** A flag with one value, which can be given only once. */
function single(names: string, description: string, parse: (value: string) => unknown = String): Option {
  let isGiven = false;
  return new Option(names, description).argParser((value: string) => {
    expectValue(names, value);
    if (isGiven) throw new UsageError(`option '${names}' is given twice; give it once`);
    isGiven = true;
    return parse(value);
  });
}

function list(names: string, description: string, parse: (name: string) => readonly string[]): Option {
  return new Option(names, description).argParser((value: string, before: readonly string[] = []) => {
    expectValue(names, value);
    return [...before, ...value.split(',').flatMap(parse)];
  });
}

/** Commander takes `--config.file --log.level=debug` for a file with that name. */
function expectValue(names: string, value: string): void {
  if (value === '' || value.startsWith('--')) throw new UsageError(`option '${names}' argument missing`);
}

/** @param others words that are taken too, and what they mean */
function choice(
  names: string,
  description: string,
  choices: readonly string[],
  others: Readonly<Record<string, string>> = {},
): Option {
  const option = single(names, description, (value) => {
    const meant = Object.hasOwn(others, value) ? others[value] : value;
    return choices.find((one) => one === meant) ?? invalid(`Allowed choices are ${choices.join(', ')}.`);
  });
  option.argChoices = [...choices];
  return option;
}

const address = (value: string): ListenAddress =>
  parseListenAddress(value) ?? invalid('Write it like :19210 or 127.0.0.1:19210.');

function listenAddress(names: string, given: string): Option {
  return single(names, 'address to listen on', address).default(address(given), given);
}

function listenAddresses(names: string, given: string): Option {
  const parsed: ListenAddress[] = [];
  return new Option(names, 'address to listen on; may be given several times')
    .argParser((value: string) => {
      expectValue(names, value);
      parsed.push(address(value));
      return [...parsed];
    })
    .default([address(given)], given);
}

/** Refuses the exporter's own pages, and patterns of the router. */
function telemetryPath(path: string): string {
  if (!/^(\/[\w.~-]+)+$/.test(path)) return invalid('Write it like /metrics.');
  if (/^\/(-|api\/v1\/status|docs|runbooks)(\/|$)/.test(path)) return invalid('It is used by another page.');
  return path;
}

/** One that is not valid isn't repeated: it may hold a password. */
function externalUrl(text: string): string {
  const url = parseExternalUrl(text);
  if (url !== null) return url;
  throw new UsageError(
    '--web.external-url: write it like https://soc.example.org/secmaster, without a user, a query or a fragment',
  );
}

function invalid(message: string): never {
  throw new InvalidArgumentError(message);
}
