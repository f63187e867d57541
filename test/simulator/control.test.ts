import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { friendly } from '../../src/simulator/behaviour.ts';
import { defaultProject, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { instancesPath, nowMs, setUp } from './harness.ts';

async function controlled() {
  const parts = await setUp();
  const control = (path: string, method = 'GET', body?: unknown) =>
    parts.simulator.app.request(`/_simulator/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return { ...parts, control };
}

test('workspaces are listed with their sizes', async () => {
  const { world, control } = await controlled();
  world.start(nowMs);
  expect(await (await control('workspaces')).json()).toEqual([
    { project_id: defaultProject.id, workspace_id: defaultWorkspace.id, name: defaultWorkspace.name, instances: 1 },
  ]);
});

test('the truth is the one that is told in process', async () => {
  const { world, simulator, control } = await controlled();
  world.start(nowMs - 5000, { playbook: { id: 'p', name: 'P' } });
  const answer = await control(`truth?workspace_id=${defaultWorkspace.id}&since=${nowMs - 9000}&lookback=60000`);
  const told = await answer.json();
  expect(told).toEqual(simulator.truth(defaultWorkspace.id, { sinceMs: nowMs - 9000, lookbackMs: 60_000 }));
  expect(told).toMatchObject({ started: [{ playbook_id: 'p', trigger_type: 'EVENT', value: 1 }] });
});

test('the truth has more labels, and another grace, where they are asked for', async () => {
  const { world, control } = await controlled();
  const workflow = { id: 'w', name: '流程', name_en: 'Flow' };
  world.fail(world.start(nowMs - 9000, { workflow, defenseId: 'd' }), nowMs - 5000, 'n', 'e');
  const path = `truth?workspace_id=${defaultWorkspace.id}&since=0&lookback=60000`;
  expect(await (await control(`${path}&labels=workflow,defense&language=zh&grace=5000`)).json()).toMatchObject({
    started: [{ workflow: '流程', defense: 'd' }],
    consecutiveFailures: [{ value: 1 }],
  });
  expect((await control(`${path}&labels=node`)).status).toBe(400);
});

test('faults are added and taken away, and do not meet the control calls', async () => {
  const { get, control } = await controlled();
  expect((await control('faults', 'POST', { kind: 'throttle' })).status).toBe(204);
  expect((await get(instancesPath)).status).toBe(429);
  expect((await control('workspaces')).status).toBe(200);
  expect((await control('faults', 'DELETE')).status).toBe(204);
  expect((await get(instancesPath)).status).toBe(200);
});

describe('the behaviour', () => {
  const pages = async (get: (path: string) => Promise<Response>) =>
    ((await (await get(instancesPath)).json()) as { instances: unknown[] }).instances.length;

  async function withRows() {
    const parts = await controlled();
    for (let n = 0; n < 9; n += 1) parts.world.start(nowMs - n);
    return parts;
  }

  test('is told, set and changed while the simulator runs', async () => {
    const { get, control } = await withRows();
    expect(await (await control('behaviour')).json()).toEqual(friendly);
    const put = await control('behaviour', 'PUT', { paging: { maxRows: 5 } });
    expect(await put.json()).toMatchObject({ paging: { maxRows: 5 }, count: { of: 'matching' } });
    expect(await pages(get)).toBe(5);
    await control('behaviour', 'PATCH', { count: { of: 'page' } });
    expect(await (await control('behaviour')).json()).toMatchObject({ paging: { maxRows: 5 }, count: { of: 'page' } });
    await control('behaviour', 'PUT', {});
    expect(await (await control('behaviour')).json()).toEqual(friendly);
    expect(await pages(get)).toBe(9);
  });

  test('is that of one workspace where it is named', async () => {
    const { simulator, get, control } = await withRows();
    const path = `behaviour?workspace_id=${defaultWorkspace.id}`;
    await control(path, 'PATCH', { paging: { maxRows: 4 } });
    expect(await pages(get)).toBe(4);
    expect(simulator.behaviour.get()).toEqual(friendly);
    await control('behaviour', 'PATCH', { count: { cap: 3 } });
    expect(await (await control(path)).json()).toMatchObject({ paging: { maxRows: 4 }, count: { cap: 3 } });
  });
});

test('requests are counted, the control calls not among them', async () => {
  const { simulator, get, control } = await controlled();
  await get(instancesPath);
  await simulator.app.request(instancesPath);
  expect(await (await control('requests?last=1')).json()).toEqual({
    total: 3,
    refused: 1,
    counts: { KeystoneCreateUserTokenByPassword: 1, ListAopWorkflowInstance: 2 },
    last: [expect.objectContaining({ operation: 'ListAopWorkflowInstance', status: 401 })],
  });
});

describe('time', () => {
  test('is advanced if the clock is manual', async () => {
    const { clock, control } = await controlled();
    expect(await (await control('advance', 'POST', { ms: 1500 })).json()).toEqual({ now: nowMs + 1500 });
    expect(clock.now()).toBe(nowMs + 1500);
  });

  test('is not advanced if it is the real clock', async () => {
    const { app } = createSimulator({ clock: systemClock });
    const answer = await app.request('/_simulator/advance', { method: 'POST', body: '{"ms":1}' });
    expect(answer.status).toBe(409);
  });
});

test.each([
  ['GET', 'truth', undefined, 400],
  ['GET', `truth?workspace_id=${defaultWorkspace.id}&since=yesterday&lookback=1`, undefined, 400],
  ['GET', 'truth?workspace_id=other&since=1&lookback=1', undefined, 404],
  ['PUT', 'behaviour', { paging: { rows: 5 } }, 400],
  ['PATCH', 'behaviour', { paging: { maxRows: 'five' } }, 400],
  ['PATCH', 'behaviour', undefined, 400],
  ['GET', 'behaviour?workspace_id=other', undefined, 404],
  ['POST', 'faults', { kind: 'fire' }, 400],
  ['POST', 'faults', undefined, 400],
  ['POST', 'advance', { ms: -1 }, 400],
  ['GET', 'requests?last=all', undefined, 400],
])('%s %s with %j says what is wrong', async (method, path, body, status) => {
  const { control } = await controlled();
  const answer = await control(path, method, body);
  expect([answer.status, await answer.json()]).toEqual([status, { error: expect.stringMatching(/./) }]);
});
