import { describe, expect, test } from 'vitest';
import { parseExposition } from '../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc, type SocOptions } from '../support/world/simulated-soc.ts';

const minuteMs = 60_000;
const dayMs = 24 * 3_600_000;
const playbook = (n: number) => ({ id: `0000000${n}-0000-4000-8000-000000000000`, name: `Playbook ${n}` });

/** A workspace whose ledger has begun a minute ago. */
async function begun(settings: SocOptions['settings'] = {}): Promise<SimulatedSoc> {
  const soc = createSoc({ settings });
  await soc.poll();
  soc.turn(minuteMs);
  return soc;
}

function run(soc: SimulatedSoc, of: { id: string; name: string; en_name?: string }): void {
  soc.world.finish(soc.world.start(soc.now() - 5_000, { playbook: of }), soc.now() - 1_000);
}

/** A family's values by the label of the playbook. */
async function byPlaybook(soc: SimulatedSoc, family: string): Promise<Record<string, number>> {
  const samples = parseExposition(await soc.exposition()).filter(({ name }) => name === family);
  return Object.fromEntries(samples.map(({ labels, value }) => [labels.playbook, value]));
}

const started = (soc: SimulatedSoc) => byPlaybook(soc, 'secmaster_workflow_instances_started_total');
const limited = async (soc: SimulatedSoc) =>
  Object.values(await byPlaybook(soc, 'secmaster_exporter_playbooks_limited'));
const info = async (soc: SimulatedSoc) => Object.keys(await byPlaybook(soc, 'secmaster_playbook_info'));
const warnings = (soc: SimulatedSoc) => soc.logged.filter(({ msg }) => msg.includes('max_playbooks'));

describe('a renamed playbook', () => {
  test('continues under its new name; counts under the old one stay, and nothing is counted twice', async () => {
    const soc = await begun();
    for (let i = 0; i < 3; i++) run(soc, playbook(1));
    await soc.poll();
    soc.turn(minuteMs);
    soc.world.renamePlaybook(playbook(1).id, 'Renamed', 'Renamed');
    for (let i = 0; i < 2; i++) run(soc, { ...playbook(1), name: 'Renamed' });
    await soc.poll();
    await soc.poll();
    expect(await started(soc)).toEqual({ 'Playbook 1': 3, Renamed: 2 });
    expect(await info(soc)).toEqual(['Renamed']);
    expect(await soc.differences()).toEqual([]);
  });

  test('takes its gauges along at once, open runs and those of the past among them', async () => {
    const soc = await begun();
    run(soc, playbook(1));
    const startedMs = soc.now() - 3_600_000;
    soc.world.start(startedMs, { playbook: playbook(1) });
    await soc.poll();
    soc.turn(minuteMs);
    soc.world.renamePlaybook(playbook(1).id, 'Renamed', 'Renamed');
    run(soc, { ...playbook(1), name: 'Renamed' });
    await soc.poll();
    const exposition = await soc.exposition();
    const gauges = exposition
      .split('\n')
      .filter((line) => /^secmaster_workflow_\w+{/.test(line) && !/_total{|_duration_/.test(line));
    expect(gauges.filter((line) => line.includes('playbook="Playbook 1"'))).toEqual([]);
    expect(gauges).toEqual([
      `secmaster_workflow_instances{workspace="soc",playbook="Renamed",trigger_type="EVENT",status="FINISHED"} 2`,
      `secmaster_workflow_instances{workspace="soc",playbook="Renamed",trigger_type="EVENT",status="RUNNING"} 1`,
      `secmaster_workflow_failure_ratio{workspace="soc",playbook="Renamed",trigger_type="EVENT"} 0`,
      `secmaster_workflow_recent_retries{workspace="soc",playbook="Renamed",trigger_type="EVENT"} 0`,
      `secmaster_workflow_oldest_open_start_timestamp_seconds{workspace="soc",playbook="Renamed",status="RUNNING"} ${startedMs / 1000}`,
      `secmaster_workflow_last_start_timestamp_seconds{workspace="soc",playbook="Renamed",trigger_type="EVENT"} ${(soc.now() - 5_000) / 1000}`,
      `secmaster_workflow_last_completion_timestamp_seconds{workspace="soc",playbook="Renamed",trigger_type="EVENT",status="FINISHED"} ${(soc.now() - 1_000) / 1000}`,
    ]);
  });

  test('takes its gauges along whatever SecMaster has dated into the future', async () => {
    const soc = await begun();
    const id = soc.world.start(soc.now() - 5_000, { playbook: playbook(1) });
    soc.world.set(id, soc.now(), { status: 'FINISHED', startTimeMs: soc.now() + 400 * dayMs });
    await soc.poll();
    soc.world.remove(id, soc.now());
    soc.world.renamePlaybook(playbook(1).id, 'Renamed');
    soc.turn(minuteMs);
    run(soc, { ...playbook(1), name: 'Renamed' });
    await soc.poll();
    expect(await info(soc)).toEqual(['Renamed']);
  });

  test('has its old name back after ten minutes, also if nothing has happened but that an open run shows it', async () => {
    const soc = await begun();
    soc.world.start(soc.now(), { playbook: playbook(1) });
    await soc.poll();
    soc.turn(minuteMs);
    for (const name of ['Renamed', 'Playbook 1']) {
      soc.world.renamePlaybook(playbook(1).id, name);
      await soc.poll();
      soc.turn(minuteMs);
    }
    expect(await info(soc)).toEqual(['Renamed']);
    soc.turn(10 * minuteMs);
    await soc.poll();
    expect(await info(soc)).toEqual(['Playbook 1']);
  });

  test('leaves its old name once the retention has ended', async () => {
    const soc = await begun({ retentionMs: 2 * dayMs });
    run(soc, playbook(1));
    await soc.poll();
    soc.world.renamePlaybook(playbook(1).id, 'Renamed');
    for (let day = 0; day < 4; day++) {
      soc.turn(dayMs);
      run(soc, { ...playbook(1), name: 'Renamed' });
      await soc.poll();
      await soc.poll();
    }
    expect(Object.keys(await started(soc))).toEqual(['Renamed']);
    expect(await info(soc)).toEqual(['Renamed']);
  });

  test('another playbook that takes the old name gets the id behind it, and the first one its own name back', async () => {
    const soc = await begun();
    run(soc, playbook(1));
    await soc.poll();
    soc.world.renamePlaybook(playbook(1).id, 'Renamed');
    run(soc, { ...playbook(2), name: 'Playbook 1' });
    await soc.poll();
    soc.world.renamePlaybook(playbook(1).id, 'Playbook 1');
    run(soc, playbook(1));
    await soc.poll();
    expect(await started(soc)).toMatchObject({ 'Playbook 1': 2, 'Playbook 1 (00000002)': 1 });
  });
});

describe('more playbooks than metrics.max_playbooks', () => {
  test('share the label other, are counted there once, and logged once', async () => {
    const soc = await begun({ maxPlaybooks: 2 });
    for (const n of [1, 2]) run(soc, playbook(n));
    await soc.poll();
    expect([await limited(soc), warnings(soc)]).toEqual([[0], []]);
    soc.turn(minuteMs);
    for (const n of [1, 3, 4, 4]) run(soc, playbook(n));
    for (let i = 0; i < 3; i++) await soc.poll();
    soc.restart();
    await soc.poll();
    expect(await started(soc)).toEqual({ 'Playbook 1': 2, 'Playbook 2': 1, other: 3 });
    expect(await limited(soc)).toEqual([2]);
    expect(await info(soc)).toEqual(['Playbook 1', 'Playbook 2']);
    expect(warnings(soc)).toMatchObject([{ limited: 2 }, { limited: 2 }]);
  });

  test('get their own labels once the limit is raised; counts of other stay', async () => {
    const soc = await begun({ maxPlaybooks: 1 });
    run(soc, playbook(1));
    await soc.poll();
    run(soc, playbook(2));
    await soc.poll();
    const raised = createSoc({ after: soc, settings: { maxPlaybooks: 2 } });
    raised.turn(minuteMs);
    run(raised, playbook(2));
    await raised.poll();
    await raised.poll();
    expect(await started(raised)).toEqual({ 'Playbook 1': 1, 'Playbook 2': 1, other: 1 });
    expect(await limited(raised)).toEqual([0]);
  });

  test('get the place of one that has been silent for a retention', async () => {
    const soc = await begun({ maxPlaybooks: 1, retentionMs: 2 * dayMs });
    run(soc, playbook(1));
    await soc.poll();
    for (let day = 0; day < 4; day++) {
      soc.turn(dayMs);
      run(soc, playbook(2));
      await soc.poll();
      await soc.poll();
    }
    expect(Object.keys(await started(soc))).toEqual(['Playbook 2', 'other']);
    // SecMaster still lists the first one, for which no place is left.
    expect(await limited(soc)).toEqual([1]);
  });
});

test('names of every kind stand in the exposition, printable, and nothing else is hurt by them', async () => {
  const names = ['"quoted"', 'two\nlines', 'back\\slash', '🔥 关闭', '\u202eright to left', '<script>', 'a\u0000b', ''];
  const soc = await begun();
  for (const [n, name] of names.entries()) run(soc, { ...playbook(n), name });
  await soc.poll();
  const printable = ['"quoted"', 'two lines', 'back\\slash', '🔥 关闭', '\ufffdright to left', '<script>', 'a\ufffdb'];
  const expected = [...printable, playbook(7).id].map((name) => [name, 1]);
  expect(await started(soc)).toEqual(Object.fromEntries(expected));
  expect(await soc.exposition()).toContain('playbook="two lines"');
});
