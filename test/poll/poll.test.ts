import { describe, expect, test } from 'vitest';
import { maxProbeRequests } from '../../src/poll/profile/probe.ts';
import { gapGivenUp } from '../../src/poll/sweep-log.ts';
import { defaultProject, defaultWorkspace } from '../../src/simulator/defaults.ts';
import type { World } from '../../src/simulator/world.ts';
import { sampleValue } from '../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc, startMs } from '../support/world/simulated-soc.ts';

const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const minuteMs = 60_000;

/** So many runs that finished a second after they began, one each second up to `beforeMs` ago. */
function finished(world: World, count: number, beforeMs = 0): string[] {
  return Array.from({ length: count }, (_, i) => {
    const atMs = startMs - beforeMs - (count - i) * 1_000;
    const id = world.start(atMs, { playbook });
    world.finish(id, atMs + 1_000);
    return id;
  });
}

async function settledSoc(count: number): Promise<SimulatedSoc> {
  const soc = createSoc();
  finished(soc.world, count);
  await soc.poll();
  await soc.poll();
  return soc;
}

describe('requests', () => {
  test('a quiet poll costs one', async () => {
    const soc = await settledSoc(500);
    soc.turn(minuteMs);
    expect(await soc.poll()).toBe(1);
  });

  test.each([1, 30, 60, 99, 100, 150, 450, 1_000])('%i changed rows cost at most n/100 + 2', async (n) => {
    const soc = await settledSoc(1_500);
    soc.turn(minuteMs);
    for (let i = 0; i < n; i++) soc.world.start(soc.now() - i, { playbook });
    expect(await soc.poll()).toBeLessThanOrEqual(n / 100 + 2);
    expect(await soc.differences()).toEqual([]);
  });

  test('a workspace with nothing in it costs one', async () => {
    const soc = createSoc();
    await soc.poll();
    expect(await soc.poll()).toBe(1);
    expect(sampleValue(await soc.exposition(), 'secmaster_up')).toBe(1);
  });
});

describe('the tail', () => {
  test('does not stop at what an aborted tail left (mutation: settled whatever the generation)', async () => {
    const soc = await settledSoc(1_000);
    soc.turn(minuteMs);
    const ids = Array.from({ length: 400 }, (_, i) => soc.world.start(startMs + 1_000 + i, { playbook }));
    for (const id of ids) soc.world.finish(id, startMs + 10_000);
    // The first page is committed, the second never comes.
    soc.simulator.faults.add({ kind: 'status', status: 500, skip: 1, times: 1 });
    await soc.poll();
    expect(sampleValue(await soc.exposition(), 'secmaster_up')).toBe(0);
    await soc.poll();
    expect(await soc.differences()).toEqual([]);
  });

  test('does not stop at open rows that look unchanged (mutation: open rows taken for settled)', async () => {
    const soc = createSoc();
    finished(soc.world, 300, 10 * minuteMs);
    const open = Array.from({ length: 200 }, () => soc.world.start(startMs - minuteMs, { playbook }));
    await soc.poll();
    await soc.poll();
    soc.turn(minuteMs);
    // A run that ended lies beneath 150 open ones that SecMaster has only touched.
    soc.world.finish(open[0] ?? '', soc.now() - 2_000);
    for (const id of open.slice(1, 151)) soc.world.touch(id, soc.now() - 1_000);
    await soc.poll();
    expect(await soc.differences()).toEqual([]);
  });

  test('meets a row that jumps to the top while it pages, in the next poll at the latest', async () => {
    let pages = 0;
    const ids: string[] = [];
    const soc = createSoc({
      through: (secmaster) => ({
        ...secmaster,
        async listInstances(...args) {
          const page = await secmaster.listInstances(...args);
          const [oldest] = ids;
          if (oldest !== undefined && ++pages === 1) soc.world.finish(oldest, soc.now());
          return page;
        },
      }),
    });
    finished(soc.world, 100);
    await soc.poll();
    soc.turn(minuteMs);
    for (let i = 0; i < 250; i++) ids.push(soc.world.start(startMs + i, { playbook }));
    await soc.poll();
    await soc.poll();
    expect(pages).toBeGreaterThan(2);
    expect(await soc.differences()).toEqual([]);
  });

  test('sweeps after rows of one millisecond in a different order, which may hide others (mutation: order not watched)', async () => {
    const soc = createSoc({ behaviour: { order: { ties: 'shuffled' } } });
    finished(soc.world, 200);
    await soc.poll();
    for (let round = 0; round < 10; round++) {
      soc.turn(minuteMs);
      for (let i = 0; i < 160; i++)
        soc.world.finish(soc.world.start(soc.now() - 5_000, { playbook }), soc.now() - 1_000);
      await soc.poll();
      expect(await soc.differences()).toEqual([]);
    }
  });

  test('leaves changes deeper than SecMaster pages to a sweep', async () => {
    const soc = await settledSoc(100);
    soc.turn(30 * minuteMs);
    for (let i = 0; i < 12_000; i++) soc.world.start(startMs + i * 100, { playbook });
    await soc.poll();
    expect(await soc.differences()).toEqual([]);
    expect(soc.logged.map(({ msg }) => msg).join()).toContain('more changes than can be paged through; sweeping');
  });

  test('finds what was retried beneath a flood, also while a gap is still being read', async () => {
    let isCut = false;
    const soc = createSoc({
      through: (secmaster) => ({
        ...secmaster,
        async listInstances(id, query, signal) {
          const page = await secmaster.listInstances(id, query, signal);
          return isCut && query.offset > 0 ? { ...page, ids: [], instances: [], rejected: [] } : page;
        },
      }),
    });
    // From before the lookback, so that no audit finds it.
    const failed = soc.world.start(startMs - 1_800 * minuteMs, { playbook });
    soc.world.fail(failed, startMs - 1_799 * minuteMs, 'a node', 'a message');
    finished(soc.world, 300);
    await soc.poll();
    soc.turn(10 * minuteMs);
    for (let i = 0; i < 250; i++) soc.world.finish(soc.world.start(soc.now() - 5_000, { playbook }), soc.now() - 1_000);
    isCut = true;
    await soc.poll(() => false);
    isCut = false;
    soc.turn(10 * minuteMs);
    soc.world.retry(failed, soc.now());
    soc.world.finish(failed, soc.now() + 1_000);
    soc.turn(minuteMs);
    for (let i = 0; i < 12_000; i++) soc.world.start(soc.now() - 60_000 + i, { playbook });
    await soc.poll();
    await soc.poll();
    expect(await soc.differences()).toEqual([]);
  });
});

describe('open instances', () => {
  test('of any age are found and kept', async () => {
    const soc = createSoc();
    const stuck = soc.world.start(startMs - 20 * 24 * 60 * minuteMs, { playbook });
    finished(soc.world, 300);
    await soc.poll();
    expect(await soc.differences()).toEqual([]);
    soc.turn(24 * 60 * minuteMs);
    await soc.poll();
    expect(await soc.differences()).toEqual([]);
    soc.world.finish(stuck, soc.now());
    await soc.poll();
    expect(await soc.differences()).toEqual([]);
  });

  test('that SecMaster has deleted leave the open set with a log line', async () => {
    const soc = createSoc();
    const id = soc.world.start(startMs - 60 * minuteMs, { playbook });
    finished(soc.world, 300);
    await soc.poll();
    soc.world.remove(id, soc.now());
    soc.turn(10 * minuteMs);
    await soc.poll();
    expect(await soc.differences()).toEqual([]);
    const line = { instance: id, msg: 'instance no longer known to SecMaster; removed from the gauges' };
    expect(soc.logged).toContainEqual(expect.objectContaining(line));
  });
});

describe('the sweep', () => {
  test('reads more instances than SecMaster pages, with at most a tenth more requests than they need', async () => {
    const soc = createSoc();
    finished(soc.world, 25_000);
    const requests = await soc.poll();
    expect(sampleValue(await soc.exposition(), 'secmaster_exporter_window_complete')).toBe(1);
    expect(await soc.differences()).toEqual([]);
    expect(requests).toBeLessThanOrEqual(1.1 * 250 + maxProbeRequests);
  });

  test('is read in pieces, and the latest changes never wait for it', async () => {
    const soc = createSoc();
    finished(soc.world, 2_000, minuteMs);
    await soc.poll(() => false);
    expect(sampleValue(await soc.exposition(), 'secmaster_exporter_window_complete')).toBe(0);
    soc.turn(minuteMs);
    soc.world.finish(soc.world.start(soc.now() - 2_000, { playbook }), soc.now() - 1_000);
    await soc.poll(() => false);
    const completed = { status: 'FINISHED', playbook: playbook.name };
    expect(sampleValue(await soc.exposition(), 'secmaster_workflow_attempts_completed_total', completed)).toBe(1);
    await soc.poll();
    expect(sampleValue(await soc.exposition(), 'secmaster_exporter_window_complete')).toBe(1);
    expect(await soc.differences()).toEqual([]);
  });

  test('may meet runs before the tail does, which hides none from it', async () => {
    const soc = createSoc({ behaviour: { paging: { maxOffset: 500 } } });
    finished(soc.world, 2_000, minuteMs);
    const beginning = (pages: number) => () => {
      soc.turn(1_000);
      soc.world.start(soc.now(), { playbook });
      return pages-- > 0;
    };
    await soc.poll(beginning(5));
    await soc.poll(beginning(100));
    await soc.poll();
    expect(soc.logged.map(({ msg }) => msg).join()).not.toContain('SecMaster counts more new instances');
    expect(sampleValue(await soc.exposition(), 'secmaster_exporter_window_complete')).toBe(1);
    expect(await soc.differences()).toEqual([]);
  });

  test('logs that more instances start at once than SecMaster pages', async () => {
    const soc = createSoc();
    for (let i = 0; i < 10_500; i++)
      soc.world.finish(soc.world.start(startMs - minuteMs, { playbook }), startMs - 1_000);
    await soc.poll();
    expect(sampleValue(await soc.exposition(), 'secmaster_exporter_window_complete')).toBe(0);
    expect(soc.logged).toContainEqual(
      expect.objectContaining({
        msg: 'part of the sweep could not be read completely',
        problem: 'more instances than can be paged through',
        retryInSeconds: 3_600,
      }),
    );
    soc.turn(minuteMs);
    // One of them, or more, of the tail, and one of the history of each trigger type.
    expect(await soc.poll()).toBeLessThan(9);
    soc.turn(25 * 60 * minuteMs);
    await soc.poll();
    expect(soc.logged).toContainEqual(expect.objectContaining({ level: 40, msg: gapGivenUp }));
    expect(sampleValue(await soc.exposition(), 'secmaster_exporter_window_complete')).toBe(1);
  });
});

test('a lookback that has grown is swept and counted', async () => {
  const soc = createSoc();
  finished(soc.world, 300, 14 * 60 * minuteMs);
  await soc.poll();
  const before = await soc.exposition();
  const ledger = await soc.store.open({ projectId: defaultProject.id, workspaceId: defaultWorkspace.id });
  if (ledger === null) throw new Error('no ledger');
  // As a shorter lookback would have left it.
  await ledger.commit({ kind: 'window_moved', fromMinute: ledger.state.fromMinute + 12 * 60, sweep: [] });
  expect((await ledger.snapshot()).window).toEqual([]);
  soc.restart();
  await soc.poll();
  const name = 'secmaster_workflow_instances';
  expect(sampleValue(await soc.exposition(), name)).toBe(sampleValue(before, name));
  expect(await soc.differences()).toEqual([]);
});

test('a row that cannot be understood is rejected alone, counted and logged with its id', async () => {
  const soc = createSoc();
  const [bad = ''] = finished(soc.world, 50);
  soc.world.set(bad, soc.now(), { raw: (row) => ({ ...row, start_time: 'yesterday' }) });
  await soc.poll();
  const text = await soc.exposition();
  expect(sampleValue(text, 'secmaster_workflow_instances', { status: 'FINISHED' })).toBe(49);
  expect(sampleValue(text, 'secmaster_exporter_rows_rejected_total', { reason: 'bad_time' })).toBe(1);
  expect(soc.logged).toContainEqual(expect.objectContaining({ instance: bad, reason: 'bad_time' }));
});
