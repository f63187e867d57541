import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { AccessKey } from '../../src/simulator/auth.ts';
import { defaultAccessKey, defaultTemporaryKey } from '../../src/simulator/defaults.ts';
import { signatureOf } from '../../src/simulator/signature.ts';
import { instancesPath, nowMs, setUp, tokenBody } from './harness.ts';

const minute = 60_000;
const url = `http://secmaster.example.com${instancesPath}?limit=1`;

function sign(key: AccessKey, signedAtMs = nowMs, target = url): Headers {
  const headers = new Headers({ 'x-sdk-date': new Date(signedAtMs).toISOString().replaceAll(/[-:]|\.\d+/g, '') });
  if (key.securityToken !== undefined) headers.set('x-security-token', key.securityToken);
  const signed = [...headers.keys(), 'host'].toSorted();
  const signature = signatureOf({ method: 'GET', url: new URL(target), headers, body: '' }, signed, key.sk);
  headers.set(
    'authorization',
    `SDK-HMAC-SHA256 Access=${key.ak}, SignedHeaders=${signed.join(';')}, Signature=${signature}`,
  );
  return headers;
}

const gatewayError = z.object({ error_code: z.string(), error_msg: z.string(), request_id: z.string() });

async function refusal(answer: Response | Promise<Response>): Promise<[number, unknown]> {
  const response = await answer;
  const { error_code, error_msg, request_id } = gatewayError.parse(await response.json());
  expect(request_id).toBe(response.headers.get('x-request-id'));
  return [response.status, `${error_code} ${error_msg}`];
}

const incorrect = (why: string) => [401, `APIGW.0301 Incorrect IAM authentication information: ${why}`];

describe('an access key', () => {
  test.each([
    ['a permanent key', sign(defaultAccessKey)],
    ['a temporary key with its security token', sign(defaultTemporaryKey)],
    ['a clock that is 15 minutes behind', sign(defaultAccessKey, nowMs - 15 * minute)],
    ['a clock that is 15 minutes ahead', sign(defaultAccessKey, nowMs + 15 * minute)],
  ])('lets in %s', async (_, headers) => {
    const { simulator } = await setUp();
    expect((await simulator.app.request(url, { headers })).status).toBe(200);
  });

  const { securityToken: _, ...withoutToken } = defaultTemporaryKey;
  const unsignedDate = new Headers({
    'x-sdk-date': '20250718T071103Z',
    authorization: `SDK-HMAC-SHA256 Access=${defaultAccessKey.ak}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
  });
  test.each([
    ['another secret', sign({ ...defaultAccessKey, sk: 'wrong' }), 'verify aksk signature fail'],
    ['another query than was signed', sign(defaultAccessKey, nowMs, `${url}0`), 'verify aksk signature fail'],
    ['an unknown key', sign({ ak: 'NOBODY', sk: 'x' }), 'Get secretKey failed,ak:NOBODY,err:ak not exist'],
    ['a clock that is too far behind', sign(defaultAccessKey, nowMs - 15 * minute - 1000), 'signature expired'],
    ['a clock that is too far ahead', sign(defaultAccessKey, nowMs + 15 * minute + 1000), 'signature expired'],
    ['a date that is not signed', unsignedDate, 'X-Sdk-Date is missing or not signed'],
    [
      'a temporary key without its security token',
      sign(withoutToken),
      `Get secretKey failed,ak:${defaultTemporaryKey.ak},err:security token does not belong to it`,
    ],
    [
      'a temporary key with another security token',
      sign({ ...defaultTemporaryKey, securityToken: 'another' }),
      `Get secretKey failed,ak:${defaultTemporaryKey.ak},err:security token does not belong to it`,
    ],
    ['another scheme', new Headers({ authorization: 'Basic eDp5' }), 'Authorization format is incorrect'],
    ['nothing at all', new Headers(), 'x-auth-token not found'],
  ])('refuses %s', async (_, headers, why) => {
    const { simulator } = await setUp();
    expect(await refusal(simulator.app.request(url, { headers }))).toEqual(incorrect(why));
    expect(simulator.requests.refused()).toBe(1);
  });
});

describe('the lock', () => {
  async function failing() {
    const { simulator, clock } = await setUp();
    const call = (key: AccessKey) => simulator.app.request(url, { headers: sign(key, clock.now()) });
    const fail = async (times: number) => {
      for (let n = 0; n < times; n += 1) await call({ ...defaultAccessKey, sk: 'wrong' });
    };
    return { clock, call, fail };
  }
  const locked = incorrect('AK access failed to reach the limit,forbidden');

  test('closes after six failures, also to the right secret, and opens after five minutes', async () => {
    const { clock, call, fail } = await failing();
    await fail(6);
    expect(await refusal(call(defaultAccessKey))).toEqual(locked);
    clock.advance(5 * minute - 1);
    expect(await refusal(call(defaultAccessKey))).toEqual(locked);
    clock.advance(1);
    expect((await call(defaultAccessKey)).status).toBe(200);
  });

  test('is not lengthened by calls that meet it, and six more failures close it again', async () => {
    const { clock, call, fail } = await failing();
    await fail(20);
    clock.advance(5 * minute);
    await fail(5);
    expect((await call(defaultAccessKey)).status).toBe(200);
    await fail(6);
    expect(await refusal(call(defaultAccessKey))).toEqual(locked);
  });

  test('counts consecutive failures alone', async () => {
    const { call, fail } = await failing();
    for (let n = 0; n < 3; n += 1) {
      await fail(5);
      expect((await call(defaultAccessKey)).status).toBe(200);
    }
  });

  test('leaves other keys alone', async () => {
    const { call, fail } = await failing();
    await fail(6);
    expect((await call(defaultTemporaryKey)).status).toBe(200);
  });
});

describe('a token', () => {
  const tooOld = [401, 'APIGW.0307 The token must be updated.'];

  test('lets in until the moment it expires', async () => {
    const { get, clock } = await setUp({ tokenLifetimeMs: 10 * minute });
    clock.advance(10 * minute - 1);
    expect((await get(instancesPath)).status).toBe(200);
    clock.advance(1);
    expect(await refusal(get(instancesPath))).toEqual(tooOld);
  });

  test('that was never given out is refused', async () => {
    const { simulator } = await setUp();
    const headers = { 'x-auth-token': 'invented' };
    expect(await refusal(simulator.app.request(instancesPath, { headers }))).toEqual(tooOld);
  });

  test('is not made invalid by a new one', async () => {
    const { get, simulator, token } = await setUp();
    const second = await simulator.app.request('/v3/auth/tokens', { method: 'POST', body: tokenBody() });
    expect(second.headers.get('x-subject-token')).not.toBe(token);
    expect((await get(instancesPath)).status).toBe(200);
    expect(simulator.requests.refused()).toBe(0);
  });
});
