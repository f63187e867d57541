import { describe, expect, test } from 'vitest';
import { excludedBy } from '../../src/model/name-patterns.ts';
import { parseExposition } from '../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc, type SocOptions } from '../support/world/simulated-soc.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const isolate = { id: '00000001-0000-4000-8000-000000000000', name: 'Isolate host' };
const trial = { id: '00000002-0000-4000-8000-000000000000', name: 'Test isolation' };
const without = (...exclude: string[]) => ({ isExcluded: excludedBy({ include: [], exclude }) });

/** A workspace whose ledger has begun a minute ago. */
async function begun(settings: NonNullable<SocOptions['settings']>): Promise<SimulatedSoc> {
  const soc = createSoc({ settings });
  await soc.poll();
  soc.turn(minuteMs);
  return soc;
}

function run(soc: SimulatedSoc, playbook: { id: string; name: string }, status = 'FINISHED'): void {
  const id = soc.world.start(soc.now() - 5_000, { playbook });
  if (status === 'FAILED') soc.world.fail(id, soc.now() - 1_000, 'node', 'secret of the trial');
  else soc.world.finish(id, soc.now() - 1_000);
}

async function pollLater(soc: SimulatedSoc): Promise<void> {
  await soc.poll();
  soc.turn(minuteMs);
}

/** A family's values by the label of the playbook. */
async function byPlaybook(soc: SimulatedSoc, family: string): Promise<Record<string, number>> {
  const samples = parseExposition(await soc.exposition()).filter(({ name }) => name === family);
  return Object.fromEntries(samples.map(({ labels, value }) => [labels.playbook, value]));
}

const started = (soc: SimulatedSoc) => byPlaybook(soc, 'secmaster_workflow_instances_started_total');
const totalOf = async (soc: SimulatedSoc, family: string) =>
  parseExposition(await soc.exposition())
    .filter(({ name }) => name === family)
    .reduce((sum, { value }) => sum + value, 0);

describe('an excluded playbook', () => {
  test('is nowhere in the exposition, the lists of runs and the log', async () => {
    const soc = await begun(without('Test .*'));
    run(soc, isolate);
    run(soc, trial, 'FAILED');
    soc.world.start(soc.now() - 2 * hourMs, { playbook: trial });
    await pollLater(soc);
    await soc.poll();
    expect(await started(soc)).toEqual({ 'Isolate host': 1 });
    expect(await soc.exposition()).not.toMatch(/Test isolation|excluded/);
    const { failedRuns, openRuns, snapshot } = soc.workspace.report();
    expect({ failedRuns, openRuns }).toEqual({ failedRuns: [], openRuns: [] });
    expect(snapshot?.listed?.map(({ name }) => name) ?? []).not.toContain('Test isolation');
    expect(JSON.stringify(soc.logged)).not.toContain('Test isolation');
    expect(soc.simulator.requests.count('ShowAopWorkflowInstance')).toBe(0);
  });

  test('takes no place from those that are counted', async () => {
    const soc = await begun({ ...without('Test .*'), maxPlaybooks: 1 });
    for (let i = 3; i < 9; i++) run(soc, { id: `0000000${i}-0000-4000-8000-000000000000`, name: `Test ${i}` });
    await pollLater(soc);
    run(soc, isolate);
    await soc.poll();
    expect(await started(soc)).toEqual({ 'Isolate host': 1 });
    expect(await totalOf(soc, 'secmaster_exporter_playbooks_limited')).toBe(0);
  });

  test("leaves the ledger comparable with SecMaster's own counts", async () => {
    const soc = createSoc({ settings: without('Test .*') });
    for (let i = 0; i < 300; i++) {
      const id = soc.world.start(soc.now() - hourMs - i * 1_000, { playbook: i % 2 === 0 ? isolate : trial });
      // They overlap, which proves the order.
      soc.world.finish(id, soc.now() - 30 * minuteMs);
    }
    for (let polls = 0; polls < 20; polls++) await pollLater(soc);
    // Every five minutes a slice by three statuses, which only comparisons of counts are.
    expect(await totalOf(soc, 'secmaster_exporter_audits_total')).toBeGreaterThanOrEqual(9);
    expect(await totalOf(soc, 'secmaster_exporter_audit_mismatches_total')).toBe(0);
    expect(await totalOf(soc, 'secmaster_exporter_ledger_instances')).toBe(300);
    expect(await byPlaybook(soc, 'secmaster_workflow_instances')).toEqual({ 'Isolate host': 150 });
  });

  test('hides none of the stuck runs that follow its own', async () => {
    const soc = await begun({ ...without('Test .*'), recentRuns: 2 });
    for (let i = 0; i < 9; i++) soc.world.start(soc.now() - 6 * hourMs, { playbook: trial });
    for (let i = 0; i < 3; i++) soc.world.start(soc.now() - 5 * hourMs, { playbook: isolate });
    await soc.poll();
    const { openRuns } = soc.workspace.report();
    expect(openRuns.map(({ playbook }) => playbook)).toEqual(['Isolate host', 'Isolate host']);
  });
});

describe('runs without a playbook', () => {
  test.each([
    ['are left out where patterns include others', { include: ['Isolate host'], exclude: [] }, ['Isolate host']],
    ['are counted where a pattern includes (none)', { include: ['\\(none\\)'], exclude: [] }, ['(none)']],
    ['are left out where a pattern excludes (none)', { include: [], exclude: ['\\(none\\)'] }, ['Isolate host']],
  ])('%s', async (_, patterns, counted) => {
    const soc = await begun({ isExcluded: excludedBy(patterns) });
    run(soc, isolate);
    soc.world.finish(soc.world.start(soc.now() - 5_000, { playbook: null }), soc.now() - 1_000);
    await soc.poll();
    expect(Object.keys(await started(soc))).toEqual(counted);
  });
});

describe('changed patterns', () => {
  test('hide at once what was counted before, and show it again as it was', async () => {
    const soc = await begun({});
    for (let i = 0; i < 6; i++) run(soc, trial, 'FAILED');
    run(soc, isolate);
    await pollLater(soc);
    soc.turn(10 * minuteMs);
    await pollLater(soc);
    expect(await byPlaybook(soc, 'secmaster_playbook_consecutive_failures')).toMatchObject({ 'Test isolation': 6 });
    soc.reconfigure(without('Test .*'));
    await pollLater(soc);
    expect(await soc.exposition()).not.toContain('Test isolation');
    expect(soc.workspace.report().failedRuns).toEqual([]);
    soc.reconfigure({ isExcluded: null });
    await pollLater(soc);
    expect(await started(soc)).toEqual({ 'Isolate host': 1, 'Test isolation': 6 });
  });

  test('count from then on: what ran while its playbook was excluded adds nothing, even after everything is read again', async () => {
    const soc = await begun(without('Test .*'));
    for (let i = 0; i < 3; i++) run(soc, trial, 'FAILED');
    const open = soc.world.start(soc.now() - 5_000, { playbook: trial });
    await pollLater(soc);
    soc.reconfigure({ isExcluded: null });
    run(soc, trial);
    soc.world.finish(open, soc.now() - 1_000);
    for (let hours = 0; hours < 30; hours++) {
      await soc.poll();
      soc.turn(hourMs);
    }
    expect(await started(soc)).toEqual({ 'Test isolation': 1 });
    expect(await totalOf(soc, 'secmaster_exporter_audit_mismatches_total')).toBe(0);
    expect(await soc.exposition()).not.toContain('excluded');
  });

  test('hold after a restart as well', async () => {
    const soc = await begun(without('Test .*'));
    run(soc, trial);
    await pollLater(soc);
    const later = createSoc({ after: soc });
    run(later, trial);
    await later.poll();
    expect(await started(later)).toEqual({ 'Test isolation': 1 });
  });
});

describe('a playbook that is renamed', () => {
  const renamed = { ...isolate, name: 'Test of isolation' };

  test('to an excluded name leaves its gauges, and what it counted stays', async () => {
    const soc = await begun(without('Test .*'));
    run(soc, isolate);
    await pollLater(soc);
    soc.world.renamePlaybook(isolate.id, renamed.name, renamed.name);
    run(soc, renamed);
    await soc.poll();
    expect(await started(soc)).toEqual({ 'Isolate host': 1 });
    expect(await byPlaybook(soc, 'secmaster_workflow_instances')).toEqual({});
    expect(await byPlaybook(soc, 'secmaster_playbook_consecutive_failures')).toEqual({});
    expect(await totalOf(soc, 'secmaster_exporter_playbooks_limited')).toBe(0);
  });

  test('from an excluded name counts from then on', async () => {
    const soc = await begun(without('Test .*'));
    run(soc, renamed);
    await pollLater(soc);
    soc.world.renamePlaybook(isolate.id, isolate.name, isolate.name);
    run(soc, isolate);
    await pollLater(soc);
    await soc.poll();
    expect(await started(soc)).toEqual({ 'Isolate host': 1 });
    expect(await byPlaybook(soc, 'secmaster_workflow_instances')).toEqual({ 'Isolate host': 1 });
  });
});

test('a playbook that is really named (excluded) is counted under a name of its own', async () => {
  const soc = await begun({});
  run(soc, { ...isolate, name: '(excluded)' });
  await soc.poll();
  expect(await started(soc)).toEqual({ '(excluded) (00000001)': 1 });
});
