import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { CredentialsConfig } from '../../../src/config/config.ts';
import { Secret } from '../../../src/model/secret.ts';
import { type Account, createClients, createShared } from '../../../src/secmaster/api/clients.ts';
import { noFilters } from '../../../src/secmaster/api/filters.ts';
import { canonicalRequest, sign } from '../../../src/secmaster/http/sign.ts';
import { createManualClock } from '../../../src/simulator/manual-clock.ts';
import { noRoute, routesThrough } from '../../support/secmaster/routes.ts';
import { type Call, iamOrigin, mockApi, type Reply, secmasterOrigin } from '../mock-api.ts';

const never = new AbortController().signal;
const workspaceId = '11111111-2222-3333-4444-555555555555';
const akSk: CredentialsConfig = { kind: 'ak_sk', ak: 'AKTEST', sk: new Secret('SKTEST'), securityToken: null };
const password: CredentialsConfig = {
  kind: 'password',
  domain: 'dom',
  user: 'exporter',
  password: new Secret('hunter2!'),
};
type Project = Account & { readonly projectId: string };
const account: Project = {
  projectId: '0123',
  region: 'eu-west-101',
  endpoint: secmasterOrigin,
  iamEndpoint: iamOrigin,
  ...noRoute,
  filters: noFilters,
  credentials: akSk,
};
const newest = { sortKey: 'update_time', sortDir: 'DESC', offset: 0 } as const;
const emptyPage: Reply = { body: { count: 0, instances: [] } };
const badSignature: Reply = {
  status: 401,
  body: { error_code: 'APIGW.0301', error_msg: 'Incorrect IAM authentication information: verify aksk signature fail' },
};
const badToken: Reply = { status: 401, body: { error_code: 'APIGW.0307', error_msg: 'The token must be updated.' } };

function setUp(answer: (call: Call, index: number) => Reply, clock = createManualClock()) {
  const { dispatcher, calls } = mockApi(answer);
  const observed: string[] = [];
  const shared = createShared();
  /** The clients of another configuration, in the same process. */
  const reload = (rateLimit = 1000) =>
    createClients(
      {
        routes: routesThrough(dispatcher),
        clock,
        log: pino({ level: 'silent' }),
        version: '1.2.3',
        timeoutMs: 10_000,
        rateLimit,
        language: 'en',
        observe: (_region, operation, code) => observed.push(`${operation} ${code}`),
      },
      shared,
    );
  const clients = reload();
  const connect = ({ projectId, ...one }: Project, to = clients) => to.secmaster(one, projectId);
  return { clients, connect, reload, clock, calls, observed };
}

const minutes = (n: number) => n * 60_000;
const httpDate = (ms: number) => new Date(ms).toUTCString();
const isIam = (call: Call) => call.path.startsWith('/v3/auth/tokens');
const issued = (token: string, clock: { now(): number }, lifeMs = minutes(24 * 60)): Reply => ({
  status: 201,
  headers: { 'x-subject-token': token },
  body: {
    token: { expires_at: new Date(clock.now() + lifeMs).toISOString(), issued_at: new Date(clock.now()).toISOString() },
  },
});

test('showInstance asks for the topology of one instance, whose id is one segment of the path whatever is in it', async () => {
  const { connect, calls, observed } = setUp(() => ({ body: { id: 'i', status: 'FAILED', retry_count: 1 } }));
  const shown = await connect(account).showInstance(workspaceId, '../i', never);
  expect(shown).toMatchObject({ status: 'FAILED', retryCount: 1, failedNodes: [] });
  expect(calls[0]?.path).toBe(`/v1/0123/workspaces/${workspaceId}/soc/workflows/instances/..%252Fi?show_topology=true`);
  expect(observed).toEqual(['show_instance 200']);
});

describe('listInstances', () => {
  test('asks as the document says and signs what it sends', async () => {
    const { connect, calls, observed } = setUp(() => emptyPage);
    const page = await connect(account).listInstances(
      workspaceId,
      {
        sortKey: 'create_time',
        sortDir: 'ASC',
        offset: 200,
        fromMs: Date.parse('2025-07-18T07:11:03Z'),
        toMs: Date.parse('2025-07-18T08:11:03Z'),
        id: 'i',
        status: 'FAILED',
      },
      never,
    );
    expect(page).toEqual({ count: 0, ids: [], instances: [], filteredOut: [], rejected: [] });
    const path = `/v1/0123/workspaces/${workspaceId}/soc/workflows/instances`;
    expect(calls[0]).toMatchObject({ method: 'GET', body: '' });
    expect(calls[0]?.path).toBe(
      `${path}?from_date=2025-07-18T15%3A11%3A03.000Z%2B0800&id=i&limit=100&offset=200&sort_dir=ASC&sort_key=create_time&status=FAILED&to_date=2025-07-18T16%3A11%3A03.000Z%2B0800`,
    );
    const signed = {
      host: 'secmaster.test-1.example.com',
      'x-project-id': '0123',
      'x-sdk-date': '20250718T071103Z',
    };
    const query = [...new URLSearchParams(calls[0]?.path.split('?')[1])];
    const request = { method: 'GET', path, query, headers: signed, body: '' };
    expect(canonicalRequest(request)).toContain('host;x-project-id;x-sdk-date');
    expect(calls[0]?.headers).toEqual({
      ...signed,
      authorization: sign(request, 'AKTEST', 'SKTEST'),
      'content-type': 'application/json;charset=UTF-8',
      'user-agent': 'secmaster-exporter/1.2.3',
    });
    expect(observed).toEqual(['list_instances 200']);
  });

  test('sends nothing that was not asked for', async () => {
    const { connect, calls } = setUp(() => emptyPage);
    await connect(account).listInstances(workspaceId, newest, never);
    expect(calls[0]?.path.split('?')[1]).toBe('limit=100&offset=0&sort_dir=DESC&sort_key=update_time');
  });

  test('sends and signs the security token of temporary keys', async () => {
    const { connect, calls } = setUp(() => emptyPage);
    const credentials = { ...akSk, securityToken: new Secret('STTEST+/=token') };
    await connect({ ...account, credentials }).listInstances(workspaceId, newest, never);
    expect(calls[0]?.headers['x-security-token']).toBe('STTEST+/=token');
    expect(calls[0]?.headers.authorization).toContain('SignedHeaders=host;x-project-id;x-sdk-date;x-security-token,');
  });

  test.each([[[]], [{}], [null], [{ code: '20039999', message: 'unknown' }]])('takes %j for no list', async (body) => {
    const { connect } = setUp(() => ({ body: JSON.stringify(body) }));
    const answer = connect(account).listInstances(workspaceId, newest, never);
    await expect(answer).rejects.toMatchObject({ name: 'SecMasterError', kind: 'unexpected_body', httpStatus: 200 });
  });
});

describe('workspaceName', () => {
  const page = (from: number, to: number): Reply => ({
    body: {
      count: 130.0,
      workspaces: Array.from({ length: to - from }, (_, i) => ({ id: `w${from + i}`, name: `Name ${from + i}` })),
    },
  });
  const pages = (call: Call) => {
    const offset = Number(new URLSearchParams(call.path.split('?')[1]).get('offset'));
    return page(Math.min(offset, 130), Math.min(offset + 100, 130));
  };

  test.each([
    ['on the first page', 'w7', 'Name 7', 1],
    ['on the second page', 'w129', 'Name 129', 2],
    ['nowhere', 'other', null, 2],
  ])('is found %s', async (_, id, name, requests) => {
    const { connect, calls, observed } = setUp(pages);
    expect(await connect(account).workspaceName(id, never)).toBe(name);
    expect(calls.map((call) => call.path)).toEqual(
      [
        '/v1/0123/workspaces?limit=100&offset=0',
        '/v1/0123/workspaces?limit=100&offset=100',
        '/v1/0123/workspaces?limit=100&offset=130',
      ].slice(0, requests),
    );
    expect(observed).toEqual(Array(requests).fill('list_workspaces 200'));
  });

  test.each([
    ['no workspaces', { count: 0, workspaces: null }, null],
    ['a workspace without name', { count: 1, workspaces: [{ id: 'w', name: '' }] }, 'w'],
    ['null for an id', { count: 1, workspaces: [{ id: null }, { id: 'w', name: 'W' }] }, 'W'],
  ])('lives with %s', async (_, body, name) => {
    const { connect } = setUp(() => ({ body }));
    expect(await connect(account).workspaceName('w', never)).toBe(name);
  });
});

describe('access keys', () => {
  test('a refusal is not tried again before a minute, two, four … fifteen have passed', async () => {
    const { connect, calls, clock } = setUp(() => badSignature);
    const client = connect(account);
    const ask = () => client.listInstances(workspaceId, newest, never);
    let requests = 0;
    for (const wait of [1, 2, 4, 8, 15, 15]) {
      await expect(ask()).rejects.toMatchObject({ kind: 'unauthorized', httpStatus: 401, code: 'APIGW.0301' });
      requests += 1;
      expect(calls).toHaveLength(requests);
      await clock.turn(minutes(wait) - 1);
      const until = new Date(clock.now() + 1).toISOString();
      await expect(ask()).rejects.toMatchObject({
        kind: 'unauthorized',
        httpStatus: null,
        message: expect.stringContaining(`waiting until ${until}`),
      });
      expect(calls).toHaveLength(requests);
      await clock.turn(1);
    }
  });

  test('workspaces with the same key are refused once together', async () => {
    const { connect, calls } = setUp(() => badSignature);
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((projectId) => connect({ ...account, projectId }).listInstances('w', newest, never)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
    expect(calls).toHaveLength(1);
  });

  test.each<[string, (n: number) => CredentialsConfig, number]>([
    ['the same', () => akSk, 1],
    ['another wrong secret', (n) => ({ ...akSk, sk: new Secret(`WRONG${n}`) }), 3],
  ])('reloads with %s key in quick succession never come near the six refusals that lock it', async (_, at, max) => {
    const { connect, reload, calls } = setUp(() => badSignature);
    for (let n = 0; n < 12; n++) {
      const client = connect({ ...account, credentials: at(n) }, reload(1000 + n));
      await expect(client.listInstances('w', newest, never)).rejects.toMatchObject({ kind: 'unauthorized' });
    }
    expect(calls).toHaveLength(max);
  });

  test('a wrong secret that a reload brings is refused once, however many workspaces use it', async () => {
    const { connect, reload, calls } = setUp((_, index) => (index === 0 ? emptyPage : badSignature));
    await connect(account).listInstances('w', newest, never);
    const wrong = { ...account, credentials: { ...akSk, sk: new Secret('WRONG') } };
    const clients = reload();
    const asked = Array.from({ length: 8 }, () => connect(wrong, clients).listInstances('w', newest, never));
    for (const { status } of await Promise.allSettled(asked)) expect(status).toBe('rejected');
    expect(calls).toHaveLength(2);
  });

  test('other keys have nothing to do with it', async () => {
    const { connect, calls } = setUp(({ headers }) =>
      headers.authorization?.includes('AKTEST') ? badSignature : emptyPage,
    );
    await expect(connect(account).listInstances('w', newest, never)).rejects.toThrow();
    await connect({ ...account, credentials: { ...akSk, ak: 'OTHER' } }).listInstances('w', newest, never);
    expect(calls).toHaveLength(2);
  });

  test('a success forgets the refusals', async () => {
    const { connect, calls, clock } = setUp((_, index) => (index === 1 ? emptyPage : badSignature));
    const ask = () => connect(account).listInstances('w', newest, never);
    await expect(ask()).rejects.toThrow();
    await clock.turn(minutes(1));
    await ask();
    await expect(ask()).rejects.toThrow();
    await clock.turn(minutes(1));
    await expect(ask()).rejects.toMatchObject({ httpStatus: 401 });
    expect(calls).toHaveLength(4);
  });

  test.each([
    ['ahead', minutes(60)],
    ['behind', -minutes(60)],
  ])('a local clock an hour %s costs one refused call', async (_, errorMs) => {
    const clock = createManualClock();
    const trueNow = () => clock.now() - errorMs;
    const { connect, calls } = setUp(({ headers }) => {
      const date = headers['x-sdk-date'] ?? '';
      const signedAtMs = Date.parse(date.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'));
      const reply = Math.abs(signedAtMs - trueNow()) < minutes(15) ? emptyPage : badSignature;
      return { ...reply, headers: { date: httpDate(trueNow()) } };
    }, clock);
    await clock.until(
      Promise.all(
        ['a', 'b', 'c'].map((projectId) => connect({ ...account, projectId }).listInstances('w', newest, never)),
      ),
    );
    expect(calls).toHaveLength(4);
    expect(Math.abs(connect(account).now() - trueNow())).toBeLessThan(1000);
  });

  test('and is not taken for the fault a second time', async () => {
    const { connect, calls, clock } = setUp(() => ({
      ...badSignature,
      headers: { date: httpDate(clock.now() + minutes(60)) },
    }));
    const ask = () => connect(account).listInstances('w', newest, never);
    await expect(ask()).rejects.toMatchObject({ httpStatus: 401 });
    expect(calls).toHaveLength(2);
    await expect(ask()).rejects.toMatchObject({ httpStatus: null });
    expect(calls).toHaveLength(2);
  });
});

describe('name and password', () => {
  const byPassword = { ...account, credentials: password };

  test('buy a token for the project, once for all who ask at the same time', async () => {
    const { connect, calls, observed, clock } = setUp((call) => (isIam(call) ? issued('t1', clock) : emptyPage));
    const client = connect(byPassword);
    expect(client.credentialsExpireAtMs()).toBeNull();
    await Promise.all([1, 2, 3].map(() => connect(byPassword).listInstances('w', newest, never)));
    expect(client.credentialsExpireAtMs()).toBe(clock.now() + minutes(24 * 60));
    expect(calls[0]).toMatchObject({ method: 'POST', path: '/v3/auth/tokens?nocatalog=true' });
    expect(JSON.parse(calls[0]?.body ?? '')).toEqual({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: 'exporter', password: 'hunter2!', domain: { name: 'dom' } } },
        },
        scope: { project: { id: '0123' } },
      },
    });
    expect(calls[1]?.headers).toMatchObject({ 'x-auth-token': 't1', 'x-project-id': '0123' });
    expect(calls[1]?.headers).not.toHaveProperty('authorization');
    expect(observed).toEqual(['create_token 201', ...Array(3).fill('list_instances 200')]);
  });

  test.each([
    ['half an hour before a day is over', minutes(24 * 60), minutes(24 * 60 - 30)],
    ['a tenth before an hour is over', minutes(60), minutes(54)],
  ])('renew the token %s', async (_, lifeMs, renewMs) => {
    const { connect, calls, clock } = setUp((call) =>
      isIam(call) ? issued(`t${calls.length}`, clock, lifeMs) : emptyPage,
    );
    const ask = () => connect(byPassword).listInstances('w', newest, never);
    await ask();
    await clock.turn(renewMs - 1);
    await ask();
    expect(calls.filter(isIam)).toHaveLength(1);
    await clock.turn(1);
    await Promise.all([ask(), ask()]);
    expect(calls.filter(isIam)).toHaveLength(2);
    expect(calls.at(-1)?.headers['x-auth-token']).toBe('t4');
  });

  test('keep the old token while it is valid and IAM is away', async () => {
    let isAway = false;
    const { connect, calls, clock } = setUp((call) => {
      if (!isIam(call)) return emptyPage;
      return isAway ? { status: 403 } : issued('t1', clock, minutes(60));
    });
    const ask = () => connect(byPassword).listInstances('w', newest, never);
    await ask();
    isAway = true;
    await clock.turn(minutes(55));
    await ask();
    await ask();
    expect(calls.filter(isIam)).toHaveLength(2);
    await clock.turn(minutes(1));
    await ask();
    expect(calls.filter(isIam)).toHaveLength(3);
    await clock.turn(minutes(5));
    await expect(ask()).rejects.toMatchObject({ kind: 'forbidden', operation: 'create_token' });
  });

  test('stop at once when IAM refuses the password at a renewal', async () => {
    let isChanged = false;
    const { connect, calls, clock } = setUp((call) => {
      if (!isIam(call)) return emptyPage;
      return isChanged ? { status: 401 } : issued('t1', clock, minutes(60));
    });
    const ask = () => connect(byPassword).listInstances('w', newest, never);
    await ask();
    isChanged = true;
    await clock.turn(minutes(55));
    await expect(ask()).rejects.toMatchObject({ kind: 'unauthorized', operation: 'create_token', httpStatus: 401 });
    await expect(ask()).rejects.toMatchObject({ kind: 'unauthorized', httpStatus: null });
    expect(calls.filter(isIam)).toHaveLength(2);
  });

  test('replace a token that is refused before its time, once for all', async () => {
    let valid = 't1';
    const { connect, calls, clock } = setUp((call) => {
      if (isIam(call)) return issued(valid, clock);
      return call.headers['x-auth-token'] === valid ? emptyPage : badToken;
    });
    const ask = () => connect(byPassword).listInstances('w', newest, never);
    await ask();
    await clock.turn(minutes(10));
    valid = 't2';
    await clock.until(Promise.all([ask(), ask(), ask()]));
    expect(calls.filter(isIam)).toHaveLength(2);
    expect(calls.filter(({ headers }) => headers['x-auth-token'] === 't1').length).toBeLessThanOrEqual(4);
  });

  test('give up at once when the new token is refused as well, and wait', async () => {
    const { connect, calls, clock } = setUp((call, index) => {
      if (isIam(call)) return issued(`t${index}`, clock);
      return index === 1 ? emptyPage : badToken;
    });
    const ask = () => connect(byPassword).listInstances('w', newest, never);
    await ask();
    await clock.turn(minutes(10));
    await expect(ask()).rejects.toMatchObject({ kind: 'unauthorized', httpStatus: 401 });
    expect(calls).toHaveLength(5);
    await expect(ask()).rejects.toMatchObject({ kind: 'unauthorized', httpStatus: null });
    expect(calls).toHaveLength(5);
  });

  test('do not buy a second token when the first is refused straight away', async () => {
    const { connect, calls, clock } = setUp((call) => (isIam(call) ? issued('t1', clock) : badToken));
    const ask = () => connect(byPassword).listInstances('w', newest, never);
    await expect(ask()).rejects.toMatchObject({ operation: 'list_instances', httpStatus: 401 });
    expect(calls).toHaveLength(2);
    await clock.turn(minutes(1));
    await expect(ask()).rejects.toThrow();
    expect(calls.filter(isIam)).toHaveLength(2);
  });

  test.each([1, 10, 59])(
    'replace a token that was accepted and is revoked %i s after it was obtained',
    async (seconds) => {
      let valid = 't1';
      const { connect, calls, clock } = setUp((call) => {
        if (isIam(call)) return issued(valid, clock);
        return call.headers['x-auth-token'] === valid ? emptyPage : badToken;
      });
      const ask = () => connect(byPassword).listInstances('w', newest, never);
      await ask();
      await clock.turn(1_000 * seconds);
      valid = 't2';
      await clock.until(Promise.all([ask(), ask(), ask()]));
      expect(calls.filter(isIam)).toHaveLength(2);
    },
  );

  test.each([10, 600])(
    'replace the tokens of all projects when all are revoked after %i s, each once',
    async (seconds) => {
      const valid = new Set<string>();
      const { connect, calls, clock } = setUp((call, index) => {
        if (!isIam(call)) return valid.has(call.headers['x-auth-token'] ?? '') ? emptyPage : badToken;
        valid.add(`t${index}`);
        return issued(`t${index}`, clock);
      });
      const projects = ['a', 'b', 'c'].map((projectId) => connect({ ...byPassword, projectId }));
      const ask = () => Promise.all(projects.flatMap((one) => [1, 2].map(() => one.listInstances('w', newest, never))));
      await clock.until(ask());
      await clock.turn(1_000 * seconds);
      valid.clear();
      await clock.until(ask());
      expect(calls.filter(isIam)).toHaveLength(6);
    },
  );

  test('replace tokens that are revoked after each call no more than once a minute', async () => {
    const used = new Set<string>();
    const { connect, calls, clock } = setUp((call, index) => {
      if (isIam(call)) return issued(`t${index}`, clock);
      const token = call.headers['x-auth-token'] ?? '';
      const isFirst = !used.has(token);
      used.add(token);
      return isFirst ? emptyPage : badToken;
    });
    for (let second = 0; second < 600; second += 5) {
      await connect(byPassword)
        .listInstances('w', newest, never)
        .catch(() => {});
      await clock.turn(5_000);
    }
    expect(calls.filter(isIam).length).toBeGreaterThan(2);
    expect(calls.filter(isIam).length).toBeLessThanOrEqual(11);
  });

  test('a wrong password is tried once for all projects of the user', async () => {
    const { connect, calls } = setUp(() => ({
      status: 401,
      body: { error: { code: 401, message: 'The username or password is wrong.', title: 'Unauthorized' } },
    }));
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c'].map((projectId) => connect({ ...byPassword, projectId }).listInstances('w', newest, never)),
    );
    expect(outcomes[0]).toMatchObject({
      reason: {
        kind: 'unauthorized',
        operation: 'create_token',
        message: expect.stringContaining('check domain, user and password'),
      },
    });
    expect(calls).toHaveLength(1);
  });

  test.each<[string, Reply, string]>([
    ['without the header', { status: 201, body: { token: { expires_at: '2025-07-19T07:11:03Z' } } }, 'X-Subject-Token'],
    ['without an end', { status: 201, headers: { 'x-subject-token': 't' }, body: { token: {} } }, 'token.expires_at'],
    ['without a body', { status: 201, headers: { 'x-subject-token': 't' }, body: [] }, 'token.expires_at'],
  ])('an answer of IAM %s is no token', async (_, reply, missing) => {
    const { connect } = setUp(() => reply);
    const answer = connect(byPassword).listInstances('w', newest, never);
    await expect(answer).rejects.toMatchObject({ kind: 'unexpected_body', message: expect.stringContaining(missing) });
  });

  test('who gives up does not take the token from the others', async () => {
    const { connect, calls, clock } = setUp((call) => (isIam(call) ? issued('t1', clock) : emptyPage));
    const caller = new AbortController();
    const first = connect(byPassword).listInstances('w', newest, caller.signal);
    const second = connect(byPassword).listInstances('w', newest, never);
    caller.abort();
    await expect(first).rejects.toMatchObject({ name: 'SecMasterError', kind: 'aborted' });
    await second;
    expect(calls.filter(isIam)).toHaveLength(1);
  });
});

test('the limit of one endpoint is shared by its clients', async () => {
  const { dispatcher, calls } = mockApi(() => emptyPage);
  const clock = createManualClock();
  const clients = createClients({
    routes: routesThrough(dispatcher),
    clock,
    log: pino({ level: 'silent' }),
    version: '1.2.3',
    timeoutMs: 10_000,
    rateLimit: 1,
    language: 'en',
    observe: () => {},
  });
  const startMs = clock.now();
  const ask = (projectId: string) => clients.secmaster(account, projectId).listInstances('w', newest, never);
  await ask('proven');
  await clock.until(Promise.all(['a', 'b', 'c', 'd'].map(ask)));
  expect(calls).toHaveLength(5);
  expect(clock.now() - startMs).toBe(2_000);
});

describe('the project of a region', () => {
  const projects = (...ids: string[]): Reply => ({
    body: { links: {}, projects: ids.map((id) => ({ id, name: 'eu-west-101' })) },
  });
  const find = (clients: ReturnType<typeof setUp>['clients'], credentials: CredentialsConfig = akSk) =>
    clients.findProject({ ...account, credentials }, 'eu-west-101', never);

  test('is the only one of its name, asked of IAM without a project', async () => {
    const { clients, calls, observed } = setUp(() => projects('p1'));
    expect(await find(clients)).toBe('p1');
    expect(calls[0]?.path).toBe('/v3/projects?name=eu-west-101');
    expect(calls[0]?.headers).not.toHaveProperty('x-project-id');
    expect(calls[0]?.headers.authorization).toContain('SignedHeaders=host;x-sdk-date,');
    expect(observed).toEqual(['list_projects 200']);
  });

  test('is not looked for in a list of thousands', async () => {
    const { clients } = setUp(() => projects(...Array.from({ length: 2_000 }, (_, n) => `p${n}`)));
    await expect(find(clients)).rejects.toThrow('200 without a list of projects');
  });

  test('is asked for with a token for the region by its name', async () => {
    const { clients, calls, clock } = setUp((call) => (isIam(call) ? issued('t1', clock) : projects('p1')));
    expect(await find(clients, password)).toBe('p1');
    expect(JSON.parse(calls[0]?.body ?? '').auth.scope).toEqual({ project: { name: 'eu-west-101' } });
  });

  test.each<[string, Reply, string, string]>([
    ['none', projects(), 'not_found', 'IAM lists no project named eu-west-101'],
    ['two', projects('a', 'b'), 'not_found', 'IAM lists 2 projects named eu-west-101'],
    ['another body', { body: { code: 1 } }, 'unexpected_body', 'without a list of projects'],
    ['a refusal', { status: 403, body: { error: { code: 403, message: 'no' } } }, 'forbidden', 'iam:projects:list'],
  ])('%s: an error that says what to do', async (_, reply, kind, message) => {
    const { clients } = setUp(() => reply);
    await expect(find(clients)).rejects.toMatchObject({ kind, message: expect.stringContaining(message) });
  });
});

test('all workspaces of a project are listed, each once and without views', async () => {
  const rows = [
    { id: 'a', name: 'A', is_view: false },
    { id: 'v', name: 'V', is_view: true },
    { id: 'b', name: '' },
    { id: '', name: 'none' },
    { id: 'a', name: 'A' },
  ];
  const { connect } = setUp((call) => ({ body: { workspaces: call.path.endsWith('offset=0') ? rows : [] } }));
  expect(await connect(account).listWorkspaces(never)).toEqual([
    { workspaceId: 'a', name: 'A' },
    { workspaceId: 'b', name: 'b' },
  ]);
});

describe('the list of playbooks', () => {
  const list = (answer: Reply, filters = noFilters) => {
    const { connect, calls } = setUp(() => answer);
    return { calls, listed: connect({ ...account, filters }).listPlaybooks(workspaceId, never) };
  };

  test('is asked for with limit and offset, and filtered as the instances are', async () => {
    const data = ['a', 'b', 'c'].map((id) => ({ id, name: id.toUpperCase(), enabled: true, dataclass_id: `of ${id}` }));
    const filters = { ...noFilters, playbookId: ['a', 'b'], dataclassId: ['of b', 'of c'], workflowId: ['w'] };
    const { listed, calls } = list({ body: { code: '', total: 3, data } }, filters);
    expect((await listed).playbooks).toEqual([
      { playbookId: 'b', name: 'B', isEnabled: true, dataclass: { id: 'of b', name: null } },
    ]);
    expect(calls[0]?.path).toBe(`/v1/0123/workspaces/${workspaceId}/soc/playbooks?limit=100&offset=0`);
  });

  test.each<[string, Reply, string, string]>([
    ['a refusal', { status: 403, body: {} }, 'forbidden', 'grant the permission secmaster:playbook:list'],
    ['an unknown call', { status: 404, body: {} }, 'not_found', 'this SecMaster has no list of playbooks'],
    [
      'a failure with the status 200',
      { body: { success: false, code: 'SecMaster.20030001', message: 'Invalid.', data: [] } },
      'unexpected_body',
      'got "SecMaster.20030001 Invalid."',
    ],
  ])('%s: an error that says what to do', async (_, reply, kind, message) => {
    await expect(list(reply).listed).rejects.toMatchObject({ kind, message: expect.stringContaining(message) });
  });
});
