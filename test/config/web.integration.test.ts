import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatProblem } from '../../src/config/problems.ts';
import { loadWebConfig } from '../../src/config/web.ts';
import { Secret } from '../../src/model/secret.ts';
import { temporaryFolder } from '../support/process/processes.ts';

const hash = '$2b$10$W27rOeCtxqiBeZBa2ESaa.E7LViY0cZfCII/kt8FCWFo9TWvCfiAG';

function load(text: string) {
  const folder = temporaryFolder();
  for (const name of ['cert', 'key', 'ca']) writeFileSync(join(folder, name), `the ${name}`);
  const file = join(folder, 'web.yml');
  writeFileSync(file, text);
  const loaded = loadWebConfig(file);
  if ('web' in loaded) return { ...loaded.web, files: loaded.web.files.map((one) => one.replace(`${folder}/`, '')) };
  return loaded.problems.map((problem) => formatProblem({ ...problem, file: 'web.yml' }));
}

test('a file that says so asks for nothing', () => {
  expect(load('{}')).toEqual({ tls: null, headers: {}, users: new Map(), files: ['web.yml'] });
});

test('everything that there is, with files beside it', () => {
  const text = `
tls_server_config: { cert_file: cert, key_file: key, client_ca_file: ca, client_auth_type: RequireAndVerifyClientCert, min_version: TLS13 }
http_server_config: { http2: true, headers: { Strict-Transport-Security: max-age=31536000 } }
basic_auth_users: { prometheus: "${hash}" }
`;
  expect(load(text)).toEqual({
    tls: { cert: 'the cert', key: 'the key', clientCa: 'the ca', minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' },
    headers: { 'Strict-Transport-Security': 'max-age=31536000' },
    users: new Map([['prometheus', new Secret(hash)]]),
    files: ['web.yml', 'cert', 'key', 'ca'],
  });
});

test('TLS 1.2 is the oldest that is spoken, if nothing else is said', () => {
  expect(load('tls_server_config: { cert_file: cert, key_file: key }')).toMatchObject({
    tls: { minVersion: 'TLSv1.2' },
  });
});

test.each<[string, string, string[]]>([
  ['an empty file', '', ['web.yml: is empty; write {} for no TLS and no passwords']],
  [
    'a hash that would take minutes',
    `basic_auth_users: { x: "${hash.replace('$10$', '$31$')}" }`,
    [
      'web.yml:1: basic_auth_users.x: is not a bcrypt hash with a cost of at most 16; create one with htpasswd -nBC 10 "" | tr -d ":\\n"',
    ],
  ],
  [
    'an unknown key',
    'tls: {}',
    ['web.yml:1: tls: unknown key; valid keys: tls_server_config, http_server_config, basic_auth_users'],
  ],
  [
    'TLS without a key',
    'tls_server_config: { cert_file: cert }',
    ['web.yml:1: tls_server_config.key_file: is missing'],
  ],
  [
    'a file that is not there',
    'tls_server_config: { cert_file: none, key_file: key }',
    ['web.yml:1: tls_server_config.cert_file: no such file'],
  ],
  [
    'a version of old',
    'tls_server_config: { cert_file: cert, key_file: key, min_version: TLS10 }',
    ['web.yml:1: tls_server_config.min_version: "TLS10" must be TLS12 or TLS13'],
  ],
  [
    'versions that exclude each other',
    'tls_server_config: { cert_file: cert, key_file: key, min_version: TLS13, max_version: TLS12 }',
    ['web.yml:1: tls_server_config.max_version: is older than min_version'],
  ],
  [
    'cipher suites',
    'tls_server_config: { cert_file: cert, key_file: key, cipher_suites: [TLS_AES_128_GCM_SHA256] }',
    ['web.yml:1: tls_server_config.cipher_suites: is not supported: Node.js chooses it; remove this key'],
  ],
  [
    'a client CA that nobody is asked for',
    'tls_server_config: { cert_file: cert, key_file: key, client_ca_file: ca }',
    ['web.yml:1: tls_server_config.client_ca_file: needs client_auth_type: RequireAndVerifyClientCert'],
  ],
  [
    'client certificates without a CA',
    'tls_server_config: { cert_file: cert, key_file: key, client_auth_type: RequireAndVerifyClientCert }',
    ['web.yml:1: tls_server_config.client_ca_file: is missing'],
  ],
  [
    'a way to ask for certificates that verifies nothing',
    'tls_server_config: { cert_file: cert, key_file: key, client_auth_type: RequestClientCert }',
    [
      'web.yml:1: tls_server_config.client_auth_type: "RequestClientCert" must be NoClientCert or RequireAndVerifyClientCert',
    ],
  ],
  [
    'a password in place of its hash',
    'basic_auth_users: { prometheus: hunter2 }',
    [
      'web.yml:1: basic_auth_users.prometheus: is not a bcrypt hash with a cost of at most 16; create one with htpasswd -nBC 10 "" | tr -d ":\\n"',
    ],
  ],
])('refused: %s', (_, text, problems) => {
  expect(load(text)).toEqual(problems);
});

test('a header that the exporter-toolkit does not know is refused', () => {
  const [problem] = load('http_server_config: { headers: { Server: x } }') as string[];
  expect(problem).toMatch(/^web\.yml:1: http_server_config\.headers/);
});

test('a file that is not there is told', () => {
  expect(loadWebConfig('/nowhere/web.yml')).toMatchObject({ problems: [{ message: 'no such file' }] });
});
