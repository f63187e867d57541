import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { showConfig } from '../../src/config/show.ts';
import { scrub } from '../../src/model/known-secrets.ts';
import { createCertificates } from '../support/http/certificates.ts';
import { complete, configOf, loadEnvironment, loadText, problemsOf, writeFile } from './loading.ts';

const folder = mkdtempSync(join(tmpdir(), 'secmaster-exporter-'));
afterAll(() => rmSync(folder, { recursive: true }));
const caFile = join(folder, 'our-ca.pem');
writeFileSync(caFile, createCertificates(folder).ca());
const passwordFile = join(folder, 'password');
writeFileSync(passwordFile, 'hunter2 in a file\n');
const urlFile = join(folder, 'url');
writeFileSync(urlFile, 'postgresql://exporter@db.example.org/secmaster');

const url = 'postgresql://exporter@db.example.org/secmaster';
const stateOf = async (state: string) => configOf(await loadText(`state: { ${state} }\n${complete}`)).state;
const problemsIn = async (state: string) => problemsOf(await loadText(`state:\n  ${state}\n${complete}`));

test('a database has a URL, and files with its password and its CA', async () => {
  const { postgres, leaseMs } = await stateOf(
    `url: "${url}", password_file: ${passwordFile}, ca_file: ${caFile}, lease: 20s`,
  );
  expect(postgres).toEqual({
    url: expect.anything(),
    urlFile: null,
    passwordFile: { path: passwordFile, form: 'password' },
    caFile,
  });
  expect(postgres?.url.reveal()).toBe(url);
  expect(leaseMs).toBe(20_000);
});

test('without a URL the ledger is an SQLite file', async () => {
  expect(await stateOf('retention: 30d')).toMatchObject({ path: 'data/secmaster.db', postgres: null, leaseMs: 15_000 });
});

test('the URL may stand in a file, which is shown in its place', async () => {
  const path = writeFile('url', 'postgresql://exporter:hunter2@db.example.org/secmaster\n');
  const config = configOf(await loadText(`state: { url_file: ${path} }\n${complete}`));
  expect(config.state.postgres?.url.reveal()).toBe('postgresql://exporter:hunter2@db.example.org/secmaster');
  expect(showConfig(config)).toContain(`state:\n  url_file: ${path}\n  lease: 15s\n`);
});

test.each<[string, string]>([
  ['a host, a user and a database', url],
  ['the short name of the scheme', 'postgres://exporter@db/secmaster'],
  ['an address and a port', 'postgresql://exporter@127.0.0.1:5433/secmaster'],
  ['an IPv6 address', 'postgresql://exporter@[::1]:5433/secmaster'],
  ['how it is encrypted', `${url}?sslmode=verify-full&application_name=soc`],
  ['a directory with a socket', 'postgresql://exporter@/secmaster?host=/run/postgresql'],
  ['the same in the place of the host', 'postgresql://exporter@%2Frun%2Fpostgresql/secmaster'],
  ['another schema than public', `${url}?options=-c%20search_path%3Dsoc`],
])('a URL may have %s', async (_, given) => {
  const config = configOf(await loadText(`state: { url: "${given}" }\n${complete}`));
  expect(config.state.postgres?.url.reveal()).toBe(given);
  expect(showConfig(config)).toContain(`url: ${given}\n`);
});

test.each<[string, string, string]>([
  ['as it is meant', 'postgresql://u:hunter2@db/secmaster', 'postgresql://u:<secret>@db/secmaster'],
  ['with characters that are written otherwise', 'postgresql://u:hunter2%2Fx@db/s', 'postgresql://u:<secret>@db/s'],
  ['in a parameter', 'postgresql://u@db/s?password=hunter2&port=1', 'postgresql://u@db/s?password=<secret>&port=1'],
  [
    'in a parameter that is given twice',
    'postgresql://u@db/s?password=hunter2&password=other',
    'postgresql://u@db/s?password=<secret>&password=<secret>',
  ],
])('a password in the URL is never shown: %s', async (_, given, shown) => {
  const config = configOf(await loadText(`state: { url: "${given}" }\n${complete}`));
  expect(showConfig(config)).toContain(`url: ${shown}\n`);
  expect(JSON.stringify(config) + inspect(config, { depth: 9, showHidden: true })).not.toContain('hunter2');
  expect(scrub('it failed: hunter2, hunter2%2Fx and hunter2/x')).not.toContain('hunter2');
});

const like = 'write it like postgresql://exporter@db.example.org/secmaster';
const form = `is not valid; ${like}, and %40 for @ in a user or password, %2F for / likewise`;

describe('refused, with what to write and without the URL', () => {
  test.each<[string, string, string]>([
    ['another scheme', 'mysql://u:hunter2@db/s', `must begin with postgresql://; ${like}`],
    ['a path', '/var/lib/hunter2.db', `must begin with postgresql://; ${like}`],
    ['a number', '5432', 'must be text; put it in quotes'],
    ['no host', 'postgresql:///hunter2', `has no host; ${like}`],
    ['a user without a host', 'postgresql://u:hunter2@/s', `has no host; ${like}`],
    ['no database', 'postgresql://u:hunter2@db:5432', `has no database; ${like}`],
    ['no database behind the slash', 'postgresql://u:hunter2@db/', `has no database; ${like}`],
    ['no user', 'postgresql://:hunter2@db/s', `has no user; ${like}`],
    ['a port that is none', 'postgresql://u:hunter2@db:port/s', `has a host or port that is not valid; ${like}`],
    ['an @ in the password', 'postgresql://u:hunter2@x@db/s', form],
    ['a slash in the password', 'postgresql://u:hunter2/x@db/s', form],
    ['a # in the password', 'postgresql://u:hunter2#x@db/s', form],
    ['a % in the password', 'postgresql://u:hunter2%x@db/s', 'has a % without two hexadecimal digits; write %25 for %'],
    [
      'several hosts',
      'postgresql://u:hunter2@a,b/s',
      'has several hosts; name one, such as that of a pooler or a name that follows the primary',
    ],
    [
      'a ? in the password',
      'postgresql://u:12?hunter2@db/s',
      'has a parameter that is not supported; remove it, or write one of host, port, user, password, sslmode, application_name, options',
    ],
    [
      'a parameter whose name is encoded',
      'postgresql://u@db/s?pass%77ord=hunter2',
      'has a parameter that is not supported; remove it, or write one of host, port, user, password, sslmode, application_name, options',
    ],
    [
      'a parameter that would read a file',
      `${url}?sslrootcert=/hunter2`,
      'has sslrootcert; name that file in state.ca_file instead',
    ],
    ['a port beyond the last', `${url}?port=65536`, 'has a port that is not valid; write a number up to 65535'],
    [
      'an unknown sslmode',
      `${url}?sslmode=hunter2`,
      'has an sslmode that may go on without TLS or with anybody; write verify-full, or disable if the network is trusted',
    ],
  ])('%s', async (_, given, problem) => {
    const quoted = given === '5432' ? given : `"${given}"`;
    expect(await problemsIn(`url: ${quoted}`)).toEqual([`config.yml:2: state.url: ${problem}`]);
    if (given === '5432') return;
    const path = writeFile('url', `${given}\n`);
    expect(await problemsIn(`url_file: ${path}`)).toEqual([
      `config.yml:2: state.url_file: the URL in this file ${problem}`,
    ]);
  });

  test.each<[string, string, string[]]>([
    [
      'a file and a database',
      `path: a.db\n  url: ${url}`,
      ['config.yml:3: state.url: is PostgreSQL, and state.path is an SQLite file; keep one of them'],
    ],
    [
      'the URL twice',
      `url: ${url}\n  url_file: ${urlFile}`,
      ['config.yml:3: state.url_file: conflicts with state.url; keep one of them'],
    ],
    [
      'a password and a CA for SQLite',
      `password_file: ${passwordFile}\n  ca_file: ${caFile}`,
      [
        'config.yml:2: state.password_file: is only for PostgreSQL, and state.url is missing; set it, or remove this key',
        'config.yml:3: state.ca_file: is only for PostgreSQL, and state.url is missing; set it, or remove this key',
      ],
    ],
    [
      'two passwords',
      `url: postgresql://u:hunter2@db/s\n  password_file: ${passwordFile}`,
      ['config.yml:3: state.password_file: conflicts with the password in the URL; keep one of them'],
    ],
    [
      'files that are not there',
      `url: ${url}\n  password_file: /nowhere\n  ca_file: /nowhere`,
      ['config.yml:3: state.password_file: no such file', 'config.yml:4: state.ca_file: no such file'],
    ],
    [
      'a CA that is none',
      `url: ${url}\n  ca_file: ${passwordFile}`,
      ['config.yml:3: state.ca_file: contains no certificate in PEM form'],
    ],
    [
      'a password instead of its file',
      `url: ${url}\n  password_file: hunter2`,
      ['config.yml:3: state.password_file: no such file'],
    ],
    ['no file with a URL', 'url_file: /nowhere', ['config.yml:2: state.url_file: no such file']],
    ['an empty URL', 'url: ""', ['config.yml:2: state.url: is empty; set a value']],
    [
      'any host with a public certificate',
      `url: ${url}?sslmode=verify-ca`,
      [
        'config.yml:2: state.url: has sslmode=verify-ca, which takes any host with a public certificate; write verify-full, or name your own CA in state.ca_file',
      ],
    ],
    ['a lease that is too short', 'lease: 2s', ['config.yml:2: state.lease: "2s" is too short; the minimum is 3s']],
  ])('%s', async (_, state, problems) => {
    expect(await problemsIn(state)).toEqual(problems);
  });

  test('a URL that an alias carries to another field', async () => {
    const text = `state: { url: &it "postgresql://u:hunter2@db/s" }\npoll: { lookback: *it }\n${complete}`;
    expect(problemsOf(await loadText(text))).toEqual([
      'config.yml:2: poll.lookback: is not a valid duration; write it like 30s, 5m, 24h or 7d',
    ]);
  });
});

describe('in the environment', () => {
  const alone = { SECMASTER_REGION: 'cn-north-4', HUAWEICLOUD_SDK_AK: 'AKTEST', HUAWEICLOUD_SDK_SK: 'SKTEST' };

  test('SECMASTER_STATE_URL is a database', async () => {
    const { state } = configOf(await loadEnvironment({ ...alone, SECMASTER_STATE_URL: `${url}\n` }));
    expect(state.postgres?.url.reveal()).toBe(url);
  });

  test.each<[string, Record<string, string>, string[]]>([
    [
      'a file and a database',
      { SECMASTER_STATE_URL: url, SECMASTER_STATE_PATH: 'a.db' },
      ['SECMASTER_STATE_URL: is PostgreSQL, and SECMASTER_STATE_PATH is an SQLite file; keep one of them'],
    ],
    [
      'another scheme',
      { SECMASTER_STATE_URL: 'http://u:hunter2@db/s' },
      [`SECMASTER_STATE_URL: must begin with postgresql://; ${like}`],
    ],
    [
      'quotes',
      { SECMASTER_STATE_URL: `"${url}"` },
      ['SECMASTER_STATE_URL: is in quotes, which would be part of the value; remove them'],
    ],
  ])('refused: %s', async (_, environment, problems) => {
    expect(problemsOf(await loadEnvironment({ ...alone, ...environment }))).toEqual(problems);
  });

  test('beside a configuration file it has no effect, as all but credentials', async () => {
    const { state } = configOf(await loadText(complete, { SECMASTER_STATE_URL: url, SECMASTER_STATE_PATH: 'a.db' }));
    expect(state).toMatchObject({ path: 'data/secmaster.db', postgres: null });
  });
});
