import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import { createFleet } from '../../../src/poll/fleet/fleet.ts';
import type { Target } from '../../../src/poll/fleet/membership.ts';
import type { FoundWorkspace, SecMaster } from '../../../src/secmaster/api/secmaster.ts';
import { SecMasterError } from '../../../src/secmaster/http/errors.ts';
import { target } from '../../support/world/target.ts';

/** Which workspaces there are to be polled, and under which labels, as configuration and lists change. */

const never = new AbortController().signal;
const minuteMs = 60_000;
const empty = { count: 0, ids: [], instances: [], filteredOut: [], rejected: [] };

/** Projects with their workspaces by name, which a test changes as it likes. */
async function setUp(projects: Record<string, Record<string, string>>, onReport: () => void = () => {}) {
  let nowMs = Date.parse('2026-07-18T12:00:00Z');
  const lists: string[] = [];
  const news: string[] = [];
  const logged: Record<string, unknown>[] = [];
  let onList = async () => {};
  let isCut = false;
  const found = (projectId: string): FoundWorkspace[] =>
    Object.entries(projects[projectId] ?? {}).map(([workspaceId, name]) => ({ workspaceId, name }));
  const secmasterOf = (projectId: string): SecMaster => ({
    now: () => nowMs,
    answeredMs: () => nowMs,
    clockProblem: () => null,
    credentialsExpireAtMs: () => null,
    countsFilteredOut: false,
    listInstances: async () => {
      await onList();
      return empty;
    },
    showInstance: () => Promise.reject(new Error('there is none')),
    workspaceName: async (id) => found(projectId).find(({ workspaceId }) => workspaceId === id)?.name ?? null,
    listPlaybooks: async () => ({ playbooks: [], unreadable: 0, isComplete: true, problem: null }),
    listWorkspaces: async (_, watch) => {
      lists.push(projectId);
      if (projects[projectId] === undefined) throw new SecMasterError('forbidden', 'list_workspaces', '403');
      const problem = isCut ? 'an empty page before the end' : null;
      watch?.onEnd?.({ pages: 1, workspaces: 1, count: 9, isComplete: !isCut, problem });
      return found(projectId).slice(0, isCut ? 1 : undefined);
    },
  });
  const store = createSqliteStore(':memory:');
  const begin = () =>
    createFleet<Target>({
      settingsOf: (one, ids) => ({
        ...one,
        ...ids,
        lookbackMs: 3_600_000,
        retentionMs: 86_400_000,
        newSeriesHoldMs: 0,
        durationBuckets: [1],
        maxPlaybooks: 200,
        maxValues: 50,
        labels: [],
        nodes: 'off',
        failureGraceMs: 300_000,
        recentRuns: 0,
      }),
      secmasterOf: (_, projectId) => secmasterOf(projectId),
      findProject: async (one) => `project-of-${one.region}`,
      store,
      log: pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) }),
      clock: { ...systemClock, now: () => nowMs, elapsedMs: () => nowMs },
      lastScrapeMs: () => null,
      onReport: async () => onReport(),
      onNew: (workspaces) => news.push(...workspaces.map((one) => one.report()?.workspace ?? '')),
    });
  let fleet = begin();
  return {
    lists,
    news,
    logged,
    /** What is done the next time that instances are listed. */
    onList(work: () => Promise<void>) {
      onList = async () => {
        onList = async () => {};
        await work();
      };
    },
    /** Whether lists end after their first workspace, and say so. */
    cut(is: boolean) {
      isCut = is;
    },
    get fleet() {
      return fleet;
    },
    restart() {
      fleet = begin();
    },
    async poll(passedMs = 0) {
      nowMs += passedMs;
      const polled = new Set();
      const next = () => fleet.pollables().find((one) => !polled.has(one));
      for (let one = next(); one !== undefined; one = next()) {
        polled.add(one);
        await one.poll(never, () => true);
      }
    },
    labels: () => fleet.reports().map(({ workspace }) => workspace),
    polls: () => fleet.reports().map(({ polls }) => polls.count),
  };
}

test('without a workspace_id every workspace of the project is found, polled and kept up to date', async () => {
  const projects = { 'project-a': { w1: 'one', w2: 'two' } as Record<string, string> };
  const { fleet, poll, labels, news, lists } = await setUp(projects);
  await fleet.configure([target()]);
  expect(labels()).toEqual(['eu-west-101']);
  await poll();
  expect(labels()).toEqual(['one', 'two']);
  await poll(minuteMs);
  expect(lists).toHaveLength(1);

  projects['project-a'].w3 = 'three';
  await poll(5 * minuteMs);
  expect(labels()).toEqual(['one', 'two', 'three']);
  expect(news).toEqual(['w1', 'w2', 'w3']);

  delete projects['project-a'].w1;
  await poll(5 * minuteMs);
  expect(labels()).toContain('one');
  await poll(5 * minuteMs);
  expect(labels()).toEqual(['two', 'three']);
});

test('a project that is not given is found by its region, once', async () => {
  const { fleet, poll } = await setUp({ 'project-of-eu-west-101': { w1: 'one' } });
  await fleet.configure([target({ projectId: null, workspaceId: 'w1' })]);
  await poll();
  await poll(minuteMs);
  expect(fleet.reports()).toMatchObject([{ workspace: 'one', projectId: 'project-of-eu-west-101', workspaceId: 'w1' }]);
});

test('a refused list is reported under the name of the region, and other entries are not affected', async () => {
  const { fleet, poll } = await setUp({ 'project-a': { w1: 'one' } });
  await fleet.configure([target({ projectId: 'project-x' }), target()]);
  await poll();
  expect(fleet.reports().map(({ workspace, polls }) => [workspace, polls.last?.error])).toEqual([
    ['eu-west-101', 'list_workspaces: 403'],
    ['one', null],
  ]);
});

test('a list that was not read completely removes no workspace, and is told once', async () => {
  const projects = { 'project-a': { w1: 'one', w2: 'two', w3: 'three' } as Record<string, string> };
  const soc = await setUp(projects);
  await soc.fleet.configure([target()]);
  await soc.poll();
  soc.cut(true);
  for (let i = 0; i < 4; i++) await soc.poll(5 * minuteMs);
  expect(soc.labels()).toEqual(['one', 'two', 'three']);
  expect(soc.logged.filter(({ msg }) => msg === 'unexpected list of workspaces')).toMatchObject([
    { level: 40, project: 'project-a', problem: 'an empty page before the end', isComplete: false },
  ]);
  expect(soc.logged.filter(({ msg }) => msg === 'workspaces found')).toHaveLength(1);
  soc.cut(false);
  delete projects['project-a'].w2;
  for (let i = 0; i < 2; i++) await soc.poll(5 * minuteMs);
  expect(soc.labels()).toEqual(['one', 'three']);
});

test('a reload lets a discovery that rests after a failure try at once, and no other', async () => {
  const soc = await setUp({ 'project-a': { w1: 'one' } });
  const targets = [target({ projectId: 'project-x' }), target()];
  await soc.fleet.configure(targets);
  await soc.poll();
  await soc.poll(minuteMs / 2);
  expect(soc.lists).toEqual(['project-x', 'project-a']);
  soc.news.length = 0;
  await soc.fleet.configure(targets);
  expect(soc.news).toEqual(['eu-west-101']);
  await soc.poll();
  expect(soc.lists).toEqual(['project-x', 'project-a', 'project-x']);
});

test('workspaces with one name get the id of their project in the label, permanently', async () => {
  const soc = await setUp({ aaaaaaaa1: { w1: 'soc' }, bbbbbbbb1: { w2: 'soc' } });
  const [first, second] = [target({ projectId: 'aaaaaaaa1' }), target({ projectId: 'bbbbbbbb1' })];
  await soc.fleet.configure([first, second]);
  await soc.poll();
  expect(soc.labels()).toEqual(['soc', 'soc (bbbbbbbb)']);
  soc.restart();
  await soc.fleet.configure([second, first]);
  await soc.poll();
  expect(soc.labels().toSorted()).toEqual(['soc', 'soc (bbbbbbbb)']);
  expect(soc.fleet.reports().find(({ workspace }) => workspace === 'soc')?.workspaceId).toBe('w1');
});

test('another configuration keeps what stays, with its counts, and takes names and entries as they are now', async () => {
  const { fleet, poll, labels, polls } = await setUp({ 'project-a': { w1: 'one', w2: 'two' } });
  const [one, two] = [target({ name: 'prod', workspaceId: 'w1' }), target({ name: 'test', workspaceId: 'w2' })];
  await fleet.configure([one, two]);
  await poll();
  await poll(minuteMs);
  await fleet.configure([{ ...one, name: 'production' }, two]);
  expect([labels(), polls()]).toEqual([
    ['production', 'test'],
    [2, 2],
  ]);
  await fleet.configure([two]);
  expect([labels(), polls()]).toEqual([['test'], [2]]);
  await fleet.configure([two, one]);
  await poll();
  expect([labels(), polls()]).toEqual([
    ['test', 'prod'],
    [3, 3],
  ]);
});

test('a workspace that comes back is the same one, so that its polls never overlap', async () => {
  const { fleet } = await setUp({ 'project-a': { w1: 'one', w2: 'two' } });
  const [one, two] = [target({ name: 'prod', workspaceId: 'w1' }), target({ name: 'test', workspaceId: 'w2' })];
  await fleet.configure([one, two]);
  const before = new Set(fleet.pollables());
  await fleet.configure([two]);
  await fleet.configure([two, { ...one, name: 'again' }]);
  expect(fleet.pollables()).toHaveLength(2);
  expect(fleet.pollables().every((pollable) => before.has(pollable))).toBe(true);
});

test('a workspace that is named by itself is not polled a second time as one of its project', async () => {
  const { fleet, poll, labels } = await setUp({ 'project-a': { w1: 'one', w2: 'two' } });
  await fleet.configure([target(), target({ name: 'prod', workspaceId: 'w1' })]);
  await poll();
  expect(labels()).toEqual(['prod', 'two']);
  await fleet.configure([target()]);
  await poll(5 * minuteMs);
  expect(labels().toSorted()).toEqual(['one', 'two']);
});

test('a name that the configuration gives is taken from a workspace that has learnt it', async () => {
  const { fleet, poll, labels } = await setUp({ 'project-a': { w1: 'one' }, bbbbbbbb1: { w2: 'two' } });
  await fleet.configure([target()]);
  await poll();
  await fleet.configure([target(), target({ name: 'one', projectId: 'bbbbbbbb1', workspaceId: 'w2' })]);
  expect(labels().toSorted()).toEqual(['one', 'one (project-)']);
});

test('an entry with a name and without a project stands under its name before and after the project is found', async () => {
  const projects: Record<string, Record<string, string>> = {};
  const { fleet, labels, poll } = await setUp(projects);
  await fleet.configure([target({ name: 'prod', projectId: null, workspaceId: 'w1' })]);
  expect(labels()).toEqual(['prod']);
  await poll();
  expect(labels()).toEqual(['prod']);
  await fleet.configure([target({ name: 'production', projectId: null, workspaceId: 'w1' })]);
  expect(labels()).toEqual(['production']);
});

test('an entry for which nothing has been found takes the name that a reload gives', async () => {
  const { fleet, labels } = await setUp({});
  const named = (name: string) => target({ name, projectId: null, workspaceId: 'w1' });
  for (const name of ['prod', 'production']) await fleet.configure([named(name)]);
  expect(labels()).toEqual(['production']);
});

test('a workspace that loses its own entry continues at once as one of its project', async () => {
  const { fleet, poll, labels, polls } = await setUp({ 'project-a': { w1: 'one', w2: 'two' } });
  await fleet.configure([target(), target({ name: 'prod', workspaceId: 'w1' })]);
  await poll();
  await fleet.configure([target()]);
  expect(polls()).toEqual([1, 1]);
  await poll(minuteMs);
  expect(labels()).toEqual(['one', 'two']);
});

describe('log lines have the label and the id of the workspace', () => {
  const linesOf = (soc: Awaited<ReturnType<typeof setUp>>) =>
    soc.logged.splice(0).map(({ msg, workspace, workspace_id }) => [msg, workspace, workspace_id]);
  const named = (name: string) => target({ name, workspaceId: 'w1' });

  test('a learnt name as soon as it is known, also after a restart', async () => {
    const soc = await setUp({ 'project-a': { w1: 'one' } });
    await soc.fleet.configure([target({ workspaceId: 'w1' })]);
    await soc.poll();
    expect(linesOf(soc)).toEqual([
      ['ledger created; counters start now', 'w1', 'w1'],
      ['how SecMaster behaves', 'one', 'w1'],
      ['history sweep complete', 'one', 'w1'],
      ['first poll succeeded', 'one', 'w1'],
    ]);
    soc.restart();
    await soc.fleet.configure([target({ workspaceId: 'w1' })]);
    await soc.poll();
    expect(linesOf(soc)).toEqual([
      // An empty list shows nothing, so that is tried again.
      ['how SecMaster behaves', 'one', 'w1'],
      ['first poll succeeded', 'one', 'w1'],
    ]);
  });

  test('a name with its suffix', async () => {
    const soc = await setUp({ aaaaaaaa1: { w1: 'soc' }, bbbbbbbb1: { w2: 'soc' } });
    await soc.fleet.configure([target({ projectId: 'aaaaaaaa1' }), target({ projectId: 'bbbbbbbb1' })]);
    await soc.poll();
    expect(linesOf(soc)).toContainEqual(['first poll succeeded', 'soc (bbbbbbbb)', 'w2']);
  });

  test('the name from a reload, even in the middle of a poll', async () => {
    const soc = await setUp({ 'project-a': { w1: 'one' } });
    await soc.fleet.configure([named('prod')]);
    let lists = 0;
    const reloadAtSecond = async () => {
      if (++lists === 2) await soc.fleet.configure([named('production')]);
      else soc.onList(reloadAtSecond);
    };
    soc.onList(reloadAtSecond);
    await soc.poll();
    expect(linesOf(soc)).toEqual([
      ['ledger created; counters start now', 'prod', 'w1'],
      ['how SecMaster behaves', 'production', 'w1'],
      ['history sweep complete', 'production', 'w1'],
      ['first poll succeeded', 'production', 'w1'],
    ]);
  });

  test('those of a discovery have its label while it has one', async () => {
    const projects: Record<string, Record<string, string>> = {};
    const soc = await setUp(projects);
    const [first, second] = [target({ projectId: 'aaaaaaaa1' }), target({ projectId: 'bbbbbbbb1' })];
    await soc.fleet.configure([first]);
    await soc.fleet.configure([first, second]);
    await soc.poll();
    expect(linesOf(soc)).toEqual([
      ['workspace discovery failed', 'eu-west-101', undefined],
      ['workspace discovery failed', 'eu-west-101 (bbbbbbbb)', undefined],
    ]);
    projects.bbbbbbbb1 = { w2: 'two' };
    await soc.poll(minuteMs);
    expect(linesOf(soc)).toContainEqual(['workspaces found', undefined, undefined]);
  });
});

test.each<[string, (soc: Awaited<ReturnType<typeof setUp>>, targets: readonly Target[]) => Promise<void>]>([
  ['from the start', (soc, targets) => soc.fleet.configure(targets)],
  [
    'by reload',
    async (soc, targets) => {
      await soc.fleet.configure(targets.slice(0, 1));
      await soc.poll();
      await soc.fleet.configure(targets);
    },
  ],
])('two entries of a region whose discovery has found nothing yet have a label each, %s', async (_, configure) => {
  const soc = await setUp({});
  await configure(soc, [target({ projectId: 'aaaaaaaa1' }), target({ projectId: 'bbbbbbbb1' })]);
  await soc.poll();
  expect(soc.labels()).toEqual(['eu-west-101', 'eu-west-101 (bbbbbbbb)']);
});

describe('whatever happens', () => {
  const projectIds = ['aaaaaaaa1', 'aaaaaaaa2', 'project-of-eu-west-101'];
  const workspaceIds = ['w1', 'w2', 'w3'];
  const names = ['soc', 'eu-west-101', 'w1', 'soc (w2)'];
  const unique = <A>(of: (one: A) => unknown) => ({
    selector: of,
    comparator: (a: unknown, b: unknown) => a !== null && a === b,
  });
  // As the configuration's own checks let them through.
  const targets = fc
    .uniqueArray(
      fc.record({
        name: fc.option(fc.constantFrom(...names)),
        projectId: fc.option(fc.constantFrom(...projectIds)),
        workspaceId: fc.option(fc.constantFrom(...workspaceIds)),
      }),
      { ...unique(({ workspaceId }) => workspaceId), maxLength: 4 },
    )
    .map((some) => some.map((one) => (one.workspaceId === null ? { ...one, name: null } : one)))
    .filter((some) => {
      const given = some.flatMap(({ name }) => name ?? []);
      return new Set(given).size === given.length;
    })
    .map((some) => some.map((one) => target(one)));
  const step = fc.oneof(
    { weight: 4, arbitrary: targets.map((to) => ({ do: 'reload' as const, to })) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('poll' as const), passedMs: fc.nat(10 * minuteMs) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('list' as const),
        projectId: fc.constantFrom(...projectIds),
        workspaces: fc.option(fc.dictionary(fc.constantFrom(...workspaceIds), fc.constantFrom(...names))),
      }),
    },
    { weight: 1, arbitrary: targets.map((to) => ({ do: 'restart' as const, to })) },
  );

  test('no two series ever share a label, and a name that the configuration gives is the label', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), async (steps) => {
        const projects: Record<string, Record<string, string>> = {};
        let given: readonly string[] = [];
        const published: string[][] = [];
        const soc = await setUp(projects, () => published.push(soc.labels()));
        for (const one of steps) {
          if (one.do === 'reload' || one.do === 'restart') {
            if (one.do === 'restart') soc.restart();
            await soc.fleet.configure(one.to);
            given = one.to.flatMap(({ name }) => name ?? []);
          }
          if (one.do === 'poll') await soc.poll(one.passedMs);
          if (one.do === 'list' && one.workspaces !== null) projects[one.projectId] = one.workspaces;
          if (one.do === 'list' && one.workspaces === null) delete projects[one.projectId];
        }
        for (const labels of [...published, soc.labels()]) expect(new Set(labels).size).toBe(labels.length);
        expect(soc.labels()).toEqual(expect.arrayContaining([...given]));
      }),
      { numRuns: 150 },
    );
  });
});
