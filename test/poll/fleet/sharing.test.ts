import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { WorkspaceSettings } from '../../../src/poll/workspace/settings.ts';
import { noFilters } from '../../../src/secmaster/api/filters.ts';
import { defaultProject, defaultWorkspace } from '../../../src/simulator/defaults.ts';
import { createManualClock, type ManualClock } from '../../../src/simulator/manual-clock.ts';
import { createSimulator } from '../../../src/simulator/simulator.ts';
import { sampleValue, total } from '../../support/metrics/exposition.ts';
import { sharedFamilies } from '../../support/metrics/shared-families.ts';
import { createClientInProcess } from '../../support/secmaster/in-process.ts';
import { createQuietSecMaster } from '../../support/world/quiet-secmaster.ts';
import { createSeveral, type OneReplica, type SeveralParts } from '../../support/world/several.ts';
import { target } from '../../support/world/target.ts';

const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => target({ name: `w${from + i}`, workspaceId: `id-${from + i}` }));

function setUp(parts: Partial<SeveralParts> = {}) {
  const clock = createManualClock(Date.parse('2026-07-18T12:00:00Z'));
  const quiet = createQuietSecMaster({});
  const several = createSeveral({
    clock,
    targets: numbered(3),
    secmasterOf: (projectId, { now }) => quiet.of(projectId, now),
    ...parts,
  });
  const counts = () => several.living().map((one) => one.polls().length);
  return { clock, quiet, counts, ...several };
}

const simulated = [target({ name: 'soc', projectId: defaultProject.id, workspaceId: defaultWorkspace.id })];

function inSimulator(clock: ManualClock) {
  const simulator = createSimulator({ clock, tokenLifetimeMs: 1e12 });
  const { world } = simulator.directory.workspace(defaultWorkspace.id);
  const secmasterOf: SeveralParts['secmasterOf'] = (_, own) =>
    createClientInProcess(simulator, { clock: own, log: pino({ level: 'silent' }), filters: noFilters });
  return { simulator, world, secmasterOf };
}

test('50 workspaces are spread evenly over three replicas, and a fourth takes its share', async () => {
  const { add, turn, counts, all } = setUp({ targets: numbered(50) });
  for (let i = 0; i < 3; i++) await add();
  await turn(5_000);
  expect(counts()).toEqual([17, 17, 16]);
  expect(new Set(all.flatMap((one) => one.polls())).size).toBe(50);
  await add();
  await turn(5_000);
  expect(counts()).toEqual([13, 13, 12, 12]);
});

const lines = (replica: OneReplica, text: string) => replica.logged.filter(({ msg }) => String(msg).startsWith(text));
const value = async (replica: OneReplica, name: string, labels: Record<string, string>) =>
  sampleValue(await replica.scrape(), name, labels);

test('the workspaces of a replica that is killed are polled by others after the lease, and of one that stops at once', async () => {
  const { add, turn, counts, quiet, living } = setUp({ targets: numbered(6), everyMs: 300_000 });
  const [first, second] = [await add(), await add()];
  await add();
  await turn(10_000);
  expect(counts()).toEqual([2, 2, 2]);
  const before = quiet.lists.size === 6 ? [...quiet.lists.values()].reduce((a, b) => a + b) : 0;
  first.kill();
  await turn(17_000);
  expect(counts()).toEqual([3, 3]);
  const after = [...quiet.lists.values()].reduce((a, b) => a + b);
  expect(after).toBeGreaterThan(before);
  await second.stop();
  await turn(2_000);
  expect(counts()).toEqual([6]);
  expect(living()).toHaveLength(1);
});

test('every replica shows the same bytes within two seconds of a commit, and says which one polls', async () => {
  const clock = createManualClock(Date.parse('2026-07-18T12:00:00Z'));
  const { world, secmasterOf } = inSimulator(clock);
  const several = createSeveral({ clock, secmasterOf, targets: simulated });
  for (const aheadMs of [0, 3_600_000, -3_600_000]) await several.add({ aheadMs });
  await several.turn(65_000);
  const run = world.start(clock.now());
  world.fail(run, clock.now(), 'node', 'error');
  world.finish(world.start(clock.now()), clock.now());
  // A poll, and what may come after it.
  await several.turn(32_000);
  const texts = await Promise.all(several.all.map((one) => one.scrape()));
  expect(texts[0]).toContain('secmaster_workflow_instances_started_total{');
  const parts = texts.map(sharedFamilies);
  expect(parts[1]).toBe(parts[0]);
  expect(parts[2]).toBe(parts[0]);
  const leases = texts.map((text) => sampleValue(text, 'secmaster_exporter_lease', { workspace: 'soc' }));
  expect(leases.toSorted()).toEqual([0, 0, 1]);
  const holder = several.all[leases.indexOf(1)]?.name;
  for (const one of several.all) expect(one.report('soc')?.lease?.holder).toBe(holder);
  expect(several.wrongs).toEqual([]);
});

test('a workspace that one replica alone knows is polled, and leases come to rest', async () => {
  const { add, turn, counts, all } = setUp();
  await add({ name: 'a', targets: numbered(20) });
  await add({ name: 'b', targets: numbered(10) });
  await turn(120_000);
  expect(counts()).toEqual([10, 10]);
  const taken = () => all.flatMap((one) => lines(one, 'lease taken')).length;
  const before = taken();
  await turn(300_000);
  expect(taken()).toBe(before);
  expect(counts()).toEqual([10, 10]);
});

test('a replica that cannot reach SecMaster leaves its workspaces to others, and keeps them if these cannot either', async () => {
  const { add, turn, counts, all, living } = setUp({ targets: numbered(4) });
  const [first, second] = [await add(), await add()];
  await turn(5_000);
  expect(counts()).toEqual([2, 2]);
  first.net.isSecMasterCut = true;
  await turn(60_000);
  expect(counts()).toEqual([0, 4]);
  const [report] = second.reports();
  expect(report?.polls.last?.error).toBeNull();
  second.net.isSecMasterCut = true;
  const failures = async () => {
    const text = await first.scrape();
    return numbered(4).map(({ name }) =>
      sampleValue(text, 'secmaster_exporter_poll_failures_total', { workspace: name ?? '', reason: 'network' }),
    );
  };
  await turn(90_000);
  const before = await failures();
  await turn(300_000);
  const after = await failures();
  for (const [i, count] of after.entries()) expect((count ?? 0) - (before[i] ?? 0)).toBeGreaterThanOrEqual(9);
  for (const one of living()) expect(one.reports().map(({ polls }) => polls.last?.error === null)).not.toContain(true);
  const taken = () => all.flatMap((one) => lines(one, 'lease taken')).length;
  const settled = taken();
  await turn(600_000);
  expect(taken() - settled).toBeLessThanOrEqual(8);
});

test('a replica without the database shows what it knew, says so after 30 s and recovers; only who polls counts failures', async () => {
  const { add, turn, all } = setUp({ targets: numbered(1) });
  const [first, second] = [await add(), await add()];
  await turn(61_000);
  const workspace = { workspace: 'w0' };
  const holder = first.polls().length > 0 ? first : second;
  const other = holder === first ? second : first;
  for (const one of all) one.net.isCut = true;
  await turn(20_000);
  expect(await value(second, 'secmaster_up', workspace)).toBe(1);
  // The lease has expired.
  for (const one of all) expect(one.polls()).toEqual([]);
  await turn(50_000);
  for (const one of all) {
    expect(await value(one, 'secmaster_up', workspace)).toBe(0);
    expect(one.report('w0')?.polls.last?.error).toBe('the database cannot be reached');
  }
  const failed = { ...workspace, reason: 'ledger' };
  expect(await value(holder, 'secmaster_exporter_poll_failures_total', failed)).toBe(2);
  expect(await value(other, 'secmaster_exporter_poll_failures_total', failed)).toBe(0);
  expect(await value(other, 'secmaster_exporter_polls_total', workspace)).toBeGreaterThan(1);
  for (const one of all) one.net.isCut = false;
  await turn(35_000);
  for (const one of all) {
    expect(await value(one, 'secmaster_up', workspace)).toBe(1);
    expect(await value(one, 'secmaster_exporter_poll_failures_total', failed)).toBe(2);
    expect(lines(one, 'the other replicas cannot be seen')).toHaveLength(1);
    expect(lines(one, 'the database answers again')).toHaveLength(1);
  }
});

test('a poll that could not be told before the lease was lost does not hide those of the replica that has it now', async () => {
  const { add, turn, all } = setUp({ targets: numbered(1) });
  const [first, second] = [await add(), await add()];
  await turn(2_000);
  const [holder, other] = first.polls().length > 0 ? [first, second] : [second, first];
  holder.net.isCut = true;
  // It takes the lease, and then nothing more gets through.
  other.net.losesAnswer = (call) => {
    if (call === 'take') other.net.isCut = true;
    return false;
  };
  await turn(20_000);
  holder.net.isCut = false;
  await turn(40_000);
  expect(holder.polls()).toEqual(['w0']);
  Object.assign(other.net, { isCut: false, losesAnswer: () => false });
  for (let i = 0; i < 20; i++) {
    await turn(7_000);
    for (const one of all) expect(one.report('w0')?.polls.last?.error).toBeNull();
  }
});

test('a start without the database is told after 30 s, and polls once it is there', async () => {
  const { add, turn, quiet } = setUp({ targets: numbered(1) });
  const one = await add({ isCut: true });
  expect(one.report('w0')?.polls).toMatchObject({ last: null, count: null });
  await turn(40_000);
  expect(one.report('w0')?.polls.last?.error).toBe('the database cannot be reached');
  expect(quiet.lists.size).toBe(0);
  one.net.isCut = false;
  await turn(3_000);
  expect(one.report('w0')?.polls).toMatchObject({ last: { error: null }, count: 1 });
});

test('the counts of polls go on after all replicas have ended', async () => {
  const { add, turn } = setUp({ targets: numbered(1) });
  const first = await add();
  await turn(95_000);
  expect(await value(first, 'secmaster_exporter_polls_total', { workspace: 'w0' })).toBe(4);
  await first.stop();
  const second = await add();
  expect(await value(second, 'secmaster_exporter_polls_total', { workspace: 'w0' })).toBeGreaterThanOrEqual(4);
});

test('what is told twice, because the first time got no answer, counts once', async () => {
  const { add, turn } = setUp({ targets: numbered(1) });
  const [first, second] = [await add(), await add()];
  await turn(5_000);
  let n = 0;
  for (const one of [first, second]) one.net.losesAnswer = (call) => call === 'tell' && n++ % 2 === 0;
  await turn(30_000 * 10);
  for (const one of [first, second]) one.net.losesAnswer = () => false;
  await turn(32_000);
  const polls = await value(first, 'secmaster_exporter_polls_total', { workspace: 'w0' });
  expect(polls).toBe(12);
  expect(await value(second, 'secmaster_exporter_polls_total', { workspace: 'w0' })).toBe(polls);
});

test('a replica that was paused finds its leases lost, which is no failed poll, and never writes', async () => {
  const { add, turn, all, wrongs } = setUp({ targets: numbered(2), everyMs: 5_000 });
  const [first] = [await add(), await add()];
  await turn(7_000);
  expect(first.polls()).toHaveLength(1);
  first.pause(true);
  await turn(60_000);
  first.pause(false);
  await turn(10_000);
  expect(wrongs).toEqual([]);
  for (const one of all)
    for (const { polls } of one.reports())
      expect([...polls.failures.values()].every((count) => count === 0)).toBe(true);
  expect(lines(first, 'lease lost')).not.toHaveLength(0);
});

test('one replica discovers the workspaces of a project, all know them, and another one goes on', async () => {
  const { add, turn, quiet, all } = setUp({ targets: [target()] });
  quiet.projects['project-a'] = { w1: 'one', w2: 'two' };
  const [first] = [await add(), await add()];
  await turn(5_000);
  for (const one of all)
    expect(
      one
        .reports()
        .map(({ workspace }) => workspace)
        .toSorted(),
    ).toEqual(['one', 'two']);
  expect(quiet.discoveries).toBe(1);
  quiet.projects['project-a'].w3 = 'three';
  await turn(5 * 60_000);
  for (const one of all) expect(one.reports()).toHaveLength(3);
  expect(quiet.discoveries).toBe(2);
  const third = await add();
  expect(third.reports()).toHaveLength(3);
  await first.stop();
  quiet.projects['project-a'].w4 = 'four';
  await turn(5 * 60_000 + 35_000);
  expect(third.reports()).toHaveLength(4);
  expect(quiet.discoveries).toBeLessThanOrEqual(4);
});

test('a discovery that fails is shown by every replica', async () => {
  const { add, turn, all } = setUp({ targets: [target({ projectId: null })] });
  for (let i = 0; i < 2; i++) await add({ isSecMasterCut: true });
  await turn(70_000);
  const texts = await Promise.all(all.map((one) => one.scrape()));
  for (const text of texts) expect(sampleValue(text, 'secmaster_up', { workspace: 'eu-west-101' })).toBe(0);
  expect(sharedFamilies(texts[1] ?? '')).toBe(sharedFamilies(texts[0] ?? ''));
});

test('workspaces of one name have the same labels on each replica, whichever of them found it first', async () => {
  const targets = [target({ workspaceId: 'id-1' }), target({ workspaceId: 'id-2' }), target({ workspaceId: 'id-0' })];
  const { add, turn, quiet, all } = setUp({ targets });
  quiet.projects['project-a'] = { 'id-0': 'soc', 'id-1': 'soc', 'id-2': 'soc' };
  for (let i = 0; i < 3; i++) await add({ targets: numbered(1) });
  await turn(5_000);
  // Each finds one of them at the same time as the others.
  for (const one of all) await one.fleet.configure(targets);
  await turn(70_000);
  expect(all.map((one) => one.polls().length)).toEqual([1, 1, 1]);
  await add();
  const labels = all.map((one) => one.reports().map(({ workspace, workspaceId }) => `${workspace} ${workspaceId}`));
  expect(new Set(labels[0]?.map((label) => label.split(' id-')[0])).size).toBe(3);
  for (const of of labels) expect(of.toSorted()).toEqual(labels[0]?.toSorted());
});

test('of workspaces of one name that are found at the same time, none gets two suffixes', async () => {
  const ids = ['id-5', 'id-4', 'id-3', 'id-2', 'id-1', 'id-0'];
  const targets = ids.map((workspaceId) => target({ workspaceId }));
  const { add, turn, quiet, all } = setUp({ targets });
  quiet.projects['project-a'] = Object.fromEntries(ids.map((id) => [id, 'soc']));
  const first = await add({ targets: targets.slice(-1) });
  await turn(5_000);
  await first.fleet.configure(targets);
  await turn(70_000);
  await add();
  const labels = all.map((one) => one.reports().map(({ workspace, workspaceId }) => `${workspace} ${workspaceId}`));
  expect(labels[1]?.toSorted()).toEqual(labels[0]?.toSorted());
  expect(labels[0]).toContain('soc id-0');
  expect(labels[0]?.filter((label) => label.split('(').length > 2)).toEqual([]);
});

test('a workspace that a reload removes is given back, and one that it adds is polled', async () => {
  const { add, turn, quiet } = setUp({ targets: numbered(2) });
  const one = await add();
  await turn(2_000);
  await one.fleet.configure(numbered(2, 1));
  await turn(3_000);
  expect(one.polls()).toEqual(['w1', 'w2']);
  expect(lines(one, 'lease given back')).toMatchObject([{ workspace_id: 'id-0' }]);
  const polled = quiet.lists.get('id-0');
  await turn(60_000);
  expect(quiet.lists.get('id-0')).toBe(polled);
  expect(quiet.lists.get('id-2')).toBeGreaterThan(1);
});

test('looks that hang are told once, and no second one begins meanwhile', async () => {
  const { add, turn } = setUp({ targets: numbered(1) });
  const [first] = [await add(), await add()];
  await turn(2_000);
  first.net.delayMs = 45_000;
  await turn(40_000);
  expect(await value(first, 'secmaster_up', { workspace: 'w0' })).toBe(0);
  await turn(200_000);
  expect(lines(first, 'the database does not answer')).toHaveLength(1);
  first.net.delayMs = 0;
  await turn(90_000);
  expect(await value(first, 'secmaster_up', { workspace: 'w0' })).toBe(1);
});

test('a replica that looks so slowly that its lease may have expired goes on polling once it is fast again', async () => {
  const { add, turn, quiet } = setUp({ targets: numbered(1) });
  const one = await add();
  await turn(2_000);
  // Longer than the lease, which nobody else takes.
  one.net.delayMs = 20_000;
  await turn(30_000);
  one.net.delayMs = 0;
  await turn(40_000);
  const before = quiet.lists.get('id-0') ?? 0;
  await turn(90_000);
  expect(one.polls()).toEqual(['w0']);
  expect(quiet.lists.get('id-0')).toBeGreaterThan(before);
});

test.each<[string, (holder: OneReplica) => Promise<void> | void]>([
  ['whichever replica is scraped', () => {}],
  ['also if the one that polls is killed meanwhile', (holder) => holder.kill()],
  ['also if it stops meanwhile', (holder) => void holder.stop()],
])('a new series is seen at 0 on every replica before it has a value, %s', async (_, happen) => {
  const clock = createManualClock(Date.parse('2026-07-18T12:00:00Z'));
  const { world, secmasterOf } = inSimulator(clock);
  const several = createSeveral({ clock, secmasterOf, targets: simulated, settings: { newSeriesHoldMs: 65_000 } });
  for (let i = 0; i < 3; i++) await several.add();
  await several.turn(31_000);
  const values = new Map(several.all.map((one) => [one, [] as number[]]));
  /** Every replica is scraped once a minute, one after another. */
  const minute = async () => {
    for (const one of several.all) {
      await several.turn(20_000);
      if (!several.living().includes(one)) continue;
      const started = total(await one.scrape(), 'secmaster_workflow_instances_started_total');
      if (/started_total\{/.test(await one.scrape())) values.get(one)?.push(started);
    }
  };
  world.start(clock.now());
  await minute();
  const holder = several.all.find((one) => one.polls().length > 0);
  if (holder !== undefined) await happen(holder);
  for (let i = 0; i < 5; i++) await minute();
  for (const one of several.living()) {
    expect(values.get(one)?.[0]).toBe(0);
    expect(values.get(one)?.at(-1)).toBe(1);
  }
  expect(several.wrongs).toEqual([]);
});

test('replicas with other settings, as during a rollout, count each run once, and no count falls', async () => {
  const clock = createManualClock(Date.parse('2026-07-18T12:00:00Z'));
  const { world, secmasterOf } = inSimulator(clock);
  const several = createSeveral({ clock, secmasterOf, targets: simulated });
  const settings: Partial<WorkspaceSettings>[] = [
    { labels: ['workflow'], nodes: 'all' },
    { durationBuckets: [5, 60], lookbackMs: 3_600_000 },
    { maxPlaybooks: 1, maxValues: 1, retentionMs: 24 * 3_600_000 },
    { newSeriesHoldMs: 20_000, nodes: 'off' },
  ];
  for (const one of settings) await several.add({ settings: one });
  let begun = 0;
  for (const [i] of settings.entries()) {
    for (const end of [world.finish, (id: string, atMs: number) => world.fail(id, atMs, 'node', 'error')]) {
      const run = world.start(clock.now());
      begun++;
      await several.turn(20_000);
      end(run, clock.now());
      for (let n = 0; n < 5; n++) {
        await several.turn(15_000);
        for (const replica of several.living()) await replica.scrape();
      }
    }
    for (const one of several.living()) {
      const text = await one.scrape();
      expect(total(text, 'secmaster_workflow_instances_started_total')).toBe(begun);
      expect(total(text, 'secmaster_workflow_attempts_completed_total')).toBe(begun);
    }
    if (i < settings.length - 1)
      several
        .living()
        .find((one) => one.polls().length > 0)
        ?.kill();
    await several.turn(20_000);
  }
  expect(several.wrongs).toEqual([]);
});

test('what is read after a poll is shown by all, without waiting for the next poll', async () => {
  const clock = createManualClock(Date.parse('2026-07-18T12:00:00Z'));
  const { world, secmasterOf } = inSimulator(clock);
  const settings = { nodes: 'all' as const };
  const several = createSeveral({ clock, secmasterOf, targets: simulated, settings, everyMs: 300_000 });
  for (let i = 0; i < 2; i++) await several.add();
  await several.turn(10_000);
  const run = world.start(clock.now());
  await several.turn(2_000);
  world.finish(run, clock.now());
  await several.turn(300_000);
  const texts = await Promise.all(several.all.map((one) => one.scrape()));
  const read = { result: 'read' };
  for (const text of texts) expect(sampleValue(text, 'secmaster_exporter_topologies_total', read)).toBe(1);
  expect(sharedFamilies(texts[1] ?? '')).toBe(sharedFamilies(texts[0] ?? ''));
});

test('a lease is not given back in the middle of a poll, but after it', async () => {
  const { add, turn, living } = setUp({ targets: numbered(1) });
  const second = await add({ name: 'b' });
  await turn(29_000);
  const answer = Promise.withResolvers<void>();
  second.net.answersAfter = answer.promise;
  await turn(5_000);
  const first = await add({ name: 'a' });
  await turn(10_000);
  expect(second.polls()).toEqual(['w0']);
  answer.resolve();
  await turn(4_000);
  expect([first.polls(), second.polls()]).toEqual([['w0'], []]);
  for (const one of living()) expect(one.report('w0')?.polls).toMatchObject({ count: 3, last: { error: null } });
});

test('a lease is not taken again while a poll of the time before it was lost has not ended', async () => {
  const { add, turn, wrongs } = setUp({ targets: numbered(1) });
  const [first, second] = [await add(), await add()];
  await turn(29_000);
  const answer = Promise.withResolvers<void>();
  first.net.answersAfter = answer.promise;
  await turn(5_000);
  first.net.isCut = true;
  await turn(20_000);
  expect(second.polls()).toEqual(['w0']);
  first.net.isCut = false;
  await turn(2_000);
  await second.stop();
  await turn(30_000);
  expect(first.polls()).toEqual([]);
  first.net.answersAfter = Promise.resolve();
  answer.resolve();
  await turn(3_000);
  expect(first.polls()).toEqual(['w0']);
  expect(first.report('w0')?.polls.last?.error).toBeNull();
  expect(wrongs).toEqual([]);
});

test('a scrape of a replica that does not poll lets a new series show its value', async () => {
  const clock = createManualClock(Date.parse('2026-07-18T12:00:00Z'));
  const { world, secmasterOf } = inSimulator(clock);
  const several = createSeveral({ clock, secmasterOf, targets: simulated, settings: { newSeriesHoldMs: 65_000 } });
  const [first] = [await several.add(), await several.add()];
  await several.turn(31_000);
  const others = several.all.filter((one) => one.polls().length === 0);
  expect(others).toHaveLength(1);
  world.start(clock.now());
  for (let i = 0; i < 12; i++) {
    await several.turn(15_000);
    for (const one of others) await one.scrape();
  }
  expect(total(await first.scrape(), 'secmaster_workflow_instances_started_total')).toBe(1);
});
