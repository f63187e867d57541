import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { defaultAccessKey, defaultIdToken, defaultTemporaryKey, defaultUser } from '../../../src/simulator/defaults.ts';
import { inForm } from '../../support/form.ts';
import {
  type Credentialed,
  createFolder,
  type Folder,
  inline,
  type Kind,
  startCredentialed,
} from '../../support/secmaster/credentialed.ts';
import { buyToken } from '../../support/secmaster/in-process.ts';

/** Every kind of credentials against the simulator: used, expired, replaced, revoked, mended. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const kinds: readonly Kind[] = ['ak_sk', 'profile', 'token', 'password', 'agency', 'oidc'];
const lifeMs: Readonly<Partial<Record<Kind, number>>> = { password: dayMs, agency: dayMs, oidc: 6 * hourMs };

describe.each(kinds)('%s', (kind) => {
  test('is accepted', async () => {
    const { ask, refused } = await startCredentialed(kind);
    expect(await ask()).toBeNull();
    expect(refused()).toBe(0);
  });

  test('says when it expires if it knows', async () => {
    const { ask, client, clock } = await startCredentialed(kind);
    expect(client.credentialsExpireAtMs()).toBeNull();
    await ask();
    const life = lifeMs[kind];
    expect(client.credentialsExpireAtMs()).toBe(life === undefined ? null : clock.now() + life);
  });

  test.each([-20, 20])('works on a machine whose clock is off by %i minutes', async (minutes) => {
    const { ask, refused } = await startCredentialed(kind, { skewMs: minutes * minuteMs });
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([null, null, null]);
    const isSigned = !['token', 'password'].includes(kind);
    // The metadata service's own Date doesn't count: SecMaster's is what a signature is held against.
    expect(refused()).toBe(isSigned ? 1 : 0);
  });
});

test('temporary keys that stand in the configuration are accepted', async () => {
  expect(await (await startCredentialed(inline(defaultTemporaryKey))).ask()).toBeNull();
});

describe('what is obtained for a time', () => {
  test.each<[Kind, string, number]>([
    ['password', 'KeystoneCreateUserTokenByPassword', 4],
    ['agency', 'GetSecurityKey', 4],
    ['oidc', 'CreateTemporaryAccessKeyByToken', 14],
  ])('%s is renewed before it expires and never refused, over three days', async (kind, operation, times) => {
    const { ask, refused, client, clock, simulator } = await startCredentialed(kind);
    const before = simulator.requests.count(operation);
    for (let passedMs = 0; passedMs < 3 * dayMs; passedMs += 10 * minuteMs) {
      expect(await ask()).toBeNull();
      expect((client.credentialsExpireAtMs() ?? 0) - clock.now()).toBeGreaterThan(20 * minuteMs);
      clock.advance(10 * minuteMs);
    }
    expect(refused()).toBe(0);
    expect(simulator.requests.count(operation) - before).toBe(times);
  });

  test('keys that the metadata service replaces late are asked for each minute until it has', async () => {
    const { ask, clock, simulator, client } = await startCredentialed('agency', {
      metadata: { keyLifetimeMs: hourMs, replacedBeforeMs: 5 * minuteMs },
    });
    for (let passedMs = 0; passedMs < 3 * hourMs; passedMs += minuteMs / 4) {
      expect(await ask()).toBeNull();
      expect((client.credentialsExpireAtMs() ?? 0) - clock.now()).toBeGreaterThan(4 * minuteMs);
      clock.advance(minuteMs / 4);
    }
    // From 40 minutes before the end to 5 minutes before it, thrice.
    expect(simulator.requests.count('GetSecurityKey')).toBeLessThanOrEqual(3 * 37);
  });

  test.each<[Kind, string]>([
    ['password', 'KeystoneCreateUserTokenByPassword'],
    ['agency', 'GetMetadataToken'],
  ])('%s: an outage of the giver is not noticed while the old ones are valid', async (kind, operation) => {
    const { ask, clock, simulator, refused } = await startCredentialed(kind);
    expect(await ask()).toBeNull();
    simulator.faults.add({ kind: 'status', operation, status: 404 });
    simulator.faults.add({ kind: 'status', operation: 'GetSecurityKey', status: 404 });
    for (let passedMs = 0; passedMs < dayMs - minuteMs; passedMs += 10 * minuteMs) {
      expect(await ask()).toBeNull();
      clock.advance(10 * minuteMs);
    }
    clock.advance(10 * minuteMs);
    expect(await ask()).toContain(
      kind === 'agency' ? 'the metadata service returned no keys (404' : 'check iam_endpoint',
    );
    simulator.faults.clear();
    clock.advance(minuteMs / 2);
    expect(await ask()).toBeNull();
    expect(refused()).toBe(0);
  });
});

describe('the metadata service', () => {
  test.each([
    ['version 2', { version: 2 as const }, []],
    ['version 1', { version: 1 as const }, []],
    ['version 1, which knows no such path', { version: 1 as const }, [404]],
    ['version 1 behind a proxy of its own', { version: 1 as const }, [405]],
  ])('is spoken to in %s', async (_, metadata, statuses) => {
    const { ask, simulator } = await startCredentialed('agency', { metadata });
    for (const status of statuses) simulator.faults.add({ kind: 'status', operation: 'GetMetadataToken', status });
    expect(await ask()).toBeNull();
    expect(simulator.requests.countsByOperation()).toMatchObject({ GetMetadataToken: 1, GetSecurityKey: 1 });
  });

  test('of a node without an agency is told, and asked again soon', async () => {
    const { ask, clock, simulator } = await startCredentialed('agency', { metadata: { hasAgency: false } });
    expect(await ask()).toBe(
      'get_security_key: the metadata service returned no keys (401): assign an agency with read access to SecMaster to this ECS or CCE node, or configure other credentials',
    );
    await Promise.all([ask(), ask(), ask()]);
    expect(simulator.requests.count('GetSecurityKey')).toBe(1);
    clock.advance(minuteMs / 2);
    await ask();
    expect(simulator.requests.count('GetSecurityKey')).toBe(2);
  });

  test.each([-365, -1, 365])('is asked again as soon when the clock is set by %i days', async (days) => {
    const { ask, clock, simulator } = await startCredentialed('agency', { metadata: { hasAgency: false } });
    await ask();
    clock.set(clock.now() + days * 24 * 60 * minuteMs);
    clock.advance(minuteMs / 12 - 1);
    await ask();
    expect(simulator.requests.count('GetSecurityKey')).toBe(1);
    clock.advance(1);
    await ask();
    expect(simulator.requests.count('GetSecurityKey')).toBe(2);
  });

  test('that answers without keys is told, and none of its answer is repeated', async () => {
    const { ask, simulator } = await startCredentialed('agency');
    const body = { credential: { access: 'HST-LEAK', secret: 'LEAK', securitytoken: 'LEAK' } };
    simulator.faults.add({ kind: 'garbage', operation: 'GetSecurityKey', body });
    const message = await ask();
    expect(message).toContain('200 without access, secret, securitytoken and expires_at');
    expect(message).not.toContain('LEAK');
  });

  test('that is not there is told', async () => {
    const { ask, clock } = await startCredentialed({ kind: 'agency', endpoint: 'http://127.0.0.1:9' });
    let message: string | null | undefined;
    const asked = ask().then((said) => {
      message = said;
    });
    // Its retries wait by the clock.
    for (; message === undefined; clock.advance(100)) await tick();
    await asked;
    expect(message).toBe(
      'get_metadata_token: the metadata service returned no keys (no response from 127.0.0.1:9 (ECONNREFUSED)): assign an agency with read access to SecMaster to this ECS or CCE node, or configure other credentials',
    );
  });
});

/** How a user replaces what stands in files, each time by something new. */
function replacing(
  folder: Folder,
  { simulator }: Credentialed,
): Record<Exclude<Kind, 'agency'>, (n: number) => Promise<void>> {
  const newKey = (n: number) => {
    const key = { ak: `AK${n}`, sk: `sk-${n}` };
    simulator.accounts.setAccessKey(key);
    return key;
  };
  const retire = (n: number) => simulator.accounts.revokeAccessKey(n === 1 ? defaultAccessKey.ak : `AK${n - 1}`);
  return {
    async ak_sk(n) {
      const { ak, sk } = newKey(n);
      folder.write('ak', ak);
      folder.write('sk', sk);
      retire(n);
    },
    async profile(n) {
      const { ak, sk } = newKey(n);
      folder.writeProfile(ak, sk);
      retire(n);
    },
    async oidc(n) {
      simulator.accounts.addIdToken({ ...defaultIdToken, token: `id-token-${n}` });
      folder.write('id_token', `id-token-${n}`);
      simulator.iam.revokeKeys();
    },
    async token() {
      const old = simulator.iam;
      old.revokeTokens();
      folder.write('token', await buyToken(simulator));
    },
    async password(n) {
      simulator.accounts.setPassword(defaultUser.user, `password ${n}`);
      folder.write('password', `password ${n}`);
      simulator.iam.revokeTokens();
    },
  };
}

/** Resolves when a request is on its way, with the credentials of this moment. */
async function isSent(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  subscribe('undici:client:sendHeaders', resolve);
  await promise;
  unsubscribe('undici:client:sendHeaders', resolve);
}

const replaceable = ['ak_sk', 'profile', 'token', 'password', 'oidc'] as const;

const replacements = inForm(4, 10);

test.each(replaceable)(`%s is replaced ${replacements} times under load: no call fails`, async (kind) => {
  const folder = createFolder();
  const all = await startCredentialed(kind, { folder });
  const { ask, clock, refused } = all;
  const replace = replacing(folder, all)[kind];
  const callers = 4;
  let isOver = false;
  const failures: string[] = [];
  const calls = Array.from({ length: callers }, () => 0);
  const load = calls.map(async (_, caller) => {
    while (!isOver) {
      const failure = await ask();
      if (failure !== null) failures.push(failure);
      calls[caller] = (calls[caller] ?? 0) + 1;
      // A call that is held back ends without having waited for anything.
      await tick();
    }
  });
  const goOn = async () => {
    const wanted = calls.map((count) => count + 2);
    while (calls.some((count, caller) => count < (wanted[caller] ?? 0))) await tick();
  };
  for (let n = 1; n <= replacements; n += 1) {
    // A token issued a moment ago and refused would be no better the second time. A call's time is ten seconds.
    for (let passedMs = 0; passedMs <= minuteMs; passedMs += 5_000) {
      await goOn();
      clock.advance(5_000);
    }
    await isSent();
    await replace(n);
  }
  await goOn();
  isOver = true;
  await Promise.all(load);
  expect(failures).toEqual([]);
  expect(refused()).toBeGreaterThan(0);
  expect(refused()).toBeLessThanOrEqual(replacements * callers);
});

test('an access key whose files are written one after the other recovers with the second', async () => {
  const folder = createFolder();
  const { ask, simulator, refused } = await startCredentialed('ak_sk', { folder });
  expect(await ask()).toBeNull();
  simulator.accounts.setAccessKey({ ak: 'NEW', sk: 'new' });
  folder.write('ak', 'NEW');
  expect(await ask()).toContain('verify aksk signature fail');
  expect(await ask()).toContain('because the credentials were refused');
  folder.write('sk', 'new');
  expect(await ask()).toBeNull();
  expect(refused()).toBe(1);
});

test.each(replaceable)(
  '%s: a file that is emptied or broken in between leaves the last ones in force',
  async (kind) => {
    const folder = createFolder();
    const { ask, refused, logged } = await startCredentialed(kind, { folder });
    expect(await ask()).toBeNull();
    for (const name of ['ak', 'sk', 'token', 'password', 'id_token'] as const) folder.write(name, '');
    folder.writeProfile('', '');
    expect(await ask()).toBeNull();
    expect(await ask()).toBeNull();
    expect(refused()).toBe(0);
    expect(logged.filter((line) => line.includes('credential file could not be read'))).toHaveLength(1);
  },
);

test('files that were never good are told, without a call', async () => {
  const folder = createFolder();
  folder.write('sk', '');
  const { ask, simulator } = await startCredentialed('ak_sk', { folder });
  expect(await ask()).toBe('read_credentials: sk_file: the file is empty');
  expect(simulator.requests.count('ListAopWorkflowInstance')).toBe(0);
  folder.write('sk', defaultAccessKey.sk);
  expect(await ask()).toBeNull();
});

describe('revoked in the middle of a poll', () => {
  const revoke = ({ simulator }: Credentialed, kind: Kind) => {
    simulator.accounts.revokeAccessKey(defaultAccessKey.ak);
    simulator.iam.revokeTokens();
    simulator.iam.revokeKeys();
    if (kind === 'agency') simulator.metadata.revoke();
  };

  test.each<Kind>(['password', 'agency', 'oidc'])(
    '%s obtains another by itself, for one refused call',
    async (kind) => {
      const all = await startCredentialed(kind);
      expect(await all.ask()).toBeNull();
      all.clock.advance(10 * minuteMs);
      revoke(all, kind);
      expect([await all.ask(), await all.ask()]).toEqual([null, null]);
      expect(all.refused()).toBe(1);
    },
  );

  test.each<Kind>(['password', 'agency', 'oidc'])(
    '%s that was obtained seconds ago and accepted is obtained once more, for one refused call of each caller',
    async (kind) => {
      const all = await startCredentialed(kind);
      expect(await all.ask()).toBeNull();
      all.clock.advance(20_000);
      revoke(all, kind);
      expect(await Promise.all([all.ask(), all.ask(), all.ask()])).toEqual([null, null, null]);
      expect(all.refused()).toBeLessThanOrEqual(3);
      all.clock.advance(20_000);
      revoke(all, kind);
      expect(await all.ask()).toContain('401');
    },
  );

  test.each(['ak_sk', 'profile', 'token'] as const)(
    '%s is refused a few times in an hour of polls, and mended at once',
    async (kind) => {
      const folder = createFolder();
      const all = await startCredentialed(kind, { folder });
      const { ask, clock, refused } = all;
      expect(await ask()).toBeNull();
      revoke(all, kind);
      const at: number[] = [];
      for (let passedMs = 0; passedMs < hourMs; passedMs += minuteMs / 2) {
        const before = refused();
        expect(await Promise.all([ask(), ask(), ask(), ask()])).not.toContain(null);
        for (let n = before; n < refused(); n += 1) at.push(passedMs);
        clock.advance(minuteMs / 2);
      }
      // Four were under way together; six in a row would lock an access key.
      expect(at.map((ms) => ms / minuteMs)).toEqual([0, 0, 0, 0, 1, 5, 9, 17, 32, 47]);

      await replacing(folder, all)[kind](1);
      expect(await ask()).toBeNull();
    },
  );

  test('and taken back there, the credentials are tried again within a quarter of an hour', async () => {
    const all = await startCredentialed('ak_sk');
    const { ask, clock, simulator } = all;
    expect(await ask()).toBeNull();
    revoke(all, 'ak_sk');
    for (let passedMs = 0; passedMs < hourMs; passedMs += minuteMs / 2) {
      await ask();
      clock.advance(minuteMs / 2);
    }
    simulator.accounts.setAccessKey(defaultAccessKey);
    let waitedMs = 0;
    for (; (await ask()) !== null; waitedMs += minuteMs / 2) clock.advance(minuteMs / 2);
    expect(waitedMs).toBeLessThanOrEqual(15 * minuteMs);
  });
});
