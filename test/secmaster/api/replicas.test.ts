import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { CredentialsConfig } from '../../../src/config/config.ts';
import { Secret } from '../../../src/model/secret.ts';
import { type Account, createClients, createShared } from '../../../src/secmaster/api/clients.ts';
import { noFilters } from '../../../src/secmaster/api/filters.ts';
import { createManualClock } from '../../../src/simulator/manual-clock.ts';
import { createMemoryReplicas, createSharedMemory } from '../../ledger/memory-replicas.ts';
import { noRoute, routesThrough } from '../../support/secmaster/routes.ts';
import { type Call, iamOrigin, mockApi, type Reply, secmasterOrigin } from '../mock-api.ts';

const never = new AbortController().signal;
const newest = { sortKey: 'update_time', sortDir: 'DESC', offset: 0 } as const;
const emptyPage: Reply = { body: { count: 0, instances: [] } };
const refusal: Reply = { status: 401, body: { error_code: 'APIGW.0301', error_msg: 'verify aksk signature fail' } };
const hourMs = 3_600_000;

/** Three replicas, whose clocks are an hour apart. */
function setUp(answer: (call: Call) => Reply, rateLimit = 1_000) {
  const { dispatcher, calls } = mockApi(answer);
  const clock = createManualClock();
  const memory = createSharedMemory(clock.now);
  const sentAt: number[] = [];
  const all = [-hourMs, 0, hourMs].map((offMs, n) => {
    const replicas = createMemoryReplicas(memory, { name: `r${n}` });
    const shared = createShared(replicas);
    const clients = createClients(
      {
        routes: routesThrough(dispatcher),
        clock: { ...clock, now: () => clock.now() + offMs },
        log: pino({ level: 'silent' }),
        version: '1.2.3',
        timeoutMs: 10_000,
        rateLimit,
        language: 'en',
        observe: () => sentAt.push(clock.elapsedMs()),
      },
      shared,
    );
    const look = async (polling: number) => {
      const { tasks } = await replicas.look({ scrapedAgoMs: null });
      await shared.looked({ tasks, polling });
    };
    const ask = (credentials: CredentialsConfig, workspaceId = 'w') => {
      const account: Account = {
        region: 'eu-west-101',
        endpoint: secmasterOrigin,
        iamEndpoint: iamOrigin,
        ...noRoute,
        filters: noFilters,
        credentials,
      };
      return clients.secmaster(account, '0123').listInstances(workspaceId, newest, never);
    };
    return { ask, look };
  });
  /** Each asks for four workspaces at once. */
  const askAll = async (credentials: CredentialsConfig) => {
    const asked = all.flatMap(({ ask }) => ['a', 'b', 'c', 'd'].map((id) => ask(credentials, id)));
    return await clock.until(Promise.allSettled(asked));
  };
  const look = async (polling = 3) => {
    await clock.turn(1_000);
    for (const one of all) await one.look(polling);
  };
  return { all, askAll, look, clock, calls, sentAt };
}

const ak = 'AKIAQUITESECRETID';
const akSk = (sk: string, securityToken: Secret | null = null): CredentialsConfig => ({
  kind: 'ak_sk',
  ak,
  sk: new Secret(sk),
  securityToken,
});
const password = (text: string): CredentialsConfig => ({
  kind: 'password',
  domain: 'dom',
  user: 'exporter',
  password: new Secret(text),
});

describe('credentials that are refused', () => {
  test.each<[string, (secret: string) => CredentialsConfig]>([
    ['an access key', akSk],
    ['temporary keys', (sk) => akSk(sk, new Secret(`token of ${sk}`))],
    ['an IAM user', password],
  ])('%s: one replica tries, and tries again; a changed one is tried at once by one', async (_, credentials) => {
    const { askAll, look, calls, clock } = setUp(() => refusal);
    const outcomes = await askAll(credentials('the first secret'));
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(calls).toHaveLength(1);
    await look();
    await askAll(credentials('the first secret'));
    expect(calls).toHaveLength(1);
    await clock.turn(60_000);
    await look();
    await askAll(credentials('the first secret'));
    expect(calls).toHaveLength(2);
    await look();
    await askAll(credentials('another secret'));
    expect(calls).toHaveLength(3);
  });

  test('keys of a machine: each replica has its own, and tries them', async () => {
    const keys: Reply = {
      body: {
        credential: { access: 'a', secret: 's', securitytoken: 't', expires_at: '2030-01-01T00:00:00Z' },
      },
    };
    const { askAll, calls } = setUp(({ path }) => (path.includes('/soc/') ? refusal : keys));
    await askAll({ kind: 'agency', endpoint: iamOrigin });
    expect(calls.filter(({ path }) => path.includes('/soc/')).length).toBeGreaterThanOrEqual(3);
  });
});

test('a key that is good is proven by one call, and then used by all', async () => {
  const { askAll, look, calls } = setUp(() => emptyPage);
  const outcomes = await askAll(akSk('the secret'));
  expect(outcomes.every(({ status }) => status === 'fulfilled')).toBe(true);
  await look();
  await askAll(akSk('the secret'));
  expect(calls).toHaveLength(24);
});

describe('the rate limit', () => {
  /** The greatest number of requests in any second, once the burst is over. */
  const mostInASecond = (at: readonly number[]) =>
    Math.max(...at.map((from) => at.filter((ms) => ms >= from && ms < from + 1_000).length));

  test('holds for all replicas that poll together', async () => {
    const { all, look, clock, sentAt } = setUp(() => emptyPage, 9);
    await look(3);
    await clock.until(Promise.all(all.map(({ ask }) => ask(akSk('the secret')))));
    await look(3);
    sentAt.length = 0;
    const asked = all.flatMap(({ ask }) => Array.from({ length: 20 }, () => ask(akSk('the secret'))));
    await clock.until(Promise.all(asked));
    expect(sentAt).toHaveLength(60);
    expect(mostInASecond(sentAt)).toBeLessThanOrEqual(9 + 3);
    expect(Math.max(...sentAt) - Math.min(...sentAt)).toBeGreaterThan(6_000);
  });

  test('is one replica’s alone when the others poll nothing', async () => {
    const { all, look, clock, sentAt } = setUp(() => emptyPage, 9);
    await look(3);
    await clock.until(Promise.all(all.map(({ ask }) => ask(akSk('the secret')))));
    await look(1);
    sentAt.length = 0;
    await clock.until(Promise.all(Array.from({ length: 30 }, () => all[0]?.ask(akSk('the secret')))));
    expect(Math.max(...sentAt) - Math.min(...sentAt)).toBeLessThan(4_000);
  });
});
