import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { defaultProject, defaultWorkspace } from '../../../src/simulator/defaults.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import { createSoc, type SimulatedSoc, type SocOptions } from '../../support/world/simulated-soc.ts';

/** A workspace is polled whether or not SecMaster tells its name. */

const minuteMs = 60_000;
const id = defaultWorkspace.id;
const text = 'workspace name not found; its id is its label';
const lookUps = ({ simulator }: SimulatedSoc) => simulator.requests.count('ListWorkspaces');
const told = ({ logged }: SimulatedSoc) => logged.filter(({ msg }) => msg === text);
const labelOf = ({ workspace }: SimulatedSoc) => workspace.report().workspace;
const nameless = (options: SocOptions = {}) => createSoc({ settings: { name: null }, ...options });
const fault = (rule: object) => (simulator: Simulator) =>
  simulator.faults.add({ operation: 'ListWorkspaces', ...rule } as Parameters<Simulator['faults']['add']>[0]);
const behaving = (behaviour: BehaviourChange) => (simulator: Simulator) => simulator.behaviour.put(behaviour);
/** Adds so many others, before the workspace in the list. */
const listLast = (simulator: Simulator, others: number) => {
  const real = simulator.directory.workspace(id);
  const project = simulator.directory.projects.get(defaultProject.id);
  const listed = project?.workspaces as Map<string, typeof real>;
  for (let n = 0; n < others; n += 1) {
    const other = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    simulator.directory.addWorkspace(defaultProject.id, { id: other, name: `other ${n}` });
  }
  listed.delete(id);
  listed.set(id, real);
};

test.each<[string, (simulator: Simulator) => void, string]>([
  ['forbidden', behaving({ workspaces: { list: 'refused' } }), 'forbidden'],
  ['403', fault({ kind: 'status', status: 403 }), 'forbidden'],
  ['404', fault({ kind: 'status', status: 404 }), 'not_found'],
  ['400', fault({ kind: 'status', status: 400 }), 'bad_request'],
  ['429', fault({ kind: 'throttle' }), 'throttled'],
  ['500', fault({ kind: 'status', status: 500 }), 'server_error'],
  ['503', fault({ kind: 'status', status: 503 }), 'server_error'],
  ['an HTML page', fault({ kind: 'html', status: 200 }), 'body_not_json'],
  ["a proxy's error page", fault({ kind: 'html', status: 502 }), 'server_error'],
  ['another body', fault({ kind: 'garbage' }), 'unexpected_body'],
  ['no JSON object', fault({ kind: 'garbage', body: [1] }), 'unexpected_body'],
  ['a list without it', fault({ kind: 'garbage', body: { count: 0, workspaces: [] } }), 'not_listed'],
  ['half a body', fault({ kind: 'cut' }), 'body_cut'],
  ['a reset connection', fault({ kind: 'reset' }), 'network'],
])(
  'the list of workspaces is answered with %s: the workspace is polled under its id, and one line says why',
  async (_, break_, reason) => {
    const soc = nameless();
    break_(soc.simulator);
    soc.world.start(soc.now());
    for (let i = 0; i < 3; i += 1) await soc.poll();
    expect(soc.workspace.report()).toMatchObject({
      workspace: id,
      snapshot: { instances: 1 },
      polls: { last: { error: null } },
    });
    expect(told(soc)).toMatchObject([{ level: 40, reason, workspace: id, workspace_id: id, retryInSeconds: 300 }]);
    expect(lookUps(soc)).toBe(1);
  },
);

test('a refused list is tried again after 5, 10, 20, 40 and then every 60 minutes, at most once in a poll', async () => {
  const soc = nameless({ behaviour: { workspaces: { list: 'refused' } } });
  const at: number[] = [];
  for (let minute = 0; minute <= 300; minute += 1) {
    const before = lookUps(soc);
    await soc.poll();
    for (let n = before; n < lookUps(soc); n += 1) at.push(minute);
    soc.turn(minuteMs);
  }
  expect(at).toEqual([0, 5, 15, 35, 75, 135, 195, 255]);
  expect(told(soc)).toHaveLength(1);
});

test('another reason is told again, and the name is the label once it is known', async () => {
  const soc = nameless({ behaviour: { workspaces: { list: 'refused' } } });
  await soc.poll();
  soc.simulator.behaviour.put({ workspaces: { list: 'answered' } });
  soc.simulator.faults.add({ kind: 'status', status: 500, operation: 'ListWorkspaces', times: 2 });
  const labels: string[] = [];
  for (let i = 0; i < 3; i += 1) {
    soc.turn(60 * minuteMs);
    await soc.poll();
    labels.push(labelOf(soc));
  }
  expect(told(soc)).toMatchObject([{ reason: 'forbidden' }, { reason: 'server_error' }]);
  expect(labels).toEqual([id, id, defaultWorkspace.name]);
  const before = lookUps(soc);
  soc.turn(24 * 60 * minuteMs);
  await soc.poll();
  expect(lookUps(soc)).toBe(before);
});

test('an id that the list does not contain costs its pages once, then rests', async () => {
  const soc = nameless();
  listLast(soc.simulator, 250);
  soc.simulator.behaviour.put({ workspaces: { offset: 'ignored' } });
  for (let i = 0; i < 8; i += 1) await soc.poll();
  expect(lookUps(soc)).toBe(2);
  expect(told(soc)).toMatchObject([
    { reason: 'not_listed', problem: 'the list does not advance: a page has nothing new' },
  ]);
  expect(labelOf(soc)).toBe(id);
});

test('a reload looks again at once', async () => {
  const soc = nameless({ behaviour: { workspaces: { list: 'refused' } } });
  await soc.poll();
  soc.simulator.behaviour.put({ workspaces: { list: 'answered' } });
  await soc.poll();
  expect(lookUps(soc)).toBe(1);
  const settings = { name: null, projectId: defaultProject.id, workspaceId: id, region: defaultProject.name };
  const more = {
    lookbackMs: 1,
    retentionMs: 1e9,
    newSeriesHoldMs: 0,
    durationBuckets: [1],
    maxPlaybooks: 9,
    maxValues: 50,
    labels: [],
    failureGraceMs: 300_000,
  };
  const { secmaster } = soc;
  soc.workspace.reconfigure({ ...settings, ...more, nodes: 'off', recentRuns: 0 }, secmaster);
  await soc.poll();
  expect(labelOf(soc)).toBe(defaultWorkspace.name);
});

test('a look-up that takes longer than ten seconds says how far it is', async () => {
  let advance = () => {};
  const soc = nameless({
    through: (secmaster) => ({
      ...secmaster,
      workspaceName: (workspaceId, signal, watch) =>
        secmaster.workspaceName(workspaceId, signal, {
          ...watch,
          onPage: (read) => {
            advance();
            watch?.onPage?.(read);
          },
        }),
    }),
  });
  advance = () => soc.turn(6_000);
  listLast(soc.simulator, 4);
  soc.simulator.behaviour.put({ workspaces: { maxRows: 1 } });
  await soc.poll();
  const lines = soc.logged.filter(({ msg }) => msg === 'looking up the workspace name');
  expect(lines).toMatchObject([
    { pages: 2, workspaces: 2 },
    { pages: 4, workspaces: 4 },
  ]);
  expect(labelOf(soc)).toBe(defaultWorkspace.name);
});

test('whatever the list of workspaces does, every poll counts as it would with a name', async () => {
  const list = fc.record({
    list: fc.constantFrom('answered' as const, 'refused' as const),
    offset: fc.constantFrom('honoured' as const, 'ignored' as const),
    maxRows: fc.constantFrom(null, 1, 3),
    names: fc.constantFrom('shown' as const, 'absent' as const),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(list, fc.nat(90)), { maxLength: 8 }), fc.nat(5), async (steps, others) => {
      const soc = nameless();
      listLast(soc.simulator, others);
      let tries = 0;
      for (const [workspaces, minutes] of steps) {
        soc.simulator.behaviour.put({ workspaces });
        soc.world.start(soc.now());
        const before = lookUps(soc);
        await soc.poll();
        expect(lookUps(soc) - before).toBeLessThanOrEqual(others + 3);
        if (lookUps(soc) > before) tries += 1;
        expect(soc.workspace.report().polls.last?.error).toBeNull();
        soc.turn(minutes * minuteMs);
      }
      expect(
        soc.workspace
          .report()
          .polls.failures.values()
          .every((count) => count === 0),
      ).toBe(true);
      expect(told(soc).length).toBeLessThanOrEqual(tries);
      expect(await soc.differences()).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
