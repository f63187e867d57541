import { describe, expect, test } from 'vitest';
import type { Profile } from '../../src/model/profile.ts';
import { noFilters } from '../../src/secmaster/api/filters.ts';
import { defaultProject, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { sampleValue } from '../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc, type SocOptions, startMs } from '../support/world/simulated-soc.ts';

const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** They overlap, which proves the order. */
function finishedRuns({ world }: SimulatedSoc, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const id = world.start(startMs - 60 * minuteMs - i * 1_000, { playbook });
    world.finish(id, startMs - 30 * minuteMs);
    return id;
  });
}

async function swept(
  count: number,
  before: (soc: SimulatedSoc) => void = () => {},
): Promise<{ soc: SimulatedSoc; ids: string[] }> {
  const soc = createSoc();
  before(soc);
  const ids = finishedRuns(soc, count);
  await soc.poll();
  return { soc, ids };
}

async function polls(soc: SimulatedSoc, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await soc.poll();
    soc.turn(1_000);
  }
}

/** A run turns out to have been terminated, and its update_time doesn't show it. */
function change({ world, now }: SimulatedSoc, id = ''): void {
  const updateTimeMs = world.instances.get(id)?.updateTimeMs ?? startMs;
  world.set(id, now(), { status: 'TERMINATED', updateTimeMs });
}

async function terminated(soc: SimulatedSoc) {
  const labels = { status: 'TERMINATED', playbook: playbook.name };
  return sampleValue(await soc.exposition(), 'secmaster_workflow_instances', labels);
}

async function profileOf({ store }: SimulatedSoc): Promise<Profile> {
  const ledger = await store.open({ projectId: defaultProject.id, workspaceId: defaultWorkspace.id });
  return ledger?.state.profile ?? {};
}

async function audits(soc: SimulatedSoc) {
  const text = await soc.exposition();
  return {
    audits: sampleValue(text, 'secmaster_exporter_audits_total'),
    mismatches: sampleValue(text, 'secmaster_exporter_audit_mismatches_total'),
  };
}

describe('an audit', () => {
  test('every five minutes compares one count for each way to end, and finds nothing where nothing is wrong', async () => {
    const { soc } = await swept(300);
    await soc.poll();
    expect(await audits(soc)).toEqual({ audits: 0, mismatches: 0 });
    soc.turn(5 * minuteMs);
    expect(await soc.poll()).toBe(1 + 3);
    soc.turn(minuteMs);
    expect(await soc.poll()).toBe(1);
    expect(await audits(soc)).toEqual({ audits: 3, mismatches: 0 });
  });

  test('finds a change without a new update_time, which the tail missed, counts it as a mismatch and repairs it', async () => {
    const { soc, ids } = await swept(300);
    await soc.poll();
    const [changed = ''] = ids.slice(150);
    const updateTimeMs = startMs - 30 * minuteMs;
    soc.world.set(changed, startMs, { status: 'TERMINATED', updateTimeMs });
    soc.turn(5 * minuteMs);
    for (let i = 0; i < 3; i++) {
      await soc.poll();
      soc.turn(30_000);
    }
    const terminated = { status: 'TERMINATED', playbook: playbook.name };
    expect(sampleValue(await soc.exposition(), 'secmaster_workflow_instances', terminated)).toBe(1);
    expect(await audits(soc)).toMatchObject({ mismatches: 2 });
    expect(soc.logged.map(({ msg }) => msg).join()).toContain('audit mismatch; reading the slice again');
    soc.turn(10 * minuteMs);
    await soc.poll();
    await soc.poll();
    expect(await audits(soc)).toMatchObject({ mismatches: 2 });
  });

  test('finds ended instances that SecMaster has deleted', async () => {
    const { soc, ids } = await swept(300);
    for (const id of ids.slice(0, 7)) soc.world.remove(id, soc.now());
    soc.turn(5 * minuteMs);
    for (let i = 0; i < 3; i++) {
      await soc.poll();
      soc.turn(30_000);
    }
    expect(await audits(soc)).toMatchObject({ mismatches: 1 });
    expect(await soc.differences()).toEqual([]);
  });

  test('is not misled by runs that SecMaster has created a little before they begin, all the time', async () => {
    const { soc } = await swept(300);
    for (let i = 0; i < 30; i++) {
      for (let n = 0; n < 60; n++) {
        soc.turn(5_000);
        // One of them begins with each minute.
        const id = soc.world.start(soc.now() - 5_000, { playbook });
        soc.world.finish(id, soc.now() - 1_000);
        soc.world.set(id, soc.now() - 1_000, { createTimeMs: soc.now() - 6_900 });
      }
      await soc.poll();
      // What differs is looked at once more.
      await soc.poll();
    }
    const { audits: count = 0, mismatches } = await audits(soc);
    expect(count).toBeGreaterThan(60);
    expect(mismatches).toBe(0);
  });

  test('still finds a single missing run in a busy window', async () => {
    const { soc, ids } = await swept(300);
    await soc.poll();
    soc.world.remove(ids[150] ?? '', soc.now());
    for (let i = 0; i < 400; i++) {
      soc.turn(1_000);
      soc.world.finish(soc.world.start(soc.now() - 900, { playbook }), soc.now());
    }
    for (let i = 0; i < 3; i++) {
      await soc.poll();
      soc.turn(30_000);
    }
    expect(await audits(soc)).toMatchObject({ mismatches: 1 });
    expect(await soc.differences()).toEqual([]);
  });

  test('never gives counts up for repairs that find what was lost, however many (mutation: each repair vain)', async () => {
    const { soc, ids } = await swept(300);
    await soc.poll();
    for (const id of ids.slice(100, 106)) {
      change(soc, id);
      soc.turn(5 * minuteMs);
      await polls(soc, 3);
    }
    expect(await audits(soc)).toMatchObject({ mismatches: 2 * 6 });
    expect((await profileOf(soc)).count).toMatchObject({ value: 'exact' });
    expect(await terminated(soc)).toBe(6);
  });

  describe('where counts by date keep differing although every row has been read', () => {
    async function givenUp() {
      const { soc } = await swept(300);
      // Created long before they began: SecMaster counts them elsewhere.
      for (const [id, { createTimeMs, updateTimeMs }] of [...soc.world.instances].slice(0, 50)) {
        soc.world.set(id, soc.now(), { createTimeMs: createTimeMs - 30 * hourMs, updateTimeMs });
      }
      for (let i = 0; i < 5; i++) {
        soc.turn(5 * minuteMs);
        await polls(soc, 3);
      }
      return soc;
    }

    test('does without counts, says so, and reads the list again', async () => {
      const soc = await givenUp();
      expect(await soc.differences()).toEqual([]);
      expect((await profileOf(soc)).count).toMatchObject({ value: 'inexact' });
      const given = "SecMaster's counts by date differ from its lists by date; auditing by reading the list again";
      expect(soc.logged.filter(({ level, msg }) => level === 40 && msg === given)).toHaveLength(1);
      const { audits: before = 0, mismatches = 0 } = await audits(soc);
      expect(mismatches).toBeLessThanOrEqual(4);
      for (let i = 0; i < 60; i++) {
        soc.turn(minuteMs);
        await soc.poll();
      }
      const after = await audits(soc);
      expect(after.mismatches).toBe(mismatches);
      expect((after.audits ?? 0) - before).toBeGreaterThanOrEqual(3);
      expect((after.audits ?? 0) - before).toBeLessThanOrEqual(4);
    });

    test('tries counts again after a day', async () => {
      const soc = await givenUp();
      soc.turn(23 * hourMs);
      await soc.poll();
      expect((await profileOf(soc)).count).toMatchObject({ value: 'inexact' });
      soc.turn(hourMs);
      await soc.poll();
      expect((await profileOf(soc)).count).toMatchObject({ value: 'exact' });
    });
  });

  test('reads the window and what has failed within the retention again once a day, even where counts are compared', async () => {
    let old = '';
    const { soc } = await swept(300, ({ world }) => {
      old = world.start(startMs - 240 * hourMs, { playbook });
      world.fail(old, startMs - 239 * hourMs, 'node', 'error');
    });
    await soc.poll();
    soc.turn(hourMs);
    soc.world.retry(old, soc.now() - 2_000);
    soc.world.fail(old, soc.now() - 1_000, 'node', 'error');
    soc.world.set(old, soc.now(), { updateTimeMs: startMs - 239 * hourMs });
    const retried = async () => sampleValue(await soc.exposition(), 'secmaster_workflow_retries_total');
    for (let i = 0; i < 22; i++) {
      await polls(soc, 2);
      soc.turn(hourMs);
    }
    expect(await retried()).toBe(0);
    soc.turn(hourMs);
    await polls(soc, 2);
    expect(await retried()).toBe(1);
    expect(await soc.differences()).toEqual([]);
  });
});

/** Runs that never overlap: nothing proves the order, so that counts can't be compared. */
async function unproven(count = 300, options: SocOptions = {}): Promise<{ soc: SimulatedSoc; ids: string[] }> {
  const soc = createSoc(options);
  await soc.poll();
  soc.turn(10 * hourMs);
  const ids = Array.from({ length: count }, (_, i) => {
    const atMs = soc.now() - 10 * minuteMs - (count - i) * 10_000;
    const id = soc.world.start(atMs, { playbook });
    soc.world.finish(id, atMs + 5_000);
    return id;
  });
  soc.restart();
  await polls(soc, 2);
  return { soc, ids };
}

describe('an audit by reading', () => {
  test('finds what no tail has shown, counts it as a mismatch and says so', async () => {
    const { soc, ids } = await unproven();
    change(soc, ids[150]);
    change(soc, ids[151]);
    soc.turn(14 * minuteMs);
    await polls(soc, 2);
    expect(await audits(soc)).toEqual({ audits: 0, mismatches: 0 });
    soc.turn(minuteMs);
    await polls(soc, 2);
    expect(await audits(soc)).toEqual({ audits: 1, mismatches: 1 });
    expect(await terminated(soc)).toBe(2);
    const line = { level: 40, instances: 2, msg: 'an audit found what no poll had seen' };
    expect(soc.logged).toContainEqual(expect.objectContaining(line));
  });

  test.each<[string, SocOptions]>([
    ['SecMaster gives no count', { behaviour: { count: { shown: 'absent' } } }],
    ['its count is wrong', { behaviour: { count: { offBy: 2 } } }],
    ['it ignores the status', { behaviour: { filters: { status: 'ignored' } } }],
    ['dates limit the end', { behaviour: { dates: { field: 'end' } } }],
    ['dates are cut to the day', { behaviour: { dates: { precision: 'day-utc' } } }],
    ['dates are ignored', { behaviour: { dates: { field: 'ignored' } } }],
    ['its order is none', { behaviour: { order: { rows: 'as-inserted' } } }],
    ['its counts have what is filtered out here', { filters: { ...noFilters, triggerType: ['EVENT', 'TIMER'] } }],
  ])('takes the place of comparing counts where %s', async (_, options) => {
    const soc = createSoc(options);
    finishedRuns(soc, 300);
    await polls(soc, 2);
    soc.turn(15 * minuteMs);
    await polls(soc, 2);
    expect(await audits(soc)).toEqual({ audits: 1, mismatches: 0 });
  });

  test('finds nothing where nothing is wrong, while runs begin and end all the time', async () => {
    const { soc } = await unproven();
    for (let i = 0; i < 60; i++) {
      soc.turn(minuteMs);
      soc.world.finish(soc.world.start(soc.now() - 10_000, { playbook }), soc.now() - 1_000);
      await soc.poll();
    }
    const { audits: count, mismatches } = await audits(soc);
    expect(count).toBeGreaterThanOrEqual(3);
    expect(mismatches).toBe(0);
  });

  test('finds ended instances that SecMaster has deleted', async () => {
    const { soc, ids } = await unproven();
    for (const id of ids.slice(100, 107)) soc.world.remove(id, soc.now());
    soc.turn(15 * minuteMs);
    await polls(soc, 3);
    expect(await soc.differences()).toEqual([]);
  });

  test('doubts the order of updates after two in a row that have found something, and expects no changes of another', async () => {
    const { soc, ids } = await unproven();
    const orders: unknown[] = [];
    for (const isWrong of [true, false, true, true, true, true, true]) {
      if (isWrong) change(soc, ids.shift());
      soc.turn(15 * minuteMs);
      await polls(soc, 2);
      orders.push((await profileOf(soc)).order?.value);
    }
    expect(orders).toEqual([
      undefined,
      undefined,
      undefined,
      'create_time',
      'create_time',
      'create_time',
      'create_time',
    ]);
  });

  test.each([
    [300, 1],
    [2_500, 2],
  ])('of %d instances that come in no known order comes at the most every %d minutes', async (count, minutes) => {
    const { soc } = await unproven(count, { behaviour: { order: { sortKey: 'update-time-refused' } } });
    const before = soc.simulator.requests.count('ListAopWorkflowInstance');
    const { audits: first = 0 } = await audits(soc);
    for (let i = 0; i < 40; i++) {
      soc.turn(minuteMs / 2);
      await soc.poll();
    }
    const { audits: last = 0 } = await audits(soc);
    expect(last - first).toBeGreaterThan(4);
    expect(last - first).toBeLessThanOrEqual(20 / minutes);
    // One in six seconds, one for each tail.
    const requests = soc.simulator.requests.count('ListAopWorkflowInstance') - before;
    expect(requests).toBeLessThanOrEqual(20 * 10 + 40 + (2 * count) / 100);
  });
});
