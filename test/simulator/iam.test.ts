import { describe, expect, test } from 'vitest';
import { defaultProject } from '../../src/simulator/defaults.ts';
import { nowMs, setUp, tokenBody } from './harness.ts';

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
