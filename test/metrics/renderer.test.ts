import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exporter, workflow, workspaceFamilies } from '../../src/metrics/families.ts';
import type { WorkspaceFamily } from '../../src/metrics/family.ts';
import { blockBytes, createRenderer } from '../../src/metrics/renderer.ts';
import type { WorkspaceReport } from '../../src/model/report.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { emptySnapshot, goodPoll, report } from '../support/metrics/report.ts';

const labels = { playbook: 'Isolate host', trigger_type: 'EVENT' };
const buckets = [1, 10];

/** A snapshot of a ledger that has counted so many. */
function counting(value: number): Snapshot {
  return { ...emptySnapshot, counters: { ...emptySnapshot.counters, started: [{ labels, value }] } };
}

function rendererOf(families: readonly WorkspaceFamily[]) {
  return createRenderer('text', families, (error) => {
    throw error;
  });
}

async function textOf(render: ReturnType<typeof rendererOf>, ...given: Parameters<typeof render>): Promise<string> {
  return Buffer.concat((await render(...given)).flat()).toString();
}

/** Renders the reports, then the changed ones. @returns the workspaces whose ledger was rendered the second time */
async function renderedAgain(
  before: readonly WorkspaceReport[],
  after: readonly WorkspaceReport[],
  durationBuckets: readonly number[] = buckets,
): Promise<number[]> {
  const asked: number[] = [];
  const family: WorkspaceFamily = {
    ...workflow.started,
    fromLedger: ({ counters }) => {
      asked.push(...counters.started.map(({ value }) => value));
      return counters.started;
    },
  };
  const render = rendererOf([family, exporter.polls]);
  await render(before, buckets);
  asked.length = 0;
  await render(after, durationBuckets);
  return asked;
}

const prod = report({ workspace: 'prod', snapshot: counting(1) });
const lab = report({ workspace: 'lab', snapshot: counting(2) });

test.each<[string, readonly WorkspaceReport[], readonly number[], number[]]>([
  ['nothing where nothing has changed', [prod, lab], buckets, []],
  ['nothing where a poll has failed', [{ ...prod, polls: { ...goodPoll, count: 4 } }, lab], buckets, []],
  ['the workspace whose snapshot is another', [prod, { ...lab, snapshot: counting(3) }], buckets, [3]],
  ['the workspace that has another name', [prod, { ...lab, workspace: 'test' }], buckets, [2]],
  ['the workspace that has come', [prod, lab, report({ workspace: 'new', snapshot: counting(4) })], buckets, [4]],
  ['nothing where a workspace has gone', [lab], buckets, []],
  ['nothing where the order is another', [lab, prod], buckets, []],
  ['all where a reload has brought other buckets', [prod, lab], [1, 5], [1, 2]],
])('renders anew %s', async (_, after, durationBuckets, expected) => {
  expect(await renderedAgain([prod, lab], after, durationBuckets)).toEqual(expected);
});

test('a count that grows in a report without a new snapshot is seen to grow', async () => {
  const render = rendererOf([exporter.pollFailures]);
  const failures = new Map([['timeout', 1]]);
  const one = report({ polls: { ...goodPoll, failures } });
  await render([one], buckets);
  failures.set('timeout', 2);
  expect(await textOf(render, [one], buckets)).toContain('reason="timeout"} 2\n');
});

test('the families stand in their order, and in each of them the workspaces in theirs', async () => {
  const text = await textOf(rendererOf([exporter.up, workflow.started]), [lab, prod], buckets);
  expect(text.split('\n').filter((line) => !line.startsWith('# HELP'))).toEqual([
    '# TYPE secmaster_up gauge',
    'secmaster_up{workspace="lab"} 1',
    'secmaster_up{workspace="prod"} 1',
    '',
    '# TYPE secmaster_workflow_instances_started_total counter',
    'secmaster_workflow_instances_started_total{workspace="lab",playbook="Isolate host",trigger_type="EVENT"} 2',
    'secmaster_workflow_instances_started_total{workspace="prod",playbook="Isolate host",trigger_type="EVENT"} 1',
    '',
    '',
  ]);
});

test('text that comes out as it was before is the same object, so that it is not compressed again', async () => {
  const render = rendererOf([workflow.started, exporter.polls]);
  const before = await render([prod], buckets);
  const polled = { ...prod, snapshot: counting(1), polls: { ...goodPoll, count: 4 } };
  const after = await render([polled], buckets);
  expect(after[0]?.map((block, i) => block === before[0]?.[i])).toEqual([true, true, true]);
  expect(after[1]?.map((block, i) => block === before[1]?.[i])).toEqual([true, false, true]);
});

test('a family of many series comes in blocks that are small enough to be joined and compressed at once', async () => {
  const started = Array.from({ length: 10_000 }, (_, i) => ({ labels: { playbook: `playbook ${i}` }, value: i }));
  const snapshot = { ...emptySnapshot, counters: { ...emptySnapshot.counters, started } };
  const [blocks = []] = await rendererOf([workflow.started])([report({ snapshot })], buckets);
  expect(blocks.length).toBeGreaterThan(4);
  expect(Math.max(...blocks.map(({ length }) => length))).toBeLessThan(1.1 * blockBytes);
  const lines = Buffer.concat(blocks)
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('secmaster_'));
  expect(lines.map((line) => Number(line.split(' ').at(-1)))).toEqual(started.map(({ value }) => value));
});

test('a bug is logged once while it lasts, for each workspace, and the series come back after it', async () => {
  const told: string[] = [];
  let isBroken = true;
  const family: WorkspaceFamily = {
    ...exporter.up,
    fromReport: () => {
      if (isBroken) throw new Error('broken');
      return [{ labels: {}, value: 1 }];
    },
  };
  const render = createRenderer('text', [family, exporter.polls], (...bug) => told.push(bug.join()));
  await render([prod, lab], buckets);
  expect(await textOf(render, [prod, lab], buckets)).not.toContain('secmaster_up{');
  expect(told).toEqual(['Error: broken,secmaster_up,prod', 'Error: broken,secmaster_up,lab']);
  isBroken = false;
  expect(await textOf(render, [prod], buckets)).toContain('secmaster_up{workspace="prod"} 1\n');
  isBroken = true;
  await render([prod], buckets);
  expect(told).toHaveLength(3);
});

/** What the reports may be at one update: of two workspaces with one name, of some without a ledger, some unchanged. */
const snapshots = [null, counting(1), counting(1), counting(2)];
const updates = fc.array(
  fc.record({
    durationBuckets: fc.constantFrom(buckets, [1, 5]),
    reports: fc.array(
      fc.record({
        workspace: fc.constantFrom('prod', 'lab', 'test'),
        snapshot: fc.constantFrom(...snapshots),
        count: fc.nat(2),
      }),
      { maxLength: 4 },
    ),
  }),
  { maxLength: 6 },
);

test.each(['text', 'openmetrics'] as const)(
  'whatever came before, in %s each rendering is what a new process would write',
  async (format) => {
    const onBug = (error: unknown) => {
      throw error;
    };
    await fc.assert(
      fc.asyncProperty(updates, async (all) => {
        const render = createRenderer(format, workspaceFamilies, onBug);
        for (const { reports, durationBuckets } of all) {
          const given = reports.map(({ count, ...rest }) => report({ ...rest, polls: { ...goodPoll, count } }));
          const anew = createRenderer(format, workspaceFamilies, onBug);
          expect(await textOf(render, given, durationBuckets)).toBe(await textOf(anew, given, durationBuckets));
        }
      }),
    );
  },
);
