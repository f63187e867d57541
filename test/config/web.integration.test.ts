import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../src/config/problems.ts';
import { loadWebConfig } from '../../src/config/web.ts';
import { Secret } from '../../src/model/secret.ts';
import { fixedCa, fixedServer } from '../support/http/test-certificates.ts';
import { temporaryFolder } from '../support/process/processes.ts';

const { cert: fixedCert, key: fixedKey } = fixedServer;

const hash = '$2b$10$W27rOeCtxqiBeZBa2ESaa.E7LViY0cZfCII/kt8FCWFo9TWvCfiAG';

function writeFolder(text: string | Uint8Array) {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries({ cert: fixedCert, key: fixedKey, ca: fixedCa, empty: '' }))
    writeFileSync(join(folder, name), content);
  const file = join(folder, 'web.yml');
  writeFileSync(file, text);
  return { folder, file };
}

async function load(text: string | Uint8Array) {
  const loaded = await loadWebConfig(writeFolder(text).file);
  if ('web' in loaded) return loaded.web;
  return loaded.problems.map((problem) => formatProblem({ ...problem, file: 'web.yml' }));
}

/** A PEM as a block of YAML. */
const inline = (pem: string) => `|\n    ${pem.trim().replaceAll('\n', '\n    ')}`;
const pair = 'cert_file: cert, key_file: key';

test('a file that says so asks for nothing', async () => {
  expect(await load('{}')).toEqual({ tls: null, headers: {}, users: new Map(), rateLimit: null });
});

test('everything that there is, with files beside it', async () => {
  const text = `
tls_server_config: { ${pair}, client_ca_file: ca, client_auth_type: RequireAndVerifyClientCert, client_allowed_sans: [prometheus.example.com], min_version: TLS13 }
http_server_config: { http2: true, headers: { Strict-Transport-Security: max-age=31536000 } }
basic_auth_users: { prometheus: "${hash}" }
rate_limit: { interval: 1s, burst: 20 }
`;
  expect(await load(text)).toEqual({
    tls: {
      cert: fixedCert,
      key: fixedKey,
      clientCa: fixedCa,
      clientAllowedSans: ['prometheus.example.com'],
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
    },
    headers: { 'Strict-Transport-Security': 'max-age=31536000' },
    users: new Map([['prometheus', new Secret(hash)]]),
    rateLimit: { intervalMs: 1_000, burst: 20 },
  });
});

test('certificate, key and CA in the file itself', async () => {
  const text = `
tls_server_config:
  cert: ${inline(fixedCert)}
  key: ${inline(fixedKey)}
  client_ca: ${inline(fixedCa)}
  client_auth_type: RequireAndVerifyClientCert
`;
  expect(await load(text)).toMatchObject({ tls: { cert: fixedCert.trim(), key: fixedKey.trim() } });
});

test('TLS 1.2 is the oldest that is spoken, if nothing else is said', async () => {
  expect(await load(`tls_server_config: { ${pair} }`)).toMatchObject({ tls: { minVersion: 'TLSv1.2' } });
});

test.each<[string, string, object | null]>([
  ['an interval of 0 is no limit', 'rate_limit: { interval: 0, burst: 5 }', null],
  ['so is one of 0s', 'rate_limit: { interval: 0s }', null],
  ['an interval alone', 'rate_limit: { interval: 100ms }', { intervalMs: 100, burst: 1 }],
])('rate_limit: %s', async (_, text, rateLimit) => {
  expect(await load(text)).toMatchObject({ rateLimit });
});

describe('users', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'zoë'])('one named %s is one', async (name) => {
    expect(await load(`basic_auth_users: { ${name}: "${hash}" }`)).toMatchObject({
      users: new Map([[name, new Secret(hash)]]),
    });
    expect(await load(`basic_auth_users: { ${name}: hunter2 }`)).toEqual([
      expect.stringContaining('is not a bcrypt hash'),
    ]);
  });
});

const headers = (name: string, value: string) => `http_server_config: { headers: { ${name}: ${value} } }`;
const header = (name: string) => `web.yml:1: http_server_config.headers.${name}`;
const notSettable =
  'is not a header that can be set; those are Content-Security-Policy, Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection';
const notALine = 'must be one line of Latin-1 characters; a header can contain no other';
const users = (given: string) => `basic_auth_users: ${given}`;

test.each<[string, string | Uint8Array, string[]]>([
  ['an empty file', '', ['web.yml: is empty; write {} for no TLS and no passwords']],
  ['a file in UTF-16', Buffer.from('\ufeff{}', 'utf16le'), ['web.yml: is UTF-16 text; save it as UTF-8']],
  [
    'a file with a NUL',
    '{}\0',
    ['web.yml: contains NUL characters; save it as text in UTF-8, or as PEM if it is a certificate'],
  ],
  ['a file in Latin-1', Buffer.from('# é\n{}', 'latin1'), ['web.yml: is not UTF-8 text; save it as UTF-8']],
  [
    'a hash that would take minutes',
    users(`{ x: "${hash.replace('$10$', '$31$')}" }`),
    [
      'web.yml:1: basic_auth_users.x: is not a bcrypt hash with a cost of at most 16; create one with htpasswd -nBC 10 "" | tr -d ":\\n"',
    ],
  ],
  [
    'an unknown key',
    'tls: {}',
    ['web.yml:1: tls: unknown key; valid keys: tls_server_config, http_server_config, basic_auth_users, rate_limit'],
  ],
  [
    'a key that every object has',
    '__proto__: {}',
    [
      'web.yml:1: __proto__: unknown key; valid keys: tls_server_config, http_server_config, basic_auth_users, rate_limit',
    ],
  ],
  [
    'TLS without a key',
    'tls_server_config: { cert_file: cert }',
    ['web.yml:1: tls_server_config.key_file: is missing; set it or key'],
  ],
  [
    'TLS without anything',
    'tls_server_config: {}',
    [
      'web.yml:1: tls_server_config.cert_file: is missing; set it or cert',
      'web.yml:1: tls_server_config.key_file: is missing; set it or key',
    ],
  ],
  [
    'a key twice',
    'tls_server_config: { cert_file: cert, key_file: key, key: k }',
    ['web.yml:1: tls_server_config.key_file: conflicts with key; keep one of them'],
  ],
  [
    'a file that is not there',
    'tls_server_config: { cert_file: none, key_file: key }',
    ['web.yml:1: tls_server_config.cert_file: no such file'],
  ],
  [
    'an endless file',
    'tls_server_config: { cert_file: cert, key_file: /dev/zero }',
    ['web.yml:1: tls_server_config.key_file: is a device, not a file'],
  ],
  [
    'a certificate for a key',
    'tls_server_config: { cert_file: cert, key_file: cert }',
    ['web.yml:1: tls_server_config.key_file: contains a certificate, not a private key'],
  ],
  [
    'a key for a certificate',
    'tls_server_config: { cert_file: key, key_file: key }',
    ['web.yml:1: tls_server_config.cert_file: contains a private key, not a certificate'],
  ],
  [
    "another certificate's key",
    'tls_server_config: { cert_file: ca, key_file: key }',
    ['web.yml:1: tls_server_config.key_file: does not belong to the certificate'],
  ],
  [
    'an emptied client CA',
    `tls_server_config: { ${pair}, client_auth_type: RequireAndVerifyClientCert, client_ca_file: empty }`,
    ['web.yml:1: tls_server_config.client_ca_file: is empty'],
  ],
  [
    'a version of old',
    `tls_server_config: { ${pair}, min_version: TLS10 }`,
    ['web.yml:1: tls_server_config.min_version: "TLS10" must be TLS12 or TLS13'],
  ],
  [
    'versions that exclude each other',
    `tls_server_config: { ${pair}, min_version: TLS13, max_version: TLS12 }`,
    ['web.yml:1: tls_server_config.max_version: is older than min_version'],
  ],
  ...[
    'cipher_suites: [TLS_AES_128_GCM_SHA256]',
    'curve_preferences: [X25519]',
    'prefer_server_cipher_suites: true',
  ].map((given): [string, string, string[]] => [
    given,
    `tls_server_config: { ${pair}, ${given} }`,
    [`web.yml:1: tls_server_config.${given.replace(/:.*/, '')}: is not supported: Node.js chooses it; remove this key`],
  ]),
  [
    'a client CA that nobody is asked for',
    `tls_server_config: { ${pair}, client_ca_file: ca }`,
    ['web.yml:1: tls_server_config.client_ca_file: needs client_auth_type: RequireAndVerifyClientCert'],
  ],
  [
    'names of clients that are not asked for a certificate',
    `tls_server_config: { ${pair}, client_allowed_sans: [a] }`,
    ['web.yml:1: tls_server_config.client_allowed_sans: needs client_auth_type: RequireAndVerifyClientCert'],
  ],
  [
    'no names of clients',
    `tls_server_config: { ${pair}, client_allowed_sans: [] }`,
    ['web.yml:1: tls_server_config.client_allowed_sans: is empty; list at least one name, or remove this key'],
  ],
  [
    'client certificates without a CA',
    `tls_server_config: { ${pair}, client_auth_type: RequireAndVerifyClientCert }`,
    ['web.yml:1: tls_server_config.client_ca_file: is missing; set it or client_ca'],
  ],
  ...['RequestClientCert', 'RequireAnyClientCert', 'VerifyClientCertIfGiven'].map(
    (type): [string, string, string[]] => [
      `${type}, which verifies nothing or not everyone`,
      `tls_server_config: { ${pair}, client_auth_type: ${type} }`,
      [
        `web.yml:1: tls_server_config.client_auth_type: "${type}" is not supported, because it lets in clients without a verified certificate; use RequireAndVerifyClientCert`,
      ],
    ],
  ),
  [
    'an unknown way to ask for certificates',
    `tls_server_config: { ${pair}, client_auth_type: Always }`,
    ['web.yml:1: tls_server_config.client_auth_type: "Always" must be NoClientCert or RequireAndVerifyClientCert'],
  ],
  [
    'a password in place of its hash',
    users('{ prometheus: hunter2 }'),
    [
      'web.yml:1: basic_auth_users.prometheus: is not a bcrypt hash with a cost of at most 16; create one with htpasswd -nBC 10 "" | tr -d ":\\n"',
    ],
  ],
  [
    'a user who could never log in',
    users(`{ "a:b": "${hash}" }`),
    ['web.yml:1: basic_auth_users.a…: is not the name of a user: it contains a colon'],
  ],
  ['users that are a list', users(`[ "${hash}" ]`), ['web.yml:1: basic_auth_users: must be a mapping (key: value)']],
  ['a header of the server', headers('Server', 'x'), [`${header('Server')}: ${notSettable}`]],
  ['a header that frames', headers('Content-Length', '"0"'), [`${header('Content-Length')}: ${notSettable}`]],
  ['another one', headers('Transfer-Encoding', 'chunked'), [`${header('Transfer-Encoding')}: ${notSettable}`]],
  ['a third one', headers('Connection', 'close'), [`${header('Connection')}: ${notSettable}`]],
  ['a header that is no name', headers('"X Y"', 'x'), [`${header('X…')}: ${notSettable}`]],
  ['a header that every object has', headers('__proto__', 'x'), [`${header('__proto__')}: ${notSettable}`]],
  ['a header of two lines', headers('X-Frame-Options', '"a\\nb: c"'), [`${header('X-Frame-Options')}: ${notALine}`]],
  ['a header that ends a line', headers('X-Frame-Options', '"a\\n"'), [`${header('X-Frame-Options')}: ${notALine}`]],
  ['a header with a NUL', headers('X-Frame-Options', '"a\\0"'), [`${header('X-Frame-Options')}: ${notALine}`]],
  ['a header with DEL', headers('X-Frame-Options', '"a\\x7f"'), [`${header('X-Frame-Options')}: ${notALine}`]],
  ['a header in Chinese', headers('X-Frame-Options', '拒绝'), [`${header('X-Frame-Options')}: ${notALine}`]],
  [
    'a header that is a number',
    headers('X-Frame-Options', '1'),
    [`${header('X-Frame-Options')}: must be text; put it in quotes`],
  ],
  [
    'http2 that is neither',
    'http_server_config: { http2: maybe }',
    ['web.yml:1: http_server_config.http2: "maybe" must be true or false'],
  ],
  [
    'a rate that lets nobody in',
    'rate_limit: { interval: 1s, burst: 0 }',
    ['web.yml:1: rate_limit.burst: 0 must be a whole number, 1 to 1000000'],
  ],
  [
    'a rate without a unit',
    'rate_limit: { interval: 5 }',
    ['web.yml:1: rate_limit.interval: 5 is not a valid duration; write it like 100ms or 1s, or 0 for no limit'],
  ],
])('refused: %s', async (_, text, problems) => {
  expect(await load(text)).toEqual(problems);
});

test('no part of a key is printed, whatever takes it', async () => {
  const text = `tls_server_config: { cert_file: cert, key: &it "${fixedKey.replaceAll('\n', '\\n')}", min_version: *it }`;
  expect(await load(text)).toEqual(['web.yml:1: tls_server_config.min_version: must be TLS12 or TLS13']);
});

test('a file that is not there is told', async () => {
  expect(await loadWebConfig('/nowhere/web.yml')).toMatchObject({ problems: [{ message: 'no such file' }] });
});

test('a certificate that has expired, or is not valid yet, is a warning', async () => {
  const { file } = writeFolder(`tls_server_config: { ${pair} }`);
  const at = (date: string) => loadWebConfig(file, () => Date.parse(date));
  expect(await at('2200-01-01')).toMatchObject({
    web: {},
    warnings: [
      { line: 1, path: 'tls_server_config.cert_file', message: expect.stringMatching(/^has expired on \d{4}-/) },
    ],
  });
  expect(await at('2020-01-01')).toMatchObject({
    web: {},
    warnings: [{ message: expect.stringMatching(/^is not valid before \d{4}-/) }],
  });
  expect(await at('2050-01-01')).toMatchObject({ web: {}, warnings: [] });
});

test('it says when one of its files has changed', async () => {
  const { file, folder } = writeFolder('tls_server_config: { cert_file: cert, key_file: later }');
  const loaded = await loadWebConfig(file);
  expect(await loaded.hasChanged()).toBe(false);
  writeFileSync(join(folder, 'later'), fixedKey);
  expect(await loaded.hasChanged()).toBe(true);
});
