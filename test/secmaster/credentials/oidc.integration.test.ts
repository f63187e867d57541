import { writeFileSync } from 'node:fs';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createClients } from '../../../src/secmaster/api/clients.ts';
import { noFilters } from '../../../src/secmaster/api/filters.ts';
import { defaultIdToken } from '../../../src/simulator/defaults.ts';
import { createManualClock } from '../../../src/simulator/manual-clock.ts';
import { writeFile } from '../../config/loading.ts';
import { createFolder, startCredentialed } from '../../support/secmaster/credentialed.ts';
import { noRoute, routesThrough } from '../../support/secmaster/routes.ts';
import { iamOrigin, mockApi, type Reply, secmasterOrigin } from '../mock-api.ts';

/** A token of an identity provider: what is asked of IAM with it, and what becomes of it. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const never = new AbortController().signal;
const newest = { sortKey: 'update_time', sortDir: 'DESC', offset: 0 } as const;

/** A JSON web token, as far as anybody here looks into it. */
function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`;
}

test('asks IAM for a token of the project and for keys of six hours, and signs with them', async () => {
  const clock = createManualClock();
  const replies: Reply[] = [
    { status: 201, headers: { 'x-subject-token': 'IAM-TOKEN' }, body: { token: {} } },
    {
      status: 201,
      body: {
        credential: {
          access: 'TEMPORARY',
          secret: 'S',
          securitytoken: 'ST',
          expires_at: new Date(clock.now() + 6 * hourMs).toISOString(),
        },
      },
    },
  ];
  const { dispatcher, calls } = mockApi((_, index) => replies[index] ?? { body: { count: 0, instances: [] } });
  const observed: string[] = [];
  const clients = createClients({
    routes: routesThrough(dispatcher),
    clock,
    log: pino({ level: 'silent' }),
    version: '1.2.3',
    timeoutMs: 10_000,
    rateLimit: 100,
    language: 'en',
    observe: (region, operation, code) => observed.push(`${region} ${operation} ${code}`),
  });
  const credentials = {
    kind: 'oidc',
    idpId: 'my-cluster',
    idToken: { path: writeFile('id-token', 'ID.TOKEN\n'), form: 'key' },
  } as const;
  const account = {
    region: 'eu-west-101',
    endpoint: secmasterOrigin,
    iamEndpoint: iamOrigin,
    filters: noFilters,
    credentials,
    ...noRoute,
  };
  await clients.secmaster(account, '0123').listInstances('w', newest, never);

  const [token, keys, list] = calls;
  expect([token?.method, token?.path, token?.headers['x-idp-id']]).toEqual([
    'POST',
    '/v3.0/OS-AUTH/id-token/tokens',
    'my-cluster',
  ]);
  expect(JSON.parse(token?.body ?? '')).toEqual({
    auth: { id_token: { id: 'ID.TOKEN' }, scope: { project: { id: '0123' } } },
  });
  expect([keys?.method, keys?.path]).toEqual(['POST', '/v3.0/OS-CREDENTIAL/securitytokens']);
  expect(JSON.parse(keys?.body ?? '')).toEqual({
    auth: { identity: { methods: ['token'], token: { id: 'IAM-TOKEN', duration_seconds: 21_600 } } },
  });
  expect(list?.headers['x-security-token']).toBe('ST');
  expect(list?.headers.authorization).toMatch(/^SDK-HMAC-SHA256 Access=TEMPORARY, SignedHeaders=\S*x-security-token,/);
  expect(observed).toEqual([
    'eu-west-101 create_oidc_token 201',
    'eu-west-101 create_temporary_keys 201',
    'eu-west-101 list_instances 200',
  ]);
});

describe('says what to fix', () => {
  const token = 'CreateTokenWithIdToken';
  const keys = 'CreateTemporaryAccessKeyByToken';
  test.each<[string, number, string]>([
    [token, 400, 'create_oidc_token: 400 .*: check idp_id, id_token_file and project_id'],
    [
      token,
      403,
      'create_oidc_token: 403 .*: this identity has no access to this project: check project_id and .* idp_id',
    ],
    [token, 404, 'create_oidc_token: 404 .*: IAM does not know this identity provider: check idp_id and iam_endpoint'],
    [keys, 400, 'create_temporary_keys: 400 .*: IAM issued no temporary keys for this token'],
    [keys, 401, 'create_temporary_keys: 401 .*: IAM refused the token that it has just issued'],
    [keys, 403, 'create_temporary_keys: 403 .*: this identity may not obtain temporary keys'],
    [keys, 404, 'create_temporary_keys: 404 .*: this IAM does not issue temporary keys: check iam_endpoint'],
  ])('%s answered with %d', async (operation, status, message) => {
    const { ask, simulator } = await startCredentialed('oidc');
    simulator.faults.add({ kind: 'status', operation, status, shape: 'iam', code: 'X' });
    expect(await ask()).toMatch(new RegExp(`^${message}`));
  });

  test('a provider that IAM does not know', async () => {
    const folder = createFolder();
    const config = folder.config('oidc', '');
    const { ask } = await startCredentialed({ ...config, kind: 'oidc', idpId: 'typo' } as typeof config, { folder });
    expect(await ask()).toBe(
      'create_oidc_token: 404 404 (Could not find the identity provider.): IAM does not know this identity provider: check idp_id and iam_endpoint',
    );
  });

  test('a token of somebody else', async () => {
    const folder = createFolder();
    folder.write('id_token', 'of.somebody.else');
    const { ask } = await startCredentialed('oidc', { folder });
    expect(await ask()).toBe(
      'create_oidc_token: 401 401 (The ID token is invalid.): IAM refused the token in id_token_file: check that idp_id accepts its issuer and audience (client ID), and that it has not expired',
    );
  });

  test('a token that has expired, with the time', async () => {
    const folder = createFolder();
    const expiresAtMs = Date.parse('2026-07-18T11:59:00Z');
    const expired = jwt({ exp: expiresAtMs / 1_000 });
    folder.write('id_token', expired);
    const idTokens = [{ ...defaultIdToken, token: expired, expiresAtMs }];
    const { ask } = await startCredentialed('oidc', { folder, idTokens });
    expect(await ask()).toBe(
      'create_oidc_token: 401 401 (The ID token has expired.): the token in id_token_file expired at 2026-07-18T11:59:00.000Z: check what renews this file',
    );
  });

  test.each([[{ exp: 'soon' }], [{ exp: 1e300 }], [[]]])('a refused token with the claims %j', async (claims) => {
    const folder = createFolder();
    folder.write('id_token', jwt(claims));
    expect(await (await startCredentialed('oidc', { folder })).ask()).toContain('IAM refused the token');
  });

  test('an answer without the keys, of which nothing is repeated', async () => {
    const { ask, simulator } = await startCredentialed('oidc');
    const body = { credential: { access: 'FED-LEAK', secret: 'LEAK', securitytoken: 'LEAK' } };
    simulator.faults.add({ kind: 'garbage', operation: keys, body });
    const message = await ask();
    expect(message).toContain('create_temporary_keys: 200 without access, secret, securitytoken and expires_at');
    expect(message).not.toContain('LEAK');
  });

  test('an answer without the token', async () => {
    const { ask, simulator } = await startCredentialed('oidc');
    simulator.faults.add({ kind: 'garbage', operation: token, body: {} });
    expect(await ask()).toContain('create_oidc_token: 200 without the header X-Subject-Token');
  });

  test('a file that was never there', async () => {
    const config = { kind: 'oidc', idpId: 'i', idToken: { path: '/nowhere', form: 'key' } } as const;
    expect(await (await startCredentialed(config)).ask()).toBe('read_credentials: id_token_file: no such file');
  });
});

test('another token in the file is tried at once where the one before was refused', async () => {
  const folder = createFolder();
  folder.write('id_token', 'old');
  const { ask, simulator } = await startCredentialed('oidc', { folder });
  expect(await ask()).toContain('IAM refused the token');
  expect(await ask()).toContain('because the credentials were refused');
  expect(simulator.requests.count('CreateTokenWithIdToken')).toBe(1);
  folder.write('id_token', defaultIdToken.token);
  expect(await ask()).toBeNull();
});

test('tokens of an hour, each replaced before its end, last for a day without a refusal', async () => {
  const path = writeFile('id-token', '');
  const { ask, clock, simulator, refused } = await startCredentialed(
    { kind: 'oidc', idpId: defaultIdToken.idpId, idToken: { path, form: 'key' } },
    { idTokens: [] },
  );
  for (let minute = 0; minute < 24 * 60; minute += 10) {
    if (minute % 50 === 0) {
      const token = jwt({ exp: clock.now() / 1_000 + 3_600 });
      simulator.accounts.addIdToken({ ...defaultIdToken, token, expiresAtMs: clock.now() + hourMs });
      writeFileSync(path, token);
    }
    expect(await ask()).toBeNull();
    clock.advance(10 * minuteMs);
  }
  expect(refused()).toBe(0);
  expect(simulator.requests.refused()).toBe(0);
});

test('a renewal that is refused leaves the keys in use while they are valid, and is tried a few times', async () => {
  const { ask, clock, simulator, logged } = await startCredentialed('oidc', {
    idTokens: [{ ...defaultIdToken, expiresAtMs: Date.parse('2026-07-18T13:00:00Z') }],
  });
  for (let passedMs = 0; passedMs < 6 * hourMs; passedMs += minuteMs) {
    expect(await ask()).toBeNull();
    clock.advance(minuteMs);
  }
  // In the last 40 minutes, one each five.
  expect(simulator.requests.count('CreateTokenWithIdToken')).toBe(1 + 8);
  expect(logged.filter((line) => line.includes('credentials not renewed yet'))).toHaveLength(8);
  expect(await ask()).toContain('IAM refused the token');
});

test('an outage of IAM is not noticed while the keys are valid', async () => {
  const { ask, clock, simulator } = await startCredentialed('oidc');
  expect(await ask()).toBeNull();
  simulator.faults.add({ kind: 'status', operation: 'CreateTemporaryAccessKeyByToken', status: 404 });
  for (let passedMs = 0; passedMs < 6 * hourMs - minuteMs; passedMs += 10 * minuteMs) {
    expect(await ask()).toBeNull();
    clock.advance(10 * minuteMs);
  }
  clock.advance(10 * minuteMs);
  expect(await ask()).toContain('check iam_endpoint');
  simulator.faults.clear();
  clock.advance(minuteMs / 2);
  expect(await ask()).toBeNull();
});

test('nothing of it stands in the log', async () => {
  const folder = createFolder();
  folder.write('id_token', 'S3CRET.ID.TOKEN');
  const { ask, simulator, logged } = await startCredentialed('oidc', {
    folder,
    idTokens: [{ ...defaultIdToken, token: 'S3CRET.ID.TOKEN' }],
  });
  expect(await ask()).toBeNull();
  simulator.iam.revokeKeys();
  folder.write('id_token', 'S3CRET.ID.TOKEN.2');
  await ask();
  expect(logged.length).toBeGreaterThan(2);
  expect(logged.join('')).not.toContain('S3CRET');
});
