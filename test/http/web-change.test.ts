import { expect, test } from 'vitest';
import { noWebConfig, type TlsConfig, type WebConfig } from '../../src/config/web.ts';
import { refusedChanges } from '../../src/http/web-change.ts';
import { Secret } from '../../src/model/secret.ts';

const users = new Map([['prometheus', new Secret('hash')]]);
const tls: TlsConfig = {
  cert: 'c',
  key: 'k',
  clientCa: null,
  clientAllowedSans: null,
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
};
const mutual = { ...tls, clientCa: 'ca' };

test.each<[string, Partial<WebConfig>, Partial<WebConfig>, string[]]>([
  ['nothing', { tls, users }, { tls, users }, []],
  ['another certificate', { tls }, { tls: { ...tls, cert: 'd' } }, []],
  ['another CA', { tls: mutual }, { tls: { ...mutual, clientCa: 'd' } }, []],
  ['other headers', {}, { headers: { 'X-Frame-Options': 'deny' } }, []],
  ['the first user', {}, { users }, []],
  ['another user', { users }, { users: new Map([['another', new Secret('h')]]) }, []],
  ['no user any more', { users }, {}, ['basic_auth_users']],
  ['TLS', {}, { tls }, ['tls_server_config']],
  ['no TLS any more', { tls }, {}, ['tls_server_config']],
  ['TLS in place of users', { users }, { tls }, ['tls_server_config', 'basic_auth_users']],
  ['users in place of TLS', { tls }, { users }, ['tls_server_config']],
  ['client certificates', { tls }, { tls: mutual }, ['tls_server_config.client_auth_type']],
  [
    'client certificates in place of users',
    { tls, users },
    { tls: mutual },
    ['tls_server_config.client_auth_type', 'basic_auth_users'],
  ],
  ['no client certificates any more', { tls: mutual }, { tls, users }, ['tls_server_config.client_auth_type']],
])('%s', (_, before, after, refused) => {
  const problems = refusedChanges({ ...noWebConfig, ...before }, { ...noWebConfig, ...after });
  expect(problems.map(({ path }) => path)).toEqual(refused);
  for (const { message } of problems) expect(message).toMatch(/this needs a restart$/);
});
