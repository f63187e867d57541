import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createAuthenticate } from '../../src/http/basic-auth.ts';
import { Secret } from '../../src/model/secret.ts';

const users = new Map([
  ['alice', new Secret('hash of alice')],
  ['zoë', new Secret('hash of zoë')],
]);
const header = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

/** A password is right where the hash is `hash of` it. */
function authentication() {
  const compared: string[] = [];
  const authenticated = createAuthenticate(async (password, hash) => {
    compared.push(`${password} with ${hash}`);
    if (password === 'broken') throw new Error('the thread has ended');
    await setImmediate();
    return hash === `hash of ${password}`;
  });
  const authenticate = (given: string | undefined, some = users, client = '192.0.2.1') =>
    authenticated(given, some, client);
  return { compared, authenticate };
}

describe('who is let in', () => {
  test.each<[string, string | undefined, boolean, number]>([
    ['a user with the right password', header('alice:alice'), true, 1],
    ['a user beyond ASCII', header('zoë:zoë'), true, 1],
    ['a scheme in small letters', header('alice:alice').replace('Basic', 'basic'), true, 1],
    ['not a wrong password', header('alice:zoë'), false, 1],
    ['not a right password with more behind it', header('alice:alice:'), false, 1],
    ['not an unknown user, whose password is compared all the same', header('bob:alice'), false, 1],
    ['not an empty user', header(':alice'), false, 1],
    ['not a name that every object has', header('constructor:alice'), false, 1],
    ['not nobody', undefined, false, 0],
    ['not credentials without a colon', header('alice'), false, 0],
    ['not another scheme', 'Bearer YWxpY2U6YWxpY2U=', false, 0],
    ['not what is no base64', 'Basic alice:alice', false, 0],
  ])('%s', async (_, given, isLetIn, comparisons) => {
    const { authenticate, compared } = authentication();
    expect(await authenticate(given)).toBe(isLetIn);
    expect(compared).toHaveLength(comparisons);
  });
});

test('a correct password is compared once, even for many requests at the same time; a wrong one each time', async () => {
  const { authenticate, compared } = authentication();
  const ask = () => authenticate(header('alice:alice'));
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([true, true, true]);
  expect(await ask()).toBe(true);
  expect(compared).toEqual(['alice with hash of alice']);
  for (const _ of [1, 2]) expect(await authenticate(header('alice:wrong'))).toBe(false);
  expect(compared).toHaveLength(3);
});

test('a changed hash takes effect at once', async () => {
  const { authenticate } = authentication();
  expect(await authenticate(header('alice:alice'))).toBe(true);
  const changed = new Map([['alice', new Secret('hash of something new')]]);
  expect(await authenticate(header('alice:alice'), changed)).toBe(false);
  expect(await authenticate(header('alice:something new'), changed)).toBe(true);
});

test('a removed user is out at once, also if another one has the same hash', async () => {
  const { authenticate } = authentication();
  const hash = new Secret('hash of alice');
  const both = new Map([
    ['bob', hash],
    ['alice', hash],
  ]);
  expect(await authenticate(header('alice:alice'), both)).toBe(true);
  expect(await authenticate(header('alice:alice'), new Map([['bob', hash]]))).toBe(false);
});

test('what could not be compared is not remembered', async () => {
  const { authenticate, compared } = authentication();
  for (const _ of [1, 2]) await expect(authenticate(header('alice:broken'))).rejects.toThrow('the thread has ended');
  expect(compared).toHaveLength(2);
});

test('of many wrong passwords nothing stays, and the right one stays known', async () => {
  const { authenticate, compared } = authentication();
  await authenticate(header('alice:alice'));
  for (let i = 0; i < 500; i++) await authenticate(header(`alice:${i}`));
  await authenticate(header('alice:alice'));
  expect(compared.filter((text) => text.startsWith('alice'))).toHaveLength(1);
});

test('a client does not wait for the comparison of another one, which may be far back in its queue', async () => {
  const { authenticate, compared } = authentication();
  const asked = ['192.0.2.1', '192.0.2.1', '192.0.2.2'].map((client) =>
    authenticate(header('alice:alice'), users, client),
  );
  expect(await Promise.all(asked)).toEqual([true, true, true]);
  expect(compared).toHaveLength(2);
});

test('a right password stays known while many wrong ones wait at once', async () => {
  const { authenticate, compared } = authentication();
  await authenticate(header('alice:alice'));
  await Promise.all(Array.from({ length: 500 }, (_, i) => authenticate(header(`alice:${i}`))));
  compared.length = 0;
  expect(await authenticate(header('alice:alice'))).toBe(true);
  expect(compared).toEqual([]);
});
