import { describe, expect, test } from 'vitest';
import { defaultProject, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { sampleValue } from '../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc, startMs } from '../support/world/simulated-soc.ts';

const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const minuteMs = 60_000;

async function swept(count: number): Promise<{ soc: SimulatedSoc; ids: string[] }> {
  const soc = createSoc();
  const ids = Array.from({ length: count }, (_, i) => {
    const id = soc.world.start(startMs - 60 * minuteMs - i * 1_000, { playbook });
    soc.world.finish(id, startMs - 30 * minuteMs);
    return id;
  });
  await soc.poll();
  return { soc, ids };
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

  test('stops where counts by date keep differing although every row has been read', async () => {
    const { soc } = await swept(300);
    const { instances } = soc.world;
    // Created long before they began: SecMaster counts them elsewhere.
    for (const [id, { createTimeMs, updateTimeMs }] of [...instances].slice(0, 50)) {
      soc.world.set(id, soc.now(), { createTimeMs: createTimeMs - 30 * 60 * minuteMs, updateTimeMs });
    }
    for (let i = 0; i < 30; i++) {
      soc.turn(5 * minuteMs);
      await soc.poll();
      soc.turn(30_000);
      await soc.poll();
    }
    const ledger = await soc.store.open({ projectId: defaultProject.id, workspaceId: defaultWorkspace.id });
    expect(await soc.differences()).toEqual([]);
    expect(ledger?.state.datesTrusted).toBe(false);
    expect(soc.logged.map(({ msg }) => msg)).toContain(
      'counts by date keep differing from lists by date; audits are off',
    );
    const { audits: before, mismatches = 0 } = await audits(soc);
    expect(mismatches).toBeLessThanOrEqual(9);
    soc.turn(10 * minuteMs);
    await soc.poll();
    expect(await audits(soc)).toEqual({ audits: before, mismatches });
  });
});
