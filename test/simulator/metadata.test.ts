import { expect, test } from 'vitest';
import { z } from 'zod';
import type { SimulatorOptions } from '../../src/simulator/simulator.ts';
import { setUp } from './harness.ts';

const hourMs = 3_600_000;
const given = z.object({
  credential: z.object({ access: z.string(), secret: z.string(), securitytoken: z.string(), expires_at: z.string() }),
});

async function node(metadata: SimulatorOptions['metadata'] = {}) {
  const { simulator, clock } = await setUp({ metadata });
  const ask = async (path: string, init: RequestInit = {}) => simulator.app.request(path, init);
  const token = (seconds = '60') =>
    ask('/meta-data/latest/api/token', { method: 'PUT', headers: { 'x-metadata-token-ttl-seconds': seconds } });
  const keys = (proof: string | null) =>
    ask('/openstack/latest/securitykey', { headers: proof === null ? {} : { 'x-metadata-token': proof } });
  return { clock, token, keys };
}

test('version 2 gives keys for a token that has not expired', async () => {
  const { clock, token, keys } = await node();
  const proof = await (await token()).text();
  const { credential } = given.parse(await (await keys(proof)).json());
  expect(credential.expires_at).toBe('2025-07-19T07:11:03.000000Z');
  clock.advance(60_000);
  expect((await keys(proof)).status).toBe(401);
});

test.each([null, 'guess'])('version 2 gives none for the token %s', async (proof) => {
  expect((await (await node()).keys(proof)).status).toBe(401);
});

test.each(['', '0', '21601', 'long'])('no token lasts %j seconds', async (seconds) => {
  expect((await (await node()).token(seconds)).status).toBe(400);
});

test('version 1 knows no tokens and wants none', async () => {
  const { token, keys } = await node({ version: 1 });
  expect((await token()).status).toBe(405);
  expect((await keys(null)).status).toBe(200);
});

test('a node without an agency has no keys', async () => {
  const { keys } = await node({ version: 1, hasAgency: false });
  expect([(await keys(null)).status, await (await keys(null)).text()]).toEqual([
    401,
    'Please configure Cloud Service Agency first',
  ]);
});

test('keys are the same until they are replaced before their end', async () => {
  const { clock, keys } = await node({ version: 1, keyLifetimeMs: 6 * hourMs, replacedBeforeMs: hourMs });
  const access = async () => given.parse(await (await keys(null)).json()).credential.access;
  const first = await access();
  clock.advance(5 * hourMs - 1);
  expect(await access()).toBe(first);
  clock.advance(1);
  expect(await access()).not.toBe(first);
});
