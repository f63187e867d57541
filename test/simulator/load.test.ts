import { expect, test } from 'vitest';
import { instancesPath, setUp, tokenBody, workspacePath } from './harness.ts';

test.each([
  ['absent', null],
  ['seconds', '1'],
  ['date', 'Fri, 18 Jul 2025 07:11:04 GMT'],
] as const)(
  'more than two requests in a second are answered with 429, Retry-After: %s',
  async (retryAfter, expected) => {
    const { get, clock } = await setUp({ behaviour: { load: { perSecond: 2, retryAfter } } });
    const answers = [await get(instancesPath), await get(instancesPath), await get(instancesPath)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers[2]?.headers.get('retry-after')).toBe(expected);
    expect(await answers[2]?.json()).toMatchObject({ error_code: 'APIGW.0308' });
    expect((await get(workspacePath.replace(/\/[^/]+$/, '?limit=1'))).status).toBe(200);
    clock.advance(1000);
    expect((await get(instancesPath)).status).toBe(200);
  },
);

test('tokens are not rationed, nor is anything without the switch', async () => {
  const { simulator, get } = await setUp({ behaviour: { load: { perSecond: 1 } } });
  for (let i = 0; i < 3; i += 1) {
    const issued = await simulator.app.request('/v3/auth/tokens', { method: 'POST', body: tokenBody() });
    expect(issued.status).toBe(201);
  }
  simulator.behaviour.put({});
  for (let i = 0; i < 300; i += 1) expect((await get(instancesPath)).status).toBe(200);
});

test('each page further down takes longer', async () => {
  const { get, clock } = await setUp({ behaviour: { load: { msPerPage: 100 } } });
  expect((await get(`${instancesPath}?limit=100`)).status).toBe(200);
  let isAnswered = false;
  const deep = get(`${instancesPath}?limit=100&offset=300`).then((answer) => {
    isAnswered = true;
    return answer;
  });
  clock.advance(299);
  await get(`${instancesPath}?limit=100`);
  expect(isAnswered).toBe(false);
  clock.advance(1);
  expect((await deep).status).toBe(200);
});
