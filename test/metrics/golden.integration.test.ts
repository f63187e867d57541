import { beforeAll, expect, test } from 'vitest';
import type { Exposition } from '../../src/metrics/exposition.ts';
import { workspaceFamilies } from '../../src/metrics/families.ts';
import type { WorkspaceFamily } from '../../src/metrics/family.ts';
import { ends } from '../../src/metrics/writer.ts';
import { extraLabels } from '../../src/model/extra-labels.ts';
import { expositionOf, scrapeOf } from '../support/metrics/exposition.ts';
import { report, shortPages } from '../support/metrics/report.ts';
import { createSoc, type SimulatedSoc, startMs } from '../support/world/simulated-soc.ts';

/**
 * The whole exposition of a small world that is always the same, but for the default metrics of the process, and what another one looks
 * like with everything switched on. A file that differs is looked at line by line; only then `npx vitest run test/metrics/golden -u` takes
 * it over. A unit test may write no files, so this is none.
 */

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const durationBuckets = [1, 10, 60];
const isolate = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: '隔离主机', en_name: 'Isolate host' };
const namesake = { id: '9b1c2d3e-0000-4000-8000-000000000001', name: 'Isolate host' };
const workflow = (version: string) => ({
  id: '4a6fe02f-b4b4-3b5f-8a11-6f22229e18db',
  name: '隔离主机',
  name_en: 'Isolate a host',
  version,
  version_id: `${version}-id`,
});
const dataclass = { id: 'e410ae50-43fa-343e-807a-a2a9edb8018e', name: '告警', en_name: 'Alert' };
const odd = { id: '5f0c2d3e-0000-4000-8000-000000000002', name: 'Close "repeated"\nalerts \\ 🔥' };

const listed = {
  playbooks: [
    { playbookId: isolate.id, name: isolate.en_name, isEnabled: true, dataclass: null },
    { playbookId: namesake.id, name: namesake.name, isEnabled: false, dataclass: null },
    { playbookId: 'never', name: 'Never ran', isEnabled: true, dataclass: null },
  ],
  unreadable: 0,
  isComplete: true,
  problem: null,
};

/** A run with one of everything: every status and trigger type, retries, nodes, names, before the ledger and after. */
async function fixedWorld(): Promise<SimulatedSoc> {
  const soc = createSoc({
    settings: { durationBuckets, maxPlaybooks: 3 },
    through: (secmaster) => ({ ...secmaster, listPlaybooks: async () => listed }),
  });
  const { world } = soc;
  world.finish(world.start(startMs - 30 * minuteMs, { playbook: isolate }), startMs - 30 * minuteMs + 2_500);
  world.fail(world.start(startMs - 20 * minuteMs, { playbook: isolate }), startMs - 19 * minuteMs, 'Isolate', 'old');
  world.start(startMs - 5 * 24 * 60 * minuteMs, { playbook: namesake, triggerType: 'MANUAL' });
  // A timer with a rhythm.
  for (let i = 160; i > 0; i--) {
    const atMs = startMs - i * 10 * minuteMs;
    world.finish(world.start(atMs, { playbook: isolate, triggerType: 'TIMER' }), atMs + 1_000);
  }
  await soc.poll();
  soc.turn(10 * minuteMs);
  const at = (seconds: number) => startMs + seconds * 1_000;
  // What changed last is met first, so this one comes after three others.
  world.finish(world.start(at(0), { playbook: { id: 'one', name: 'one too many' } }), at(1));
  world.finish(world.start(at(1), { playbook: isolate, workflow: workflow('v1'), dataclass }), at(1.5));
  world.finish(world.start(at(2), { playbook: isolate, triggerType: 'TIMER', workflow: workflow('v2') }), at(12.25));
  const retried = world.start(at(3), { playbook: isolate });
  world.fail(retried, at(63), 'Query asset', 'timed out');
  world.retry(retried, at(70));
  world.fail(retried, at(80), 'Isolate', 'host is offline');
  const terminated = world.start(at(4), { playbook: namesake, triggerType: 'MANUAL' });
  world.beginTermination(terminated, at(5));
  world.terminate(terminated, at(100));
  world.beginTermination(world.start(at(6), { playbook: namesake, triggerType: 'MANUAL' }), at(7));
  world.create(at(8), { playbook: odd, triggerType: 'DEBUG' });
  world.set(world.start(at(9), { playbook: odd, triggerType: 'DEBUG' }), at(10), { status: 'SKIPPED' });
  for (const seconds of [10, 11]) {
    const id = world.start(at(seconds), { playbook: namesake, triggerType: 'EVENT' });
    world.fail(id, at(seconds + 1), 'Query asset', 'timed out');
  }
  world.finish(world.start(at(11), { playbook: null, triggerType: '' }), at(12));
  await soc.poll();
  soc.turn(minuteMs);
  world.retry(retried, at(610));
  await soc.poll();
  return soc;
}

let made: Exposition;
beforeAll(async () => {
  const soc = await fixedWorld();
  const failing = { endedMs: soc.now(), durationSeconds: 1.5, requests: 1, error: 'timed out' };
  const second = report({
    workspace: 'lab',
    credentialsExpireAtMs: soc.now() + 3_600_500,
    snapshot: null,
    polls: { ...report().polls, failures: new Map([['timeout', 1]]), last: failing, lastSuccessMs: null },
  });
  const first = soc.workspace.report();
  const measured = {
    ...first,
    credentialsExpireAtMs: null,
    profile: shortPages,
    polls: { ...first.polls, last: { ...failing, error: null } },
  };
  made = expositionOf({ now: () => startMs });
  await made.update([measured, second], durationBuckets);
  made.observeRequest('eu-west-101', 'list_instances', '200', 0.25);
  made.observeRequest('eu-west-101', 'show_instance', 'timeout', 10);
});

async function ours(exposition: Exposition, format: 'text' | 'openmetrics'): Promise<string> {
  const text = (await scrapeOf(exposition, format)).replaceAll(process.version, 'v0.0.0');
  const blocks = text.split(/(?=^# HELP )/m).filter((block) => !/^# HELP (process|nodejs)_/.test(block));
  return blocks.join('');
}

test('in the text format', async () => {
  await expect(await ours(made, 'text')).toMatchFileSnapshot('golden/text.txt');
});

test('in OpenMetrics', async () => {
  await expect(await ours(made, 'openmetrics')).toMatchFileSnapshot('golden/openmetrics.txt');
});

/** All labels, all nodes, the list of playbooks, a streak, an expected start; each once, so that one can read it. */
async function everythingOn(): Promise<SimulatedSoc> {
  const soc = createSoc({
    settings: { durationBuckets: [60], labels: extraLabels, nodes: 'all', retentionMs: 95 * dayMs },
  });
  const { world } = soc;
  const daily = { playbook: { id: 'report', name: 'Daily report' }, triggerType: 'TIMER' };
  for (const days of [3, 2, 1])
    world.finish(world.start(startMs - days * dayMs, daily), startMs - days * dayMs + 1_000);
  world.playbooks.add({ id: 'idle', name: 'Never ran', enabled: false });
  await soc.poll();
  soc.turn(10 * minuteMs);
  const at = (seconds: number) => startMs + seconds * 1_000;
  const nodes = ['Query asset', 'Isolate'];
  const described = { playbook: isolate, nodes, dataclass, defenseId: 'layer 3' };
  world.finish(world.start(at(1), { ...described, workflow: workflow('v1') }), at(31));
  for (const seconds of [40, 50])
    world.fail(
      world.start(at(seconds), { ...described, workflow: workflow('v2') }),
      at(seconds + 5),
      'Isolate',
      'offline',
    );
  world.start(at(60), { playbook: null });
  await soc.poll();
  soc.turn(minuteMs);
  await soc.poll();
  soc.turn(5 * minuteMs);
  await soc.poll();
  return soc;
}

test.each(['text', 'openmetrics'] as const)('with everything switched on: %s', async (format) => {
  const all = expositionOf({ families: workspaceFamilies.filter(isSwitchedOn) });
  await all.update([(await everythingOn()).workspace.report()], [60]);
  const [text = ''] = (await ours(all, format)).split('# HELP secmaster_exporter_api_');
  await expect(text + ends[format]).toMatchFileSnapshot(`golden/everything-${format}.txt`);
});

function isSwitchedOn({ name }: WorkspaceFamily): boolean {
  return /^secmaster_(workflow|playbook)_|_topologies_total$|_label_values_limited$/.test(name);
}
