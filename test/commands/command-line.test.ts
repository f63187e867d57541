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
  listenAddress: { host: '127.0.0.1', port: 19211 },
  webListenAddresses: [{ host: null, port: 19210 }],
  systemdSocket: false,
  disableExporterMetrics: false,
  telemetryPath: '/metrics',
  externalUrl: '',
  routePrefix: '',
  logLevel: 'info',
  logFormat: 'json',
  online: false,
  from: null,
  to: null,
  behaviours: [],
  habits: [],
};

describe('understood', () => {
  test.each<[string, string[], string, object]>([
    ['nothing: serve', [], 'serve', {}],
    ['serve', ['serve'], 'serve', {}],
    ['check', ['check'], 'check', {}],
    ['once', ['once'], 'once', {}],
    ['demo', ['demo'], 'demo', {}],
    ['simulate', ['simulate'], 'simulate', {}],
    ['a flag and its value apart', ['--config.file', 'a.yml'], 'serve', { configFile: 'a.yml' }],
    ['a flag and its value in one', ['--config.file=a.yml'], 'serve', { configFile: 'a.yml' }],
    ['a value with an equals sign', ['--config.file=a=b.yml'], 'serve', { configFile: 'a=b.yml' }],
    ['a flag before the command', ['--config.file', 'a.yml', 'check'], 'check', { configFile: 'a.yml' }],
    ['a flag behind the command', ['check', '--config.file=a.yml'], 'check', { configFile: 'a.yml' }],
    ["a command's own flag before it", ['--online', 'check'], 'check', { online: true }],
    ["a command's own flag behind it", ['check', '--online'], 'check', { online: true }],
    ['the last of two', ['--log.level=warn', '--log.level=debug'], 'serve', { logLevel: 'debug' }],
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
      { listenAddress: { host: null, port: 1 } },
    ],
    ['a telemetry path', ['--web.telemetry-path=/soc/metrics'], 'serve', { telemetryPath: '/soc/metrics' }],
    [
      'an external URL, whose path is the route prefix',
      ['demo', '--web.external-url=https://soc.example.org/secmaster/'],
      'demo',
      { externalUrl: 'https://soc.example.org/secmaster', routePrefix: '/secmaster' },
    ],
    [
      'an external URL of a proxy that takes its path away',
      ['--web.external-url=https://soc.example.org/secmaster', '--web.route-prefix=/'],
      'serve',
      { externalUrl: 'https://soc.example.org/secmaster' },
    ],
    ['a route prefix alone', ['--web.route-prefix', 'soc/'], 'serve', { routePrefix: '/soc' }],
    ['habits', ['demo', '--habits=daily,weekly'], 'demo', { habits: ['daily', 'weekly'] }],
    ['a behaviour', ['demo', '--behaviour=no-count'], 'demo', { behaviours: ['no-count'] }],
    [
      'several behaviours in their order',
      ['simulate', '--behaviour=no-count,unordered', '--behaviour', 'friendly'],
      'simulate',
      {
        behaviours: ['no-count', 'unordered', 'friendly'],
      },
    ],
    [
      'ledger copy, from a file to a database',
      ['ledger', 'copy', '--from=a.db', '--to', 'postgresql://u@db/s', '--to.password-file=p', '--to.ca-file=ca.pem'],
      'ledger copy',
      {
        from: { place: 'a.db', passwordFile: null, caFile: null },
        to: { place: 'postgresql://u@db/s', passwordFile: 'p', caFile: 'ca.pem' },
      },
    ],
    [
      'ledger copy, to where the configuration says, with flags before it',
      ['--config.file=c.yml', '--from', 'a.db', 'ledger', 'copy'],
      'ledger copy',
      { configFile: 'c.yml', from: { place: 'a.db', passwordFile: null, caFile: null } },
    ],
    ['a log format', ['--log.format', 'text'], 'serve', { logFormat: 'text' }],
  ])('%s', (_, args, command, options) => {
    expect(parse(...args)).toEqual({ command, options: { ...defaults, ...options } });
  });
});

describe('refused in one line', () => {
  const badAddress = 'is not a valid address; write it like :19210 or 127.0.0.1:19210';
  test.each<[string, string[], string]>([
    [
      'a mistyped flag',
      ['--web.listen-adress', ':1'],
      'unknown flag --web.listen-adress; did you mean --web.listen-address?',
    ],
    ['a mistyped flag with its value', ['--config.fil=a'], 'unknown flag --config.fil; did you mean --config.file?'],
    ['a mistyped flag behind a command', ['check', '--onlin'], 'unknown flag --onlin; did you mean --online?'],
    ['an unknown flag, without its value', ['--password=hunter2'], 'unknown flag --password; see --help'],
    ['an unknown short flag', ['-phunter2'], 'unknown flag -p; see --help'],
    ['a mistyped command', ['serv'], 'unknown command "serv"; did you mean serve?'],
    [
      'an unknown command',
      ['help'],
      'unknown command "help"; the commands are serve, check, once, demo, simulate, ledger copy',
    ],
    [
      'a name that every object has',
      ['toString'],
      'unknown command "toString"; the commands are serve, check, once, demo, simulate, ledger copy',
    ],
    ['ledger alone', ['ledger'], 'ledger needs what to do; write ledger copy'],
    ['a mistyped word after ledger', ['ledger', 'cpoy'], 'unknown command "ledger cpoy"; did you mean ledger copy?'],
    ['a mistyped ledger', ['leger', 'copy'], 'unknown command "leger"; did you mean ledger copy?'],
    [
      'ledgers without their flags, and without the password',
      ['ledger', 'copy', 'postgresql://u:hunter2@db/s'],
      'unexpected argument "postgresql://…" after ledger copy',
    ],
    [
      'the same with a password that is not escaped',
      ['ledger', 'copy', 'postgresql://u:hun/ter2@db/s'],
      'unexpected argument "postgresql://…" after ledger copy',
    ],
    [
      'such a URL in the place of a command',
      ['postgresql://u:hunter2?x@db/s'],
      'unknown command "postgresql://…"; the commands are serve, check, once, demo, simulate, ledger copy',
    ],
    ['a ledger for another command', ['check', '--from=a'], 'flag --from is only for the command ledger copy'],
    [
      'a password for another command',
      ['serve', '--to.password-file=a'],
      'flag --to.password-file is only for the command ledger copy',
    ],
    ['a ledger without its name', ['ledger', 'copy', '--from', '--to=a'], 'flag --from needs a value'],
    ['a password of nothing', ['ledger', 'copy', '--to.password-file=p'], 'flag --to.password-file needs --to'],
    [
      'a ledger that keeps nothing',
      ['ledger', 'copy', '--to=:memory:'],
      '--to: must be the path of an SQLite file, or begin with postgresql://',
    ],
    [
      'another kind of database, without its password',
      ['ledger', 'copy', '--from=mysql://u:hunter2@db/s'],
      '--from: must be the path of an SQLite file, or begin with postgresql://',
    ],
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
    ['an argument too many', ['check', 'config.yml'], 'unexpected argument "config.yml" after check'],
    ['a flag without its value', ['check', '--config.file'], 'flag --config.file needs a value'],
    ['a flag in place of a value', ['--config.file', '--log.level=warn'], 'flag --config.file needs a value'],
    ['an empty value', ['--config.file='], 'flag --config.file needs a value'],
    ['a value where none belongs', ['check', '--online=yes'], 'flag --online takes no value'],
    ['a flag of another command', ['serve', '--online'], 'flag --online is only for the command check'],
    [
      "the simulator's address",
      ['--listen-address=:1'],
      'flag --listen-address is only for the command simulate; did you mean --web.listen-address?',
    ],
    [
      'a behaviour of the real one',
      ['serve', '--behaviour=no-count'],
      'flag --behaviour is only for the commands simulate and demo',
    ],
    [
      'an unknown behaviour, with those that there are',
      ['simulate', '--behaviour=no-count,kind'],
      `--behaviour: "kind" must be one of ${presetNames.join(', ')}`,
    ],
    ['habits of the real one', ['once', '--habits=all'], 'flag --habits is only for the commands simulate and demo'],
    [
      'an unknown habit, with those that there are',
      ['simulate', '--habits=daily,lazy'],
      `--habits: "lazy" must be all or one of ${habitNames.join(', ')}`,
    ],
    ['no address', ['--web.listen-address=19210'], `--web.listen-address: "19210" ${badAddress}`],
    ['no address of the simulator', ['simulate', '--listen-address=x'], `--listen-address: "x" ${badAddress}`],
    ['no port', ['--web.listen-address=:65536'], `--web.listen-address: ":65536" ${badAddress}`],
    [
      'no path',
      ['--web.telemetry-path=metrics'],
      '--web.telemetry-path: "metrics" is not a valid path; write it like /metrics',
    ],
    [
      "the status page's path",
      ['--web.telemetry-path=/'],
      '--web.telemetry-path: "/" is not a valid path; write it like /metrics',
    ],
    [
      'a pattern',
      ['--web.telemetry-path=/:a'],
      '--web.telemetry-path: "/:a" is not a valid path; write it like /metrics',
    ],
    [
      'the path of another page',
      ['--web.telemetry-path=/-/ready'],
      '--web.telemetry-path: "/-/ready" is used by another page',
    ],
    [
      'the path of the runbooks',
      ['--web.telemetry-path=/runbooks/x'],
      '--web.telemetry-path: "/runbooks/x" is used by another page',
    ],
    [
      'an external URL without its beginning',
      ['check', '--web.external-url=soc.example.org'],
      '--web.external-url: write it like https://soc.example.org/secmaster, without a user, a query or a fragment',
    ],
    [
      'an external URL with a password, which is not repeated',
      ['--web.external-url=https://admin:hunter2@soc.example.org'],
      '--web.external-url: write it like https://soc.example.org/secmaster, without a user, a query or a fragment',
    ],
    [
      'a route prefix that is no path',
      ['--web.route-prefix=/a b'],
      '--web.route-prefix: "/a b" is not a valid path; write it like /secmaster or /',
    ],
    [
      'an unknown level',
      ['--log.level=loud'],
      '--log.level: "loud" must be one of trace, debug, info, warn, error, fatal',
    ],
    ['an unknown format', ['--log.format=xml'], '--log.format: "xml" must be one of json, text'],
  ])('%s', (_, args, line) => {
    expect(parse(...args)).toEqual({ exit: 2, stderr: `${line}\n` });
  });
});

test('--version', () => {
  expect(parse('--version')).toEqual({ exit: 0, stdout: 'secmaster-exporter 1.2.3\n' });
});

test.each([[['--help']], [['-h']], [['check', '--help']]])('%j names every command and flag', (args) => {
  const help = parse(...args);
  expect(help).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^Usage: secmaster-exporter/) });
  const words =
    'serve check once demo simulate ledger --from --to.password-file --config.file --web.listen-address --web.telemetry-path --web.config.file --web.external-url --web.route-prefix';
  for (const word of `${words} --log.level --log.format --online --listen-address --behaviour --version --help`.split(
    ' ',
  )) {
    expect(help).toMatchObject({ stdout: expect.stringContaining(word) });
  }
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
