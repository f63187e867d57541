import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/ledger/change.ts';
import { maxProbeRequests } from '../../src/poll/profile/probe.ts';
import { SecMasterError } from '../../src/secmaster/http/errors.ts';
import type { BehaviourChange } from '../../src/simulator/behaviour.ts';
import { defaultProject, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { inForm } from '../support/form.ts';
import { emptyPage } from '../support/ledger/ledgers.ts';
import { sampleValue } from '../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc, startMs } from '../support/world/simulated-soc.ts';
import { hourMs, minuteMs, playbook, runs } from './unkind/unkind.ts';

const refusal = new SecMasterError('bad_request', 'list_instances', '', { httpStatus: 400, code: '20030001' });

/** Runs of the last 23 hours that overlap, and 10 of two days ago. */
function history(soc: SimulatedSoc, count: number): void {
  runs(soc, count, { fromMs: startMs - 23 * hourMs, withinMs: 22.9 * hourMs });
  for (let i = 0; i < 10; i++)
    soc.world.finish(soc.world.start(startMs - 48 * hourMs, { playbook }), startMs - 47 * hourMs);
}

/** The profile in the log has this line. */
function expectLogged({ logged }: SimulatedSoc, finding: string): void {
  const profile = expect.arrayContaining([expect.stringContaining(finding)]);
  expect(logged).toContainEqual(expect.objectContaining({ msg: 'how SecMaster behaves', profile }));
}

describe.each(['create', 'update', 'start', 'end', 'ignored'] as const)('from_date and to_date limit: %s', (field) => {
  test('the window is complete and nothing is counted wrongly', async () => {
    const soc = createSoc({ behaviour: { dates: { field } } });
    history(soc, 3_000);
    await soc.poll();
    expect(sampleValue(await soc.exposition(), 'secmaster_exporter_window_complete')).toBe(1);
    expect(await soc.differences()).toEqual([]);
    soc.turn(minuteMs);
    for (let i = 0; i < 50; i++) soc.world.finish(soc.world.start(soc.now() - 2_000, { playbook }), soc.now() - 1_000);
    await soc.poll();
    expect(await soc.differences()).toEqual([]);
  });
});

test('ignored dates are noticed and logged, and window_complete is 0 if paging without them is too deep', async () => {
  const soc = createSoc({ behaviour: { dates: { field: 'ignored' } } });
  history(soc, 12_000);
  await soc.poll();
  expectLogged(soc, 'from_date and to_date: unusable (they limit nothing)');
  expect(soc.logged).toContainEqual(
    expect.objectContaining({
      level: 40,
      msg: 'part of the sweep could not be read completely',
      problem: 'more instances than can be paged through',
    }),
  );
  expect(sampleValue(await soc.exposition(), 'secmaster_exporter_window_complete')).toBe(0);
  expect(sampleValue(await soc.exposition(), 'secmaster_workflow_instances_started_total')).toBe(0);
});

test('refused dates are logged, and the sweep works without them', async () => {
  const soc = createSoc({
    through: (secmaster) => ({
      ...secmaster,
      async listInstances(workspaceId, query, signal) {
        if (query.fromMs !== undefined) throw refusal;
        return secmaster.listInstances(workspaceId, query, signal);
      },
    }),
  });
  history(soc, 3_000);
  await soc.poll();
  expectLogged(soc, 'from_date and to_date: unusable (refused: 400 20030001)');
  expect(sampleValue(await soc.exposition(), 'secmaster_up')).toBe(1);
  expect(sampleValue(await soc.exposition(), 'secmaster_exporter_window_complete')).toBe(1);
  expect(await soc.differences()).toEqual([]);
  soc.turn(10 * minuteMs);
  expect(await soc.poll()).toBeLessThan(4);
});

test('dates that do not filter by start time are noticed and logged', async () => {
  const soc = createSoc({ behaviour: { dates: { field: 'update' } } });
  history(soc, 500);
  soc.world.touch(soc.world.start(startMs - 30 * hourMs, { playbook }), startMs - hourMs);
  await soc.poll();
  expectLogged(soc, 'from_date and to_date: end, ');
});

const tiedRuns = inForm(20_000, 25_000);
const sweptRuns = inForm(20_000, 100_000);

test.each<[string, BehaviourChange]>([
  ['SecMaster caps its count', { count: { cap: 10_000 } }],
  ['rows with equal times come in another order at each request', { order: { ties: 'shuffled' } }],
  ['missing values are empty texts', { rows: { nulls: 'empty' } }],
  ['missing values are absent', { rows: { nulls: 'absent' } }],
])(
  `${tiedRuns} instances are swept whole though %s`,
  async (_, behaviour) => {
    const soc = createSoc({ behaviour });
    for (let i = 0; i < tiedRuns; i++) {
      // A hundred at a time begin in the same millisecond.
      const atMs = startMs - 20 * hourMs + Math.floor(i / 100) * minuteMs;
      soc.world.finish(soc.world.start(atMs, { playbook }), atMs + 1_000);
    }
    const requests = await soc.poll();
    expect(sampleValue(await soc.exposition(), 'secmaster_exporter_window_complete')).toBe(1);
    expect(await soc.differences()).toEqual([]);
    if (behaviour.order?.ties !== 'shuffled')
      expect(requests).toBeLessThanOrEqual((1.1 * tiedRuns) / 100 + maxProbeRequests);
  },
  120_000,
);

test(`${sweptRuns} instances are swept with at most 1.1 times the ${sweptRuns / 100} requests that they need, and those of a probe`, async () => {
  const soc = createSoc();
  for (let i = 0; i < sweptRuns; i++) {
    const atMs = startMs - 23 * hourMs + i * 800;
    soc.world.finish(soc.world.start(atMs, { playbook }), atMs + 700);
  }
  const requests = await soc.poll();
  process.stdout.write(`${sweptRuns} instances swept with ${requests} requests\n`);
  expect(sampleValue(await soc.exposition(), 'secmaster_exporter_window_complete')).toBe(1);
  expect(await soc.differences()).toEqual([]);
  expect(requests).toBeLessThanOrEqual((1.1 * sweptRuns) / 100 + maxProbeRequests);
}, 240_000);

test('an interrupted sweep continues after a restart with the remaining slices', async () => {
  const soc = createSoc();
  history(soc, 15_000);
  let pages = 0;
  await soc.poll(() => ++pages < 100);
  expect(sampleValue(await soc.exposition(), 'secmaster_exporter_window_complete')).toBe(0);
  const again = createSoc({ after: soc });
  const requests = await again.poll();
  expect(requests).toBeLessThan(130);
  expect(sampleValue(await again.exposition(), 'secmaster_exporter_window_complete')).toBe(1);
  expect(await again.differences()).toEqual([]);
});

describe('pages that are committed together', () => {
  /** A SecMaster whose sweep of the lookback fails at this offset. */
  const failingAt = (offset: number) =>
    createSoc({
      through: (secmaster) => ({
        ...secmaster,
        async listInstances(workspaceId, query, signal) {
          const isSweep = query.sortKey === 'create_time' && query.status === undefined && query.limit !== 1;
          if (isSweep && query.offset === offset) throw new SecMasterError('server_error', 'list_instances', 'down');
          return secmaster.listInstances(workspaceId, query, signal);
        },
      }),
    });
  const known = async ({ store }: SimulatedSoc) =>
    (await store.open({ projectId: defaultProject.id, workspaceId: defaultWorkspace.id }))?.state.instances;

  test.each([300, 600])('are kept where SecMaster then fails, at offset %i', async (offset) => {
    const soc = failingAt(offset);
    history(soc, 1_500);
    await soc.poll();
    expect(sampleValue(await soc.exposition(), 'secmaster_up')).toBe(0);
    expect(await known(soc)).toBe(offset);
  });

  test('are at most four', async () => {
    const soc = createSoc();
    history(soc, 1_500);
    const added: number[] = [];
    const ledger = await soc.store.create(
      { projectId: defaultProject.id, workspaceId: defaultWorkspace.id },
      startMs,
      startMs / minuteMs - 24 * 60,
    );
    const { commit } = ledger;
    const counting = {
      ...soc.store,
      open: async () =>
        Object.assign(ledger, {
          commit: (change: Change) => {
            if (change.kind === 'sweep_step') added.push(change.page?.added ?? 0);
            return commit(change);
          },
        }),
    };
    const counted = createSoc({ store: counting });
    history(counted, 1_500);
    await counted.poll();
    // Of 1,510, the tail has read the first hundred.
    expect(added.slice(0, 4)).toEqual([300, 400, 400, 310]);
    expect(await counted.differences()).toEqual([]);
  });
});

test('after a flood, runs that had failed before and were retried beneath it are looked up, though the oldest are gone', async () => {
  const soc = createSoc();
  history(soc, 150);
  const failed = Array.from({ length: 30 }, (_, i) => {
    const id = soc.world.start(startMs - hourMs + i, { playbook });
    soc.world.fail(id, startMs - hourMs + 1_000, 'node', 'error');
    return id;
  });
  await soc.poll();
  await soc.poll();
  soc.turn(hourMs);
  for (const [i, id] of failed.entries()) {
    if (i % 3 === 0) continue;
    soc.world.retry(id, startMs + minuteMs);
    if (i % 3 === 1) soc.world.fail(id, startMs + 2 * minuteMs, 'node', 'error');
    else soc.world.finish(id, startMs + 2 * minuteMs);
  }
  const oldest = [...soc.world.instances.values()].filter(({ status }) => status === 'FAILED').slice(0, 6);
  for (const { id } of oldest) soc.world.remove(id, soc.now());
  for (let i = 0; i < 15_000; i++)
    soc.world.finish(soc.world.start(startMs + 5 * minuteMs + i, { playbook }), startMs + 10 * minuteMs + i);
  await soc.poll();
  expect(await soc.differences()).toEqual([]);
  soc.turn(minuteMs);
  expect(await soc.poll()).toBe(1);
});

test('a downtime longer than the lookback loses nothing', async () => {
  const soc = createSoc();
  history(soc, 500);
  await soc.poll();
  for (let hour = 0; hour < 60; hour++) {
    soc.turn(hourMs);
    for (let i = 0; i < 20; i++)
      soc.world.fail(soc.world.start(soc.now() - 5_000, { playbook }), soc.now(), 'node', 'error');
  }
  const again = createSoc({ after: soc });
  await again.poll();
  expect(await again.differences()).toEqual([]);
});

test('rows that leave a list while it is read hide none that move up (mutation: the count not compared over a round)', async () => {
  const ids: string[] = [];
  const soc = createSoc({
    through: (secmaster) => ({
      ...secmaster,
      async listInstances(workspaceId, query, signal) {
        const page = await secmaster.listInstances(workspaceId, query, signal);
        const isList = query.status === 'FAILED' && query.fromMs === undefined;
        // Only the sweep reads as far as this. Those that leave have been met, and three others move up to a page that was read.
        if (isList && query.offset === 200) for (const id of ids.splice(-3)) soc.world.retry(id, soc.now());
        return page;
      },
    }),
  });
  // Before the lookback, so that only the list of those that have failed has them all.
  for (let i = 0; i < 450; i++) {
    const id = soc.world.start(startMs - 48 * hourMs + i * minuteMs, { playbook });
    soc.world.fail(id, startMs - 48 * hourMs + (i + 1 + Math.min(i % 4, 449 - i)) * minuteMs, 'node', 'error');
    ids.push(id);
  }
  runs(soc, 50, { fromMs: startMs - 20 * hourMs, withinMs: 19 * hourMs });
  await soc.poll();
  expect(ids.length).toBeLessThan(450);
  // Growth of retry_count is known only of instances that have been read before.
  soc.turn(minuteMs);
  for (const id of ids) soc.world.retry(id, soc.now());
  await soc.poll();
  expect(await soc.differences()).toEqual([]);
});

test('a run that is CREATED is found however old it is, and nothing is lost where SecMaster refuses to list those', async () => {
  const soc = createSoc();
  soc.world.create(startMs - 20 * 24 * hourMs, { playbook });
  history(soc, 300);
  await soc.poll();
  expect(await soc.differences()).toEqual([]);

  const strict = createSoc({
    through: (secmaster) => ({
      ...secmaster,
      async listInstances(workspaceId, query, signal) {
        if (query.status === 'CREATED') throw refusal;
        return secmaster.listInstances(workspaceId, query, signal);
      },
    }),
  });
  history(strict, 300);
  await strict.poll();
  expect(sampleValue(await strict.exposition(), 'secmaster_up')).toBe(1);
  expect(sampleValue(await strict.exposition(), 'secmaster_exporter_window_complete')).toBe(1);
  expect(await strict.differences()).toEqual([]);
});

test('an instance to recheck with an unreadable row is looked up once, and the poll continues', async () => {
  const soc = createSoc();
  const id = soc.world.start(startMs - hourMs, { playbook });
  soc.world.fail(id, startMs - 30 * minuteMs, 'node', 'error');
  history(soc, 300);
  await soc.poll();
  soc.world.set(id, startMs - 30 * minuteMs, { raw: () => 'no row at all' });
  const ledger = await soc.store.open({ projectId: defaultProject.id, workspaceId: defaultWorkspace.id });
  const beganMs = soc.now();
  const recheck = { fromMs: startMs - hourMs, toMs: startMs - hourMs + 1_000 };
  await ledger?.commit({ kind: 'tail_ended', page: emptyPage(beganMs), beganMs, sweep: [], recheck });
  soc.restart();
  soc.turn(minuteMs);
  expect(await soc.poll()).toBeLessThan(10);
  expect(sampleValue(await soc.exposition(), 'secmaster_exporter_window_complete')).toBe(1);
  soc.turn(minuteMs);
  expect(await soc.poll()).toBe(1);
});
