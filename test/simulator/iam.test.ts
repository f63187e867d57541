import { describe, expect, test } from 'vitest';
import { defaultIdToken, defaultProject } from '../../src/simulator/defaults.ts';
import { instancesPath, nowMs, setUp, tokenBody } from './harness.ts';

async function create(body: string) {
  const { simulator } = await setUp({ tokenLifetimeMs: 3_600_000 });
  return simulator.app.request('/v3/auth/tokens?nocatalog=true', { method: 'POST', body });
}

describe('a token is given', () => {
  test.each([
    ['for the id of a project', { id: defaultProject.id }],
    ['for its name', { name: defaultProject.name }],
  ])('%s, with its times in microseconds', async (_, project) => {
    const answer = await create(tokenBody({ project }));
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-subject-token')).toMatch(/^.{64}$/);
    expect(await answer.json()).toMatchObject({
      token: {
        methods: ['password'],
        issued_at: '2025-07-18T07:11:03.000000Z',
        expires_at: '2025-07-18T08:11:03.000000Z',
        project: { id: defaultProject.id, name: defaultProject.name },
      },
    });
    expect(answer.headers.get('date')).toBe(new Date(nowMs).toUTCString());
  });
});

describe('no token is given', () => {
  test.each([
    [
      'for a wrong password',
      tokenBody({ password: 'guess' }),
      401,
      'Unauthorized',
      /^The username or password is wrong/,
    ],
    ['for another domain', tokenBody({ domain: 'other' }), 401, 'Unauthorized', /^The username or password is wrong/],
    ['for an unknown project', tokenBody({ project: { id: 'x' } }), 403, 'Forbidden', /no permission for the project/],
    ['for an unknown region', tokenBody({ project: { name: 'xx-north-9' } }), 403, 'Forbidden', /no permission/],
    ['without a scope', tokenBody({ project: {} }), 400, 'Bad Request', /auth\.scope\.project/],
    [
      'for another method',
      tokenBody().replace('["password"]', '["token"]'),
      400,
      'Bad Request',
      /auth\.identity\.methods/,
    ],
    ['for no JSON', '{', 400, 'Bad Request', /^Request body is invalid/],
    ['for nothing', '', 400, 'Bad Request', /^Request body is invalid/],
  ])('%s', async (_, body, status, title, message) => {
    const answer = await create(body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-subject-token')).toBeNull();
    expect(await answer.json()).toEqual({ error: { code: status, title, message: expect.stringMatching(message) } });
  });

  test('and the answer does not say the password', async () => {
    const body = tokenBody({ password: 'my-own-secret' });
    for (const text of [body, body.replace('"methods"', '"method"')]) {
      expect(await (await create(text)).text()).not.toContain('my-own-secret');
    }
  });
});

describe('projects', () => {
  test.each([
    [`?name=${defaultProject.name}`, [defaultProject]],
    ['', [defaultProject]],
    ['?name=xx-north-9', []],
  ])('GET /v3/projects%s', async (query, projects) => {
    const { get } = await setUp();
    expect(await (await get(`/v3/projects${query}`)).json()).toMatchObject({ projects });
  });

  test('are for callers who say who they are', async () => {
    const { simulator } = await setUp();
    expect((await simulator.app.request('/v3/projects')).status).toBe(401);
  });
});

describe('a token of an identity provider', () => {
  const expiresAtMs = nowMs + 3_600_000;
  const ask = async (idpId: string, body: object, afterMs = 0) => {
    const idTokens = [{ ...defaultIdToken, expiresAtMs }];
    const { simulator, clock } = await setUp({ idTokens });
    clock.advance(afterMs);
    const init = { method: 'POST', headers: { 'x-idp-id': idpId }, body: JSON.stringify(body) };
    return { simulator, clock, answer: await simulator.app.request('/v3.0/OS-AUTH/id-token/tokens', init) };
  };
  const good = { auth: { id_token: { id: defaultIdToken.token }, scope: { project: { id: defaultProject.id } } } };

  test.each<[string, object]>([
    ['for a project', good],
    ['for none', { auth: { id_token: { id: defaultIdToken.token } } }],
  ])('obtains a token %s, and with it temporary keys', async (_, body) => {
    const { simulator, clock, answer } = await ask(defaultIdToken.idpId, body);
    expect(answer.status).toBe(201);
    const id = answer.headers.get('x-subject-token');
    const keysOf = (seconds: number, token = id) =>
      simulator.app.request('/v3.0/OS-CREDENTIAL/securitytokens', {
        method: 'POST',
        body: JSON.stringify({
          auth: { identity: { methods: ['token'], token: { id: token, duration_seconds: seconds } } },
        }),
      });
    const keys = await keysOf(21_600);
    expect(keys.status).toBe(201);
    expect(await keys.json()).toEqual({
      credential: {
        access: expect.stringMatching(/^FED/),
        secret: expect.any(String),
        securitytoken: expect.any(String),
        expires_at: '2025-07-18T13:11:03.000000Z',
      },
    });
    expect((await keysOf(899)).status).toBe(400);
    expect((await keysOf(86_401)).status).toBe(400);
    expect((await keysOf(900, 'guess')).status).toBe(401);
    clock.advance(24 * 3_600_000);
    expect((await keysOf(900)).status).toBe(401);
    expect((await simulator.app.request(instancesPath)).status).toBe(401);
  });

  test.each<[string, string, object, number, number]>([
    ['of a provider that is not known', 'other', good, 0, 404],
    ['that was not issued', defaultIdToken.idpId, { auth: { id_token: { id: 'guess' } } }, 0, 401],
    ['that has expired', defaultIdToken.idpId, good, 3_600_000, 401],
    [
      'for an unknown project',
      defaultIdToken.idpId,
      { auth: { ...good.auth, scope: { project: { id: 'x' } } } },
      0,
      403,
    ],
    ['of another shape', defaultIdToken.idpId, { auth: {} }, 0, 400],
  ])('is refused: one %s', async (_, idpId, body, afterMs, status) => {
    const { answer } = await ask(idpId, body, afterMs);
    expect([answer.status, answer.headers.get('x-subject-token')]).toEqual([status, null]);
  });
});
