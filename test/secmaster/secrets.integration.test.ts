import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { CredentialsConfig } from '../../src/config/config.ts';
import { Secret } from '../../src/model/secret.ts';
import { createClients } from '../../src/secmaster/api/clients.ts';
import { noFilters } from '../../src/secmaster/api/filters.ts';
import { createManualClock } from '../../src/simulator/manual-clock.ts';
import { writeFile } from '../config/loading.ts';
import { noRoute, routesThrough } from '../support/secmaster/routes.ts';
import { secretForms } from '../support/secret-forms.ts';
import { type Call, iamOrigin, mockApi, type Reply, secmasterOrigin } from './mock-api.ts';

const secrets = {
  sk: 'SK-7f3a',
  securityToken: 'ST-7f3a',
  password: 'PW-7f3a "quoted"',
  token: 'TOKEN-7f3a',
  idToken: 'ID-TOKEN-7f3a',
};
const secretText = /7f3a|Signature=[0-9a-f]/;

const akSk: CredentialsConfig = {
  kind: 'ak_sk',
  ak: 'AKTEST',
  sk: new Secret(secrets.sk),
  securityToken: new Secret(secrets.securityToken),
};
const password: CredentialsConfig = {
  kind: 'password',
  domain: 'd',
  user: 'u',
  password: new Secret(secrets.password),
};

const oidc = (): CredentialsConfig => ({
  kind: 'oidc',
  idpId: 'i',
  idToken: { path: writeFile('id-token', secrets.idToken), form: 'key' },
});

/** Whatever was sent comes back in every field that is read. */
function echo(call: Call): string {
  const sent = call.body.includes('password') ? JSON.parse(call.body).auth.identity.password.user.password : '';
  return [sent, call.body, ...Object.values(call.headers)].join('\n');
}
function issuerOf({ path }: Call): string {
  if (path.includes('OS-CREDENTIAL')) return 'IAM, asked for keys,';
  return /^\/v3(\.0)?\//.test(path) ? 'IAM' : 'SecMaster';
}
const replies: readonly [string, (call: Call) => Reply][] = [
  ...[400, 401, 403, 404, 429, 500].map((status): [string, (call: Call) => Reply] => [
    `${status}`,
    (call) => ({
      status,
      headers: { 'retry-after': '60' },
      body: { error_code: echo(call), error_msg: echo(call), request_id: echo(call) },
    }),
  ]),
  [
    '0301',
    (call) => ({
      status: 401,
      body: { error_code: 'APIGW.0301', error_msg: `verify aksk signature fail ${echo(call)}` },
    }),
  ],
  ['200 of another shape', (call) => ({ body: { code: echo(call), message: echo(call) } })],
  ['HTML', (call) => ({ body: `<html><title>${echo(call)}</title></html>` })],
];

const longKey = 'Zk3+vB9/qT1xW7mN=pL5sR8uY2dF6gH0jC4eA5xB';
const keyId = 'HSTAQWERTZUIOP123456';

test.each(
  secretForms.flatMap(([name, write]) => [
    ['the secret key', name, write(longKey)] as const,
    ['a first part of it', name, write(longKey.slice(0, 14))] as const,
    ['the id of the key', name, write(keyId)] as const,
  ]),
)('%s does not show where an error has it %s', async (_, _name, form) => {
  const clock = createManualClock();
  const { dispatcher } = mockApi(() => ({
    status: 400,
    headers: { 'x-request-id': form.slice(0, 60) },
    body: { code: form, message: `wrong: ${form}` },
  }));
  const credentials = { kind: 'ak_sk', ak: keyId, sk: new Secret(longKey), securityToken: null } as const;
  const client = createClients({
    routes: routesThrough(dispatcher),
    clock,
    log: pino({ level: 'silent' }),
    version: '1.2.3',
    timeoutMs: 10_000,
    rateLimit: 100,
    language: 'en',
    observe: () => {},
  }).secmaster(
    {
      region: 'eu-west-101',
      endpoint: secmasterOrigin,
      iamEndpoint: iamOrigin,
      filters: noFilters,
      credentials,
      ...noRoute,
    },
    'p',
  );
  const refusal = await clock.until(
    client.listInstances('w', { offset: 0 }, new AbortController().signal).catch((error: unknown) => error),
  );
  const shown = inspect(refusal, { showHidden: true });
  expect(shown).toContain('wrong: ');
  expect(shown.toLowerCase()).not.toContain(form.replaceAll(/\s+/g, ' ').toLowerCase());
  expect(shown).toMatch(/<secret>|HSTA…/);
});

test.each(
  replies.flatMap(([name, reply]) =>
    [
      { kind: 'ak_sk', make: () => akSk, echoing: ['SecMaster'] },
      { kind: 'password', make: () => password, echoing: ['SecMaster', 'IAM'] },
      { kind: 'oidc', make: oidc, echoing: ['SecMaster', 'IAM', 'IAM, asked for keys,'] },
    ].flatMap(({ kind, make, echoing }) => echoing.map((by) => ({ name, reply, kind, make, by }))),
  ),
)('no secret shows when $by echoes it in $name to $kind', async ({ reply, make, by }) => {
  const credentials = make();
  const clock = createManualClock();
  const { dispatcher } = mockApi((call) => {
    if (by === issuerOf(call)) return reply(call);
    if (call.path.includes('OS-CREDENTIAL')) {
      const { sk: secret, securityToken: securitytoken } = secrets;
      return {
        body: { credential: { access: 'A', secret, securitytoken, expires_at: '2025-07-18T13:11:03.000000Z' } },
      };
    }
    const headers = { 'x-subject-token': secrets.token };
    return { status: 201, headers, body: { token: { expires_at: '2025-07-19T07:11:03.000000Z' } } };
  });
  let logged = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk);
      done();
    },
  });
  const client = createClients({
    routes: routesThrough(dispatcher),
    clock,
    log: pino({ level: 'trace', serializers: { err: pino.stdSerializers.err } }, stream),
    version: '1.2.3',
    timeoutMs: 10_000,
    rateLimit: 100,
    language: 'en',
    observe: () => {},
  }).secmaster(
    {
      region: 'eu-west-101',
      endpoint: secmasterOrigin,
      iamEndpoint: iamOrigin,
      filters: noFilters,
      credentials,
      ...noRoute,
    },
    'p',
  );

  const ask = () =>
    client.listInstances('w', { sortKey: 'update_time', sortDir: 'DESC', offset: 0 }, new AbortController().signal);
  // The second one meets the open circuit where the first was refused.
  for (const outcome of await clock.until(Promise.allSettled([ask(), ask()]))) {
    const error: Error = outcome.status === 'rejected' ? outcome.reason : expect.unreachable('it should have failed');
    expect(error.name).toBe('SecMasterError');
    expect(error.message).not.toMatch(/\n/);
    const shown = [
      String(error),
      error.stack,
      JSON.stringify(error),
      inspect(error, { depth: 9, showHidden: true }),
    ].join('\n');
    expect(shown).not.toMatch(secretText);
  }
  expect(logged).not.toMatch(secretText);
  expect(inspect(client, { depth: 9, showHidden: true })).not.toMatch(secretText);
});
