import { describe, expect, test } from 'vitest';
import { defaultProject, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { instancesPath, nowMs, pageOf, setUp, socErrorOf, workspacePath } from './harness.ts';

const ids = (page: Awaited<ReturnType<typeof pageOf>>) => page.instances.map(({ id }) => id);

describe('the list', () => {
  test('answers with count and instances, the newest first', async () => {
    const { world, get } = await setUp();
    world.start(nowMs - 2000, { id: 'a' });
    world.start(nowMs - 1000, { id: 'b' });
    const page = await pageOf(await get(`${instancesPath}?limit=1`));
    expect([page.count, ids(page)]).toEqual([2, ['b']]);
    expect(page.instances[0]).not.toHaveProperty('topology');
    expect(page.instances[0]).not.toHaveProperty('create_time');
  });

  test('takes the options for what is not known', async () => {
    const { world, get } = await setUp({
      behaviour: { count: { cap: 1 }, rows: { nulls: 'absent' }, dates: { field: 'ignored' } },
    });
    world.start(nowMs - 2000, { id: 'a' });
    world.start(nowMs - 1000, { id: 'b' });
    const page = await pageOf(await get(`${instancesPath}?from_date=2030-01-01T00:00:00Z`));
    expect([page.count, ids(page)]).toEqual([1, ['b', 'a']]);
    expect(page.instances[0]).not.toHaveProperty('end_time');
  });

  test.each([
    ['limit=101', '20030001'],
    ['sort_key=name', '20030009'],
    ['sort_dir=up', '20030010'],
  ])('%s is error %s, written as {code, message}', async (query, code) => {
    const { get } = await setUp();
    const answer = await get(`${instancesPath}?${query}`);
    expect([answer.status, await answer.json()]).toEqual([400, { code, message: expect.any(String) }]);
  });
});

describe('one instance', () => {
  test.each([
    ['', false],
    ['?show_topology=false', false],
    ['?show_topology=true', true],
  ])('%s: topology %s', async (query, shown) => {
    const { world, get } = await setUp();
    world.start(nowMs - 2000, { id: 'a' });
    world.fail('a', nowMs - 1000, 'Isolate host', 'HTTP 504');
    const row = await (await get(`${instancesPath}/a${query}`)).json();
    expect(row).toMatchObject({ id: 'a', status: 'FAILED' });
    if (shown) expect(row).toMatchObject({ topology: { audit_logs: [{ error_msg: 'HTTP 504' }] } });
    else expect(row).not.toHaveProperty('topology');
  });

  test('that SecMaster does not know, or no longer, is error 20030005', async () => {
    const { world, get } = await setUp();
    world.start(nowMs - 2000, { id: 'a' });
    world.remove('a', nowMs - 1000);
    expect(await socErrorOf(await get(`${instancesPath}/a`))).toEqual([400, '20030005']);
  });
});

describe('workspaces', () => {
  test('are listed with their project, page by page, and as they are at the moment', async () => {
    const { simulator, get } = await setUp();
    simulator.directory.addWorkspace(defaultProject.id, { id: 'second', name: 'Second' });
    const path = `/v1/${defaultProject.id}/workspaces`;
    const all = await (await get(`${path}?limit=100`)).json();
    expect(all).toMatchObject({
      count: 2,
      workspaces: [
        { ...defaultWorkspace, project_id: defaultProject.id, project_name: defaultProject.name, is_view: false },
        { id: 'second', name: 'Second' },
      ],
    });
    expect(await (await get(`${path}?limit=1&offset=1`)).json()).toMatchObject({
      count: 2,
      workspaces: [{ id: 'second' }],
    });
    simulator.directory.removeWorkspace('second');
    expect(await (await get(`${path}?limit=1&offset=1`)).json()).toEqual({ count: 1, workspaces: [] });
  });

  test.each(['', '?offset=0', '?limit=0', '?limit=x', '?limit=10&offset=-1'])(
    '%s is refused: limit is mandatory',
    async (query) => {
      const { get } = await setUp();
      expect(await socErrorOf(await get(`/v1/${defaultProject.id}/workspaces${query}`))).toEqual([400, '20030001']);
    },
  );
});

describe('what does not exist', () => {
  test.each([
    ['a project', instancesPath.replace(defaultProject.id, 'other'), 400, { code: '20030002' }],
    ['a project with workspaces', '/v1/other/workspaces?limit=1', 400, { code: '20030002' }],
    ['a workspace', instancesPath.replace(defaultWorkspace.id, 'other'), 403, { code: '20010001' }],
    ['an API', `${workspacePath}/soc/playbooks/instances`, 404, { error_code: 'APIGW.0101' }],
  ])('%s', async (_, path, status, body) => {
    const { get } = await setUp();
    const answer = await get(path);
    expect([answer.status, await answer.json()]).toEqual([status, expect.objectContaining(body)]);
  });

  test('writing is no API here', async () => {
    const { simulator } = await setUp();
    expect((await simulator.app.request(`${instancesPath}/a`, { method: 'PUT' })).status).toBe(404);
  });
});

describe('every answer', () => {
  test.each([instancesPath, `${instancesPath}?limit=0`, `${instancesPath}/x`, '/v3/projects', '/nowhere'])(
    'of %s tells the time of the simulator and an id of its own',
    async (path) => {
      const { clock, get } = await setUp();
      clock.advance(61_999);
      const [one, two] = [await get(path), await get(path)];
      expect(one.headers.get('date')).toBe('Fri, 18 Jul 2025 07:12:04 GMT');
      expect(one.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
      expect(one.headers.get('x-request-id')).not.toBe(two.headers.get('x-request-id'));
    },
  );
});

describe('the request log', () => {
  test('knows every request and counts them by operation', async () => {
    const { simulator, clock, get } = await setUp();
    await get(`${instancesPath}?limit=5&offset=10`);
    clock.advance(1000);
    await get(`${instancesPath}?limit=0`);
    await get(`${instancesPath}/x`);
    await get(`/v1/${defaultProject.id}/workspaces?limit=1`);
    await simulator.app.request('/v3/projects');
    await get('/nowhere');
    expect(simulator.requests.countsByOperation()).toEqual({
      KeystoneCreateUserTokenByPassword: 1,
      ListAopWorkflowInstance: 2,
      ShowAopWorkflowInstance: 1,
      ListWorkspaces: 1,
      KeystoneListProjects: 1,
      unknown: 1,
    });
    expect([simulator.requests.total(), simulator.requests.refused()]).toEqual([7, 1]);
    expect(simulator.requests.last(6).slice(0, 2)).toEqual([
      {
        atMs: nowMs,
        operation: 'ListAopWorkflowInstance',
        workspaceId: defaultWorkspace.id,
        status: 200,
        query: 'limit=5&offset=10',
        fault: null,
      },
      expect.objectContaining({ atMs: nowMs + 1000, status: 400, query: 'limit=0' }),
    ]);
    simulator.requests.clear();
    expect([simulator.requests.total(), simulator.requests.last(9)]).toEqual([0, []]);
  });
});

describe('a life', () => {
  const life = { seed: 7, historyMs: 3_600_000, runsPerMinute: 30 };
  const projects = [{ ...defaultProject, workspaces: [{ ...defaultWorkspace, life }] }];

  test('has its history at the first request and goes on between two', async () => {
    const { get, clock } = await setUp({ projects });
    const count = async () => (await pageOf(await get(instancesPath))).count;
    const first = await count();
    expect(first).toBeGreaterThan(1500);
    expect(await count()).toBe(first);
    clock.advance(60_000);
    expect(await count()).toBeGreaterThan(first + 10);
  });

  test('is in the truth up to now without a request', async () => {
    const { simulator, clock } = await setUp({ projects });
    clock.advance(60_000);
    const { started } = simulator.truth(defaultWorkspace.id, { sinceMs: nowMs, lookbackMs: 60_000 });
    expect(started.reduce((sum, { value }) => sum + value, 0)).toBeGreaterThan(10);
  });
});
