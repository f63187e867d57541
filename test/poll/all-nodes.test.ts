import { describe, expect, test } from 'vitest';
import type { WorkspaceSettings } from '../../src/poll/workspace/settings.ts';
import { type ErrorKind, SecMasterError } from '../../src/secmaster/http/errors.ts';
import { createCrashingStore } from '../support/ledger/crashing-store.ts';
import { parseExposition } from '../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc, type SocOptions } from '../support/world/simulated-soc.ts';

const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const second = 1_000;
const minute = 60 * second;

/** A node as the topology shows it: its name, status, and seconds from the run's start to its begin and end. */
type Shown = readonly [name: string, status: string, fromSeconds: number, toSeconds: number];
const usual: readonly Shown[] = [
  ['Query asset', 'FINISHED', 0, 1],
  ['Isolate', 'FINISHED', 1, 3],
];

interface AllNodes {
  readonly soc: SimulatedSoc;
  /** What the topologies of these instances show from now on; others are as usual. */
  readonly shown: Map<string, readonly Shown[]>;
  /** How SecMaster answers when it is asked for one instance; null: as it should. */
  refusal: ErrorKind | null;
  asked: string[];
}

/** A workspace whose every topology is read. */
async function begun(options: SocOptions = {}): Promise<AllNodes> {
  const all: AllNodes = {
    shown: new Map(),
    refusal: null,
    asked: [],
    soc: createSoc({
      ...options,
      settings: { nodes: 'all', ...options.settings },
      through: (secmaster) => ({
        ...secmaster,
        async showInstance(workspaceId, id, ...rest) {
          all.asked.push(id);
          if (all.refusal !== null) throw new SecMasterError(all.refusal, 'show_instance', 'no');
          const instance = await secmaster.showInstance(workspaceId, id, ...rest);
          const startMs = instance.startTimeMs ?? 0;
          const timedNodes = (all.shown.get(id) ?? usual).map(([name, status, from, to]) => ({
            name,
            status,
            startMs: startMs + from * second,
            endMs: startMs + to * second,
          }));
          return { ...instance, timedNodes };
        },
      }),
    }),
  };
  await all.soc.poll();
  all.soc.turn(minute);
  return all;
}

function start({ world, now }: SimulatedSoc): string {
  return world.start(now() - 5 * second, { playbook });
}

function finish(soc: SimulatedSoc): string {
  const id = start(soc);
  soc.world.finish(id, soc.now() - second);
  return id;
}

function fail(soc: SimulatedSoc, id = start(soc)): string {
  soc.world.fail(id, soc.now() - second, 'Isolate', 'host is offline');
  return id;
}

/** Durations, as `node status: how many in how many seconds`. */
async function durations(soc: SimulatedSoc): Promise<string[]> {
  const samples = parseExposition(await soc.exposition());
  return samples
    .filter(({ name }) => name === 'secmaster_workflow_node_duration_seconds_count')
    .map(({ labels, value }) => {
      const sum = samples.find(
        (one) =>
          one.name.endsWith('node_duration_seconds_sum') && JSON.stringify(one.labels) === JSON.stringify(labels),
      );
      return `${labels.node} ${labels.status}: ${value} in ${sum?.value} s`;
    });
}

async function topologies(soc: SimulatedSoc): Promise<object> {
  const samples = parseExposition(await soc.exposition());
  const ours = samples.filter(({ name }) => name === 'secmaster_exporter_topologies_total');
  return Object.fromEntries(ours.map(({ labels, value }) => [labels.result, value]));
}

const reconfigure = ({ soc }: AllNodes, nodes: WorkspaceSettings['nodes']) =>
  begun({ after: soc, settings: { nodes } });

describe('with all topologies read', () => {
  test('each node of each run is observed once, however often it is polled, after a restart too', async () => {
    const { soc, asked } = await begun();
    expect(await topologies(soc)).toEqual({ read: 0, skipped: 0, failed: 0 });
    finish(soc);
    finish(soc);
    for (let i = 0; i < 3; i++) await soc.poll();
    soc.restart();
    for (let i = 0; i < 2; i++) await soc.poll();
    expect(await durations(soc)).toEqual(['Isolate FINISHED: 2 in 4 s', 'Query asset FINISHED: 2 in 2 s']);
    expect(await topologies(soc)).toEqual({ read: 2, skipped: 0, failed: 0 });
    expect(asked).toHaveLength(2);
  });

  test('what had ended before the ledger is not read', async () => {
    const soc = createSoc({ settings: { nodes: 'all' } });
    finish(soc);
    for (let i = 0; i < 2; i++) await soc.poll();
    expect(soc.simulator.requests.count('ShowAopWorkflowInstance')).toBe(0);
  });

  test('the requests come after the poll and do not count for it', async () => {
    const { soc } = await begun();
    finish(soc);
    await soc.poll();
    const { polls } = soc.workspace.report();
    expect([polls.last?.requests, await topologies(soc)]).toEqual([2, { read: 0, skipped: 0, failed: 0 }]);
    await soc.poll();
    expect(await topologies(soc)).toEqual({ read: 1, skipped: 0, failed: 0 });
  });

  test('an exemplar names the instance', async () => {
    const { soc } = await begun();
    const id = finish(soc);
    for (let i = 0; i < 2; i++) await soc.poll();
    const duration = soc.collected().find(({ family }) => family.name === 'secmaster_workflow_node_duration_seconds');
    const exemplars = [...(duration?.samples ?? [])].flatMap(({ exemplar }) => exemplar?.labels.instance_id ?? []);
    expect(exemplars).toEqual([id, id]);
  });

  test.each<[string, readonly Shown[], readonly string[]]>([
    ['an unknown status is a label', [['Ask', 'ODD', 0, 1]], ['Ask ODD: 1 in 1 s']],
    ['a node that ends in the future is not observed', [['Ask', 'FINISHED', 0, 600]], []],
    ['a topology without nodes is read', [], []],
  ])('%s', async (_, nodes, expected) => {
    const { soc, shown } = await begun();
    shown.set(finish(soc), nodes);
    for (let i = 0; i < 2; i++) await soc.poll();
    expect(await durations(soc)).toEqual(expected);
    expect(await topologies(soc)).toEqual({ read: 1, skipped: 0, failed: 0 });
  });

  test('more than a hundred nodes of a playbook share the label other, and so do statuses beyond max_values', async () => {
    const { soc, shown } = await begun({ settings: { nodes: 'all', maxValues: 1 } });
    shown.set(
      finish(soc),
      Array.from({ length: 103 }, (_, n): Shown => [`Node ${n}`, n < 50 ? 'FINISHED' : `ODD ${n}`, 0, 1]),
    );
    for (let i = 0; i < 2; i++) await soc.poll();
    const lines = await durations(soc);
    expect(lines.filter((line) => line.includes('FINISHED'))).toHaveLength(50);
    expect(lines).toContain('other other: 3 in 3 s');
    expect(lines.filter((line) => line.includes('ODD'))).toHaveLength(0);
  });
});

describe('an attempt', () => {
  const first: readonly Shown[] = [
    ['Query asset', 'FINISHED', 0, 1],
    ['Isolate', 'FAILED', 1, 4],
  ];
  /** What runs again one minute later. */
  const second: readonly Shown[] = [
    ['Isolate', 'FINISHED', 62, 64],
    ['Notify', 'FINISHED', 64, 64],
  ];

  test.each<[string, readonly Shown[]]>([
    ['alone', second],
    ['and those of earlier attempts', [...first, ...second]],
    ['and before them those of a node that did not run again', [...first.slice(0, 1), ...second]],
  ])('that is retried has its own nodes observed, where the topology shows them %s', async (_, nodes) => {
    const { soc, shown } = await begun();
    const id = start(soc);
    shown.set(id, first);
    fail(soc, id);
    await soc.poll();
    soc.turn(minute);
    soc.world.retry(id, soc.now() - 4_000);
    soc.world.finish(id, soc.now() - 1_000);
    shown.set(id, nodes);
    for (let i = 0; i < 2; i++) await soc.poll();
    expect(await durations(soc)).toEqual([
      'Isolate FAILED: 1 in 3 s',
      'Isolate FINISHED: 1 in 2 s',
      'Notify FINISHED: 1 in 0 s',
      'Query asset FINISHED: 1 in 1 s',
    ]);
    expect(await topologies(soc)).toEqual({ read: 2, skipped: 0, failed: 0 });
  });

  test('that was run again by hand has its own nodes observed', async () => {
    const { soc, shown } = await begun();
    const id = finish(soc);
    for (let i = 0; i < 2; i++) await soc.poll();
    soc.turn(minute);
    soc.world.rerun(id, soc.now() - 4_000);
    soc.world.finish(id, soc.now() - 1_000);
    shown.set(id, [...usual, ...second]);
    for (let i = 0; i < 2; i++) await soc.poll();
    expect(await durations(soc)).toEqual([
      'Isolate FINISHED: 2 in 4 s',
      'Notify FINISHED: 1 in 0 s',
      'Query asset FINISHED: 1 in 1 s',
    ]);
    expect(await topologies(soc)).toEqual({ read: 2, skipped: 0, failed: 0 });
  });

  test('that was retried before it could be read is skipped, and so is one that nobody saw', async () => {
    const all = await begun();
    const { soc } = all;
    const id = start(soc);
    fail(soc, id);
    all.refusal = 'network';
    await soc.poll();
    all.refusal = null;
    for (const end of [soc.world.fail, soc.world.finish] as const) {
      soc.turn(minute);
      soc.world.retry(id, soc.now() - 3_000);
      end(id, soc.now() - 1_000, 'Isolate', '');
    }
    for (let i = 0; i < 2; i++) await soc.poll();
    expect(await topologies(soc)).toEqual({ read: 1, skipped: 2, failed: 0 });
    expect(await soc.differences()).toEqual([]);
  });
});

test('where only failed topologies are read, only their nodes are observed', async () => {
  const { soc } = await begun({ settings: { nodes: 'failed' } });
  finish(soc);
  fail(soc);
  for (let i = 0; i < 2; i++) await soc.poll();
  expect(await durations(soc)).toEqual(['Isolate FINISHED: 1 in 2 s', 'Query asset FINISHED: 1 in 1 s']);
  expect(await topologies(soc)).toEqual({ read: 1, skipped: 0, failed: 0 });
});

test('whatever ended was read, skipped or failed, or waits', async () => {
  const all = await begun();
  const { soc } = all;
  for (let n = 0; n < 40; n++) {
    const id = n % 3 === 0 ? fail(soc) : finish(soc);
    if (n % 6 === 0) soc.world.retry(id, soc.now() - 500);
    all.refusal = n % 5 === 0 ? 'timeout' : n % 7 === 0 ? 'not_found' : null;
    await soc.poll();
    soc.turn(minute);
  }
  await soc.poll();
  const ended = parseExposition(await soc.exposition())
    .filter(({ name }) => name === 'secmaster_workflow_attempts_completed_total')
    .reduce((sum, { value }) => sum + value, 0);
  const { read, skipped, failed } = (await topologies(soc)) as Record<string, number>;
  const waiting = (await soc.store.open(soc.workspace.report()))?.state.unread.size ?? 0;
  expect((read ?? 0) + (skipped ?? 0) + (failed ?? 0) + waiting).toBe(ended);
  expect([skipped, failed]).not.toContain(0);
});

test('in a flood, the newest are read and the oldest skipped', async () => {
  const { soc, asked } = await begun();
  const ids = Array.from({ length: 2_050 }, () => {
    soc.turn(1);
    return finish(soc);
  });
  for (let i = 0; i < 2; i++) await soc.poll();
  expect(asked).toEqual(ids.slice(50).reverse());
  expect(await topologies(soc)).toEqual({ read: 2_000, skipped: 50, failed: 0 });
  expect(await soc.differences()).toEqual([]);
});

test.each<[ErrorKind, object, number]>([
  ['forbidden', { read: 0, skipped: 0, failed: 0 }, 1],
  ['network', { read: 0, skipped: 0, failed: 1 }, 5],
  ['not_found', { read: 0, skipped: 0, failed: 3 }, 3],
])('a refusal for %s is told once, and fails no poll', async (kind, expected, tried) => {
  const all = await begun();
  const { soc, asked } = all;
  for (let n = 0; n < 3; n++) finish(soc);
  all.refusal = kind;
  for (let i = 0; i < 5; i++) {
    soc.turn(30 * second);
    await soc.poll();
    expect(soc.workspace.report().polls.last?.error).toBeNull();
  }
  expect(soc.logged.filter(({ msg }) => msg === 'nodes could not be read')).toMatchObject([
    { reason: kind, error: 'show_instance: no' },
  ]);
  expect([await topologies(soc), asked.length]).toEqual([expected, tried]);
  expect(await soc.differences()).toEqual([]);
});

test('reading goes on an hour after a 403', async () => {
  const all = await begun();
  finish(all.soc);
  all.refusal = 'forbidden';
  await all.soc.poll();
  all.refusal = null;
  all.soc.turn(61 * minute);
  for (let i = 0; i < 2; i++) await all.soc.poll();
  expect(await topologies(all.soc)).toEqual({ read: 1, skipped: 0, failed: 0 });
});

describe('another setting takes effect with the next poll, and nothing that was counted is lost', () => {
  test.each<[string, WorkspaceSettings['nodes'], object]>([
    ['failed: what has not failed is given up', 'failed', { read: 2, skipped: 1, failed: 0 }],
    ['off: what waits goes on waiting', 'off', { read: 1, skipped: 0, failed: 0 }],
    ['all: what waits is read', 'all', { read: 3, skipped: 0, failed: 0 }],
  ])('%s', async (_, nodes, expected) => {
    const all = await begun();
    finish(all.soc);
    await all.soc.poll();
    all.refusal = 'network';
    finish(all.soc);
    fail(all.soc);
    await all.soc.poll();
    const { soc } = await reconfigure(all, nodes);
    await soc.poll();
    expect(await topologies(soc)).toEqual(expected);
    expect((await durations(soc)).length).toBe(2);
  });
});

test('a process that is killed at any statement observes each node once', async () => {
  const ended: string[][] = [];
  let statement = 0;
  for (let isOver = false; !isOver; statement++) {
    const crashing = createCrashingStore();
    const { soc } = await begun({ store: crashing.store });
    finish(soc);
    fail(soc);
    crashing.crashAt(statement);
    await soc.poll();
    isOver = !crashing.hasCrashed();
    crashing.crashAt(null);
    soc.restart();
    for (let i = 0; i < 2; i++) await soc.poll();
    ended.push([...(await durations(soc)), JSON.stringify(await topologies(soc))]);
  }
  expect(statement).toBeGreaterThan(50);
  expect(new Set(ended.map((one) => one.join('; ')))).toEqual(
    new Set(['Isolate FINISHED: 2 in 4 s; Query asset FINISHED: 2 in 2 s; {"read":2,"skipped":0,"failed":0}']),
  );
});
