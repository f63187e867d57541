import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/commands/command-line.ts';
import { habitNames } from '../../src/simulator/habits.ts';
import { presetNames } from '../../src/simulator/presets.ts';
import { inForm } from '../support/form.ts';

const parse = (...args: string[]) => parseCommandLine(args, '1.2.3');

const defaults = {
  configFile: null,
  webConfigFile: null,
  listenAddress: { host: null, port: 0 },
  webListenAddresses: [{ host: null, port: 19210 }],
  systemdSocket: false,
  disableExporterMetrics: false,
  telemetryPath: '/metrics',
  externalUrl: '',
  routePrefix: '',
  logLevel: null,
  logFormat: null,
  online: false,
  from: null,
  to: null,
  behaviours: [],
  habits: [],
};

/** Nothing listens. */
const noAddress = { webListenAddresses: [{ host: null, port: 0 }] };
const loopback = { webListenAddresses: [{ host: '127.0.0.1', port: 19210 }] };

describe('understood', () => {
  test.each<[string, string[], string, object]>([
    ['nothing: serve', [], 'serve', {}],
    ['serve', ['serve'], 'serve', {}],
    ['check', ['check'], 'check', noAddress],
    ['once', ['once'], 'once', noAddress],
    ['demo: on loopback', ['demo'], 'demo', loopback],
    ['simulate', ['simulate'], 'simulate', { ...noAddress, listenAddress: { host: '127.0.0.1', port: 19211 } }],
    ['a flag and its value apart', ['--config.file', 'a.yml'], 'serve', { configFile: 'a.yml' }],
    ['a flag and its value in one', ['--config.file=a.yml'], 'serve', { configFile: 'a.yml' }],
    ['a value with an equals sign', ['--config.file=a=b.yml'], 'serve', { configFile: 'a=b.yml' }],
    ['a flag behind the command', ['check', '--config.file=a.yml'], 'check', { ...noAddress, configFile: 'a.yml' }],
    ["a command's own flag", ['check', '--online'], 'check', { ...noAddress, online: true }],
    ['a listen address', ['--web.listen-address=[::1]:0'], 'serve', { webListenAddresses: [{ host: '::1', port: 0 }] }],
    [
      'several listen addresses',
      ['--web.listen-address=127.0.0.1:1', '--web.listen-address', '[::1]:2'],
      'serve',
      {
        webListenAddresses: [
          { host: '127.0.0.1', port: 1 },
          { host: '::1', port: 2 },
        ],
      },
    ],
    ["systemd's sockets", ['--web.systemd-socket'], 'serve', { systemdSocket: true }],
    ['no process metrics', ['--web.disable-exporter-metrics'], 'serve', { disableExporterMetrics: true }],
    [
      "the simulator's listen address",
      ['simulate', '--listen-address', ':1'],
      'simulate',
      { ...noAddress, listenAddress: { host: null, port: 1 } },
    ],
    ['a telemetry path', ['--web.telemetry-path=/soc/metrics'], 'serve', { telemetryPath: '/soc/metrics' }],
    [
      'an external URL, whose path is the route prefix',
      ['demo', '--web.external-url=https://soc.example.org/secmaster/'],
      'demo',
      { ...loopback, externalUrl: 'https://soc.example.org/secmaster', routePrefix: '/secmaster' },
    ],
    [
      'an external URL of a proxy that takes its path away',
      ['--web.external-url=https://soc.example.org/secmaster', '--web.route-prefix=/'],
      'serve',
      { externalUrl: 'https://soc.example.org/secmaster' },
    ],
    ['a route prefix alone', ['--web.route-prefix', 'soc/'], 'serve', { routePrefix: '/soc' }],
    ['habits', ['demo', '--habits=daily,weekly'], 'demo', { ...loopback, habits: ['daily', 'weekly'] }],
    ['a behaviour', ['demo', '--behaviour=no-count'], 'demo', { ...loopback, behaviours: ['no-count'] }],
    [
      'several behaviours in their order',
      ['simulate', '--behaviour=no-count,unordered', '--behaviour', 'friendly'],
      'simulate',
      {
        ...noAddress,
        listenAddress: { host: '127.0.0.1', port: 19211 },
        behaviours: ['no-count', 'unordered', 'friendly'],
      },
    ],
    [
      'ledger copy, from a file to a database',
      ['ledger', 'copy', '--from=a.db', '--to', 'postgresql://u@db/s', '--to.password-file=p', '--to.ca-file=ca.pem'],
      'ledger copy',
      {
        ...noAddress,
        from: { place: 'a.db', passwordFile: null, caFile: null },
        to: { place: 'postgresql://u@db/s', passwordFile: 'p', caFile: 'ca.pem' },
      },
    ],
    [
      'ledger copy, to where the configuration says',
      ['ledger', 'copy', '--config.file=c.yml', '--from', 'a.db'],
      'ledger copy',
      { ...noAddress, configFile: 'c.yml', from: { place: 'a.db', passwordFile: null, caFile: null } },
    ],
    ['a log format', ['--log.format', 'text'], 'serve', { logFormat: 'text' }],
    ['logfmt', ['once', '--log.format=logfmt'], 'once', { ...noAddress, logFormat: 'logfmt' }],
    ['a level of the log', ['--log.level=debug'], 'serve', { logLevel: 'debug' }],
    ['a level as Prometheus spelled it', ['--log.level=warning'], 'serve', { logLevel: 'warn' }],
    ['a switch twice', ['check', '--online', '--online'], 'check', { ...noAddress, online: true }],
  ])('%s', (_, args, command, options) => {
    expect(parse(...args)).toEqual({ command, options: { ...defaults, ...options } });
  });
});

describe('refused in one line', () => {
  const invalid = (names: string, value: string, what: string) =>
    `option '${names}' argument '${value}' is invalid. ${what}`;
  const badAddress = 'Write it like :19210 or 127.0.0.1:19210.';
  const badLedger = '--from: must be the path of an SQLite file, or begin with postgresql://';
  const badExternalUrl =
    '--web.external-url: write it like https://soc.example.org/secmaster, without a user, a query or a fragment';
  const telemetryPath = '--web.telemetry-path <path>';

  test.each<[string, string[], string]>([
    [
      'a mistyped flag',
      ['--web.listen-adress', ':1'],
      "unknown option '--web.listen-adress' (Did you mean --web.listen-address?)",
    ],
    [
      'a mistyped flag with its value, which is not repeated',
      ['--web.listen-adress=https://admin:hunter2@soc.example.org'],
      "unknown option '--web.listen-adress' (Did you mean --web.listen-address?)",
    ],
    ['a mistyped flag of a command', ['check', '--onlin'], "unknown option '--onlin' (Did you mean --online?)"],
    ['an unknown flag, without its value', ['--password=hunter2'], "unknown option '--password'"],
    ['an unknown short flag', ['-phunter2'], "unknown option '-p'"],
    ['a mistyped command', ['serv'], "unknown command 'serv' (Did you mean serve?)"],
    ['a mistyped command with flags', ['chek', '--online'], "unknown command 'chek' (Did you mean check?)"],
    ['a mistyped command that asks for help', ['chek', '--help'], "unknown command 'chek' (Did you mean check?)"],
    ['help of a mistyped command', ['help', 'chek'], "unknown command 'chek' (Did you mean check?)"],
    ['help of a mistyped word after ledger', ['help', 'ledger', 'cpoy'], "unknown command 'cpoy' (Did you mean copy?)"],
    ['an unknown command', ['status'], "unknown command 'status'"],
    ['a name that every object has', ['toString'], "unknown command 'toString'"],
    ['ledger alone', ['ledger'], 'ledger needs a command; see ledger --help'],
    ['a mistyped word after ledger', ['ledger', 'cpoy'], "unknown command 'cpoy' (Did you mean copy?)"],
    [
      'a flag before its command',
      ['--config.file=a.yml', 'check'],
      'the command comes first, then its flags: secmaster-exporter check …',
    ],
    [
      'a flag before a command of two words',
      ['--config.file', 'a.yml', 'ledger', 'copy'],
      'the command comes first, then its flags: secmaster-exporter ledger copy …',
    ],
    ['an argument', ['check', 'all'], "too many arguments for 'check'. Expected 0 arguments but got 1: all."],
    [
      'a configuration file without its flag',
      ['check', 'a.yml'],
      "too many arguments for 'check'. Expected 0 arguments but got 1: a.yml. (Did you mean --config.file=a.yml?)",
    ],
    [
      'the same where no command is named',
      ['/etc/secmaster/config.yaml'],
      "unknown command '/etc/secmaster/config.yaml' (Did you mean --config.file=/etc/secmaster/config.yaml?)",
    ],
    ['a URL that ends like one', ['https://u:hunter2@h/a.yml'], "unknown command 'https://…'"],
    ['the version as a word', ['version'], "unknown command 'version' (Did you mean --version?)"],
    ['the version as elsewhere', ['-v'], "unknown option '-v' (Did you mean --version?)"],
    ['the configuration file as elsewhere', ['-c', 'a.yml'], "unknown option '-c' (Did you mean --config.file?)"],
    [
      'ledgers without their flags, and without the password',
      ['ledger', 'copy', 'postgresql://u:hunter2@db/s'],
      "too many arguments for 'copy'. Expected 0 arguments but got 1: postgresql://….",
    ],
    [
      'the same with a password that is not escaped',
      ['ledger', 'copy', "postgresql://u:hun/t'er2@db/s"],
      "too many arguments for 'copy'. Expected 0 arguments but got 1: postgresql://….",
    ],
    ['such a URL in the place of a command', ['postgresql://u:hunter2?x@db/s'], "unknown command 'postgresql://…'"],
    [
      'such a URL in the place of another value',
      ['--log.level', "postgresql://u:hun' is invalid. ter2@db/s"],
      invalid('--log.level <level>', 'postgresql://…', 'Allowed choices are debug, info, warn, error.'),
    ],
    ['a flag of another command', ['serve', '--online'], "option '--online' is only for check"],
    ['the same where no command is named', ['--online'], "option '--online' is only for check"],
    ['a ledger for another command', ['check', '--from=a'], "option '--from' is only for ledger copy"],
    [
      'a flag of the real one for the demo',
      ['demo', '--config.file=a'],
      "option '--config.file' is only for serve, check, once, ledger copy",
    ],
    ['a flag before the second word', ['ledger', '--from=a', 'copy'], "option '--from' is only for ledger copy"],
    [
      "the simulator's address",
      ['--listen-address=:1'],
      "option '--listen-address' is only for simulate (Did you mean --web.listen-address?)",
    ],
    [
      "the exporter's address for the simulator",
      ['simulate', '--web.listen-address=:1'],
      "option '--web.listen-address' is only for serve, demo (Did you mean --listen-address?)",
    ],
    ['habits of the real one', ['once', '--habits=all'], "option '--habits' is only for demo, simulate"],
    [
      'a flag twice',
      ['--config.file=a', '--config.file=a'],
      "option '--config.file <path>' is given twice; give it once",
    ],
    [
      "systemd's sockets and an address",
      ['--web.systemd-socket', '--web.listen-address=:1'],
      "option '--web.systemd-socket' cannot be used with option '--web.listen-address <address>'",
    ],
    [
      'a default and another value',
      ['--log.level=info', '--log.level=debug'],
      "option '--log.level <level>' is given twice; give it once",
    ],
    [
      'two ledgers, and no password',
      ['ledger', 'copy', '--from=a.db', '--from=postgresql://u:hunter2@db/s'],
      "option '--from <ledger>' is given twice; give it once",
    ],
    ['a flag without its value', ['check', '--config.file'], "option '--config.file <path>' argument missing"],
    [
      'a flag in place of a value',
      ['--config.file', '--log.level=warn'],
      "option '--config.file <path>' argument missing",
    ],
    ['an empty value', ['--config.file='], "option '--config.file <path>' argument missing"],
    ['an empty list', ['demo', '--habits='], "option '--habits <habits>' argument missing"],
    ['a value where none belongs', ['check', '--online=yes'], "option '--online' takes no value"],
    ['a ledger without its name', ['ledger', 'copy', '--from', '--to=a'], "option '--from <ledger>' argument missing"],
    ['a password of nothing', ['ledger', 'copy', '--to.password-file=p'], 'option --to.password-file needs --to'],
    [
      'a ledger that keeps nothing',
      ['ledger', 'copy', '--to=:memory:'],
      '--to: must be the path of an SQLite file, or begin with postgresql://',
    ],
    ['another kind of database, without its password', ['ledger', 'copy', '--from=mysql://u:hunter2@db/s'], badLedger],
    [
      'a URL with an error in it, without its password',
      ['ledger', 'copy', '--from=postgresql://u:hunter2@db'],
      '--from: the URL has no database; write it like postgresql://exporter@db.example.org/secmaster',
    ],
    [
      'a password for a file',
      ['ledger', 'copy', '--from=a.db', '--from.password-file=p'],
      '--from: is the path of a file, which needs no password and no CA',
    ],
    [
      'a password twice',
      ['ledger', 'copy', '--to=postgresql://u:hunter2@db/s', '--to.password-file=p'],
      '--to: the URL has a password, and so has --to.password-file; keep one of them',
    ],
    [
      'an unknown behaviour, with those that there are',
      ['simulate', '--behaviour=no-count,kind'],
      invalid('--behaviour <presets>', 'no-count,kind', `Allowed choices are ${presetNames.join(', ')}.`),
    ],
    [
      'an unknown habit, with those that there are',
      ['simulate', '--habits=daily,lazy'],
      invalid('--habits <habits>', 'daily,lazy', `Allowed choices are all, ${habitNames.join(', ')}.`),
    ],
    ['no address', ['--web.listen-address=19210'], invalid('--web.listen-address <address>', '19210', badAddress)],
    [
      'no address of the simulator',
      ['simulate', '--listen-address=x'],
      invalid('--listen-address <address>', 'x', badAddress),
    ],
    ['no port', ['--web.listen-address=:65536'], invalid('--web.listen-address <address>', ':65536', badAddress)],
    ['no path', ['--web.telemetry-path=metrics'], invalid(telemetryPath, 'metrics', 'Write it like /metrics.')],
    ["the status page's path", ['--web.telemetry-path=/'], invalid(telemetryPath, '/', 'Write it like /metrics.')],
    ['a pattern', ['--web.telemetry-path=/:a'], invalid(telemetryPath, '/:a', 'Write it like /metrics.')],
    [
      'the path of another page',
      ['--web.telemetry-path=/-/ready'],
      invalid(telemetryPath, '/-/ready', 'It is used by another page.'),
    ],
    [
      'the path of the runbooks',
      ['--web.telemetry-path=/runbooks/x'],
      invalid(telemetryPath, '/runbooks/x', 'It is used by another page.'),
    ],
    ['an external URL without its beginning', ['--web.external-url=soc.example.org'], badExternalUrl],
    [
      'an external URL with a password, which is not repeated',
      ['--web.external-url=https://admin:hunter2@soc.example.org'],
      badExternalUrl,
    ],
    [
      'a route prefix that is no path',
      ['--web.route-prefix=/a b'],
      invalid('--web.route-prefix <path>', '/a b', 'Write it like /secmaster or /.'),
    ],
    [
      'an unknown level',
      ['--log.level=loud'],
      invalid('--log.level <level>', 'loud', 'Allowed choices are debug, info, warn, error.'),
    ],
    [
      'an unknown format',
      ['--log.format=xml'],
      invalid('--log.format <format>', 'xml', 'Allowed choices are text, logfmt, json.'),
    ],
    ['what would move the cursor', ['\u001b[2Jserv\r\nx'], "unknown command ' [2Jserv x'"],
  ])('%s', (_, args, line) => {
    expect(parse(...args)).toEqual({ exit: 2, stderr: `${line}\n` });
  });
});

test.each([[['--version']], [['serve', '--version']], [['--log.level=info', '--version']], [['check', '--version']]])(
  '%j prints the version',
  (args) => {
    expect(parse(...args)).toEqual({ exit: 0, stdout: 'secmaster-exporter 1.2.3\n' });
  },
);

/** The long flags that a help lists. */
function flagsIn(...args: string[]): string[] {
  const line = parse(...args);
  const text = 'exit' in line && line.exit === 0 ? (line.stdout ?? '') : '';
  return [...text.matchAll(/^ {2}(?:-h, )?(--[\w.-]+)/gm)].map(([, flag = '']) => flag);
}

const log = ['--log.level', '--log.format'];
const web = [
  '--web.listen-address',
  '--web.systemd-socket',
  '--web.disable-exporter-metrics',
  '--web.telemetry-path',
  '--web.config.file',
  '--web.external-url',
  '--web.route-prefix',
];
const life = ['--behaviour', '--habits'];

describe('the help of a command lists its own flags', () => {
  test.each<[string, string[]]>([
    ['serve', ['--config.file', ...web, ...log]],
    ['check', ['--config.file', '--web.config.file', '--online', ...log]],
    ['once', ['--config.file', ...log]],
    ['demo', [...web, ...life, ...log]],
    ['simulate', ['--listen-address', ...life, ...log]],
    [
      'ledger copy',
      [
        '--config.file',
        ...['--from', '--from.password-file', '--from.ca-file', '--to', '--to.password-file', '--to.ca-file'],
        ...log,
      ],
    ],
  ])('%s', (command, flags) => {
    const words = command.split(' ');
    const own = [...flags, '--version', '--help'];
    expect(flagsIn(...words, '--help')).toEqual(own);
    expect(flagsIn(...words, '-h')).toEqual(own);
    expect(flagsIn('help', ...words)).toEqual(own);
    expect(parse(...words, '--help')).toMatchObject({
      stdout: expect.stringMatching(new RegExp(`^Usage: secmaster-exporter ${command} \\[flags\\]\n`)),
    });
  });
});

test.each([[['ledger', '--help']], [['help', 'ledger']], [['ledger', 'help']]])('%j promises no flags', (args) => {
  expect(parse(...args)).toMatchObject({
    exit: 0,
    stdout: expect.stringMatching(/^Usage: secmaster-exporter ledger \[command\]\n/),
  });
});

test.each([[['--help']], [['-h']], [['help']]])('%j names every command, and the flags of the default one', (args) => {
  const help = parse(...args);
  expect(help).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^Usage: secmaster-exporter \[command\]/) });
  for (const command of ['serve', 'check', 'once', 'demo', 'simulate', 'ledger copy', 'help'])
    expect(help).toMatchObject({ stdout: expect.stringContaining(`\n  ${command} `) });
  const serve = ['--config.file', ...web, ...log, '--version', '--help'];
  expect(flagsIn(...args)).toEqual(['--version', '--help', ...serve]);
});

test('any arguments: a command, or one line and exit 2', () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'binary' }).map((text) => `--${text}`),
    fc.constantFrom('serve', 'check', '--online', '--config.file', '--log.level', '--', '-', '='),
  );
  fc.assert(
    fc.property(fc.array(word), (args) => {
      const line = parse(...args);
      if ('exit' in line && line.exit !== 0) expect(line).toEqual({ exit: 2, stderr: expect.stringMatching(/^.+\n$/) });
    }),
    { numRuns: inForm(200, 1_000) },
  );
});
