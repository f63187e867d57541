import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { startTimer } from '../../src/poll/fleet/timer.ts';
import { createOrganisation, type Organisation, projectId, workspaceId } from '../support/process/organisation.ts';
import { eventually } from '../support/process/processes.ts';

const minuteMs = 60_000;
const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const region = 'eu-west-101';
const entry = (origin = '', more: object = {}) => ({ region, endpoint: origin, iam_endpoint: origin, ...more });
const up = (organisation: Organisation) => organisation.byWorkspace('secmaster_up');
const started = (organisation: Organisation) => organisation.byWorkspace('secmaster_workflow_instances_started_total');

function run(organisation: Organisation, workspace: string): void {
  const simulator = organisation.simulators.find(({ directory }) =>
    directory.workspaces().some(({ id }) => id === workspace),
  );
  const { world } = simulator?.directory.workspace(workspace) ?? {};
  const nowMs = organisation.clock.now();
  world?.finish(world.start(nowMs - 5_000, { playbook }), nowMs - 1_000);
}

const project = (n: number, ...workspaces: [number, string][]) => ({
  id: projectId(n),
  name: region,
  workspaces: workspaces.map(([id, name]) => ({ id: workspaceId(id), name })),
});

describe('without workspace_id', () => {
  test('every workspace of the project is polled under its own name, each with a ledger of its own', async () => {
    const organisation = await createOrganisation({
      regions: [[project(1, [1, 'prod'], [2, 'lab'])]],
      workspaces: ([origin]) => [entry(origin, { project_id: projectId(1) })],
    });
    await organisation.poll();
    organisation.turn(minuteMs);
    run(organisation, workspaceId(1));
    await organisation.poll();
    expect(await up(organisation)).toEqual({ prod: 1, lab: 1 });
    expect(await started(organisation)).toEqual({ prod: 1 });
  });

  test('a new workspace appears, and the series of one that has been deleted go', async () => {
    const organisation = await createOrganisation({
      regions: [[project(1, [1, 'prod'], [2, 'lab'])]],
      workspaces: ([origin]) => [entry(origin, { project_id: projectId(1) })],
    });
    await organisation.poll();
    const [simulator] = organisation.simulators;
    simulator?.directory.addWorkspace(projectId(1), { id: workspaceId(3), name: 'new' });
    simulator?.directory.removeWorkspace(workspaceId(2));
    for (let i = 0; i < 3; i++) {
      organisation.turn(6 * minuteMs);
      await organisation.poll();
    }
    expect(await up(organisation)).toEqual({ prod: 1, new: 1 });
    run(organisation, workspaceId(3));
    await organisation.poll();
    expect(await started(organisation)).toEqual({ new: 1 });
  });

  test('two workspaces with one name are told apart by their projects, for good', async () => {
    const organisation = await createOrganisation({
      regions: [[project(1, [1, 'soc']), { ...project(2, [2, 'soc']), name: 'another' }]],
      workspaces: ([origin]) => [
        entry(origin, { project_id: projectId(1) }),
        entry(origin, { project_id: projectId(2) }),
      ],
    });
    for (let i = 0; i < 2; i++) await organisation.poll();
    expect(await up(organisation)).toEqual({ soc: 1, 'soc (00000000)': 1 });
  });

  test('a project that has none is said to have none, and is polled on', async () => {
    const organisation = await createOrganisation({
      regions: [[project(1)]],
      workspaces: ([origin]) => [entry(origin, { project_id: projectId(1) })],
    });
    await organisation.poll();
    expect(organisation.logged.map(({ msg }) => msg)).toContain('project has no workspaces');
    organisation.simulators[0]?.directory.addWorkspace(projectId(1), { id: workspaceId(1), name: 'first' });
    organisation.turn(6 * minuteMs);
    await organisation.poll();
    expect(await up(organisation)).toEqual({ first: 1 });
  });
});

describe('offset ignored on the list of workspaces', () => {
  const lists = (organisation: Organisation) => organisation.simulators[0]?.requests.count('ListWorkspaces');
  const stuck = (organisation: Organisation) =>
    organisation.logged.filter(({ msg }) => msg === 'unexpected list of workspaces');

  test.each<[string, number | null, Record<string, number>, boolean]>([
    ['all on the first page: all are polled', null, { one: 1, two: 1, three: 1 }, true],
    ['two on the first page: these are polled', 2, { one: 1, two: 1 }, false],
  ])('%s, after two requests, and one line says so', async (_, maxRows, ups, isComplete) => {
    const organisation = await createOrganisation({
      regions: [[project(1, [1, 'one'], [2, 'two'], [3, 'three'])]],
      workspaces: ([origin]) => [entry(origin, { project_id: projectId(1) })],
    });
    organisation.simulators[0]?.behaviour.put({ workspaces: { offset: 'ignored', maxRows } });
    const [discovery] = organisation.exporter.fleet.pollables();
    await discovery?.poll(new AbortController().signal, () => true);
    expect(lists(organisation)).toBe(2);
    for (let i = 0; i < 3; i++) {
      await organisation.poll();
      organisation.turn(6 * minuteMs);
    }
    expect(await up(organisation)).toEqual(ups);
    const problem = 'the list does not advance: a page has nothing new';
    expect(stuck(organisation)).toMatchObject([{ problem, pages: 2, count: 3, isComplete }]);
  });
});

describe('without project_id', () => {
  test('it is the project that has the name of the region', async () => {
    const organisation = await createOrganisation({
      regions: [[project(1, [1, 'prod']), { ...project(2, [2, 'lab']), name: 'cn-north-4' }]],
      workspaces: ([origin]) => [entry(origin)],
    });
    await organisation.poll();
    expect(await up(organisation)).toEqual({ prod: 1 });
    expect(await organisation.byWorkspace('secmaster_workspace_info')).toEqual({ prod: 1 });
  });

  test('where there is none, the workspace is down and the message says what to fix', async () => {
    const organisation = await createOrganisation({
      regions: [[{ ...project(1, [1, 'prod']), name: 'cn-north-4' }]],
      workspaces: ([origin]) => [entry(origin)],
    });
    await organisation.poll();
    expect(await up(organisation)).toEqual({ [region]: 0 });
    const message = `list_projects: IAM lists no project named ${region} for these credentials: set project_id, or check region`;
    const reason = expect.any(String);
    const line = { msg: 'workspace discovery failed', reason, error: message };
    expect(organisation.logged).toContainEqual(expect.objectContaining(line));
    expect(await (await organisation.exporter.app.request('/-/ready')).status).toBe(200);
  });
});

test('50 workspaces in three regions, one slow, one refused, one full of rubbish: the other 47 stay fresh', async () => {
  const regions = [16, 17, 17].map((count, r) => [
    project(r + 1, ...Array.from({ length: count }, (_, n): [number, string] => [r * 100 + n, `tenant-${r}-${n}`])),
  ]);
  const organisation = await createOrganisation({
    clock: systemClock,
    regions,
    workspaces: (origins) => origins.map((origin, r) => entry(origin, { project_id: projectId(r + 1) })),
  });
  await organisation.poll();
  await organisation.poll();
  const beganMs = Date.now();
  const [first, second, third] = organisation.simulators;
  first?.faults.add({ kind: 'latency', ms: 30_000, workspaceId: workspaceId(5) });
  second?.faults.add({ kind: 'status', status: 403, code: 'APIGW.0302', workspaceId: workspaceId(105) });
  third?.faults.add({ kind: 'garbage', workspaceId: workspaceId(205) });
  const everySecond = { schedule: { kind: 'every', everyMs: 1_000 }, timezone: 'UTC', concurrency: 4 } as const;
  const timer = startTimer(organisation.exporter.fleet.pollables, everySecond, systemClock, pino({ level: 'silent' }));
  onTestFinished(() => timer.stop());
  const isFresh = (seconds: number) => seconds * 1_000 > beganMs + 2_000;
  const find = async () => {
    const ages = Object.entries(await organisation.byWorkspace('secmaster_exporter_last_success_timestamp_seconds'));
    return ages.filter(([, seconds]) => isFresh(seconds)).length === 47 ? ages : undefined;
  };
  const ages = await eventually(find, '47 fresh workspaces');
  const stale = ages.filter(([, seconds]) => !isFresh(seconds)).map(([workspace]) => workspace);
  expect(stale.toSorted()).toEqual(['tenant-0-5', 'tenant-1-5', 'tenant-2-5']);
  const states = Object.entries(await up(organisation));
  expect(states.filter(([, value]) => value === 0).map(([workspace]) => workspace)).toEqual([
    'tenant-1-5',
    'tenant-2-5',
  ]);
}, 60_000);
