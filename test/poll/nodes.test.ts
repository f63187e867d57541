import { describe, expect, test } from 'vitest';
import { maxFailedRunLines } from '../../src/poll/failed-run-lines.ts';
import type { ShownInstance } from '../../src/secmaster/api/secmaster.ts';
import { type ErrorKind, SecMasterError } from '../../src/secmaster/http/errors.ts';
import { parseExposition } from '../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc, type SocOptions, startMs } from '../support/world/simulated-soc.ts';

const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const nodes = ['Query asset', 'Isolate', 'Notify'];
const minuteMs = 60_000;

/** What SecMaster tells of a run, and how a line of the log shows it. */
const told = {
  workflow: { id: 'w-1', name: '隔离主机', name_en: 'Isolate a host', version: 'v2', version_id: 'v-2' },
  dataclass: { id: 'c-1', name: '告警', en_name: 'Alert' },
  dataobjectId: 'o-1',
  defenseId: 'd-1',
};
const details = {
  workflow: 'Isolate a host',
  workflowId: 'w-1',
  workflowVersion: 'v2',
  workflowVersionId: 'v-2',
  dataclass: 'Alert',
  dataclassId: 'c-1',
  dataobjectId: 'o-1',
  defenseId: 'd-1',
};

const failedLines = (soc: SimulatedSoc) =>
  soc.logged.filter(({ msg }) => msg === 'run failed') as unknown as Readonly<Record<string, unknown>>[];
const reads = (soc: SimulatedSoc) => soc.simulator.requests.count('ShowAopWorkflowInstance');
const begin = (soc: SimulatedSoc) => soc.world.start(soc.now() - 5_000, { playbook, nodes });
const fail = (soc: SimulatedSoc, id: string, node = 'Isolate', error = 'host is offline') =>
  soc.world.fail(id, soc.now() - 1_000, node, error);

/** The lines of the family, as `node value`. */
async function nodeFailures(soc: SimulatedSoc): Promise<string[]> {
  return parseExposition(await soc.exposition())
    .filter(({ name }) => name === 'secmaster_workflow_node_failures_total')
    .map(({ labels, value }) => `${labels.playbook}/${labels.node} ${value}`);
}

/** A workspace with a run that had failed before the ledger was created. */
async function begun(options: SocOptions = {}): Promise<SimulatedSoc> {
  const soc = createSoc(options);
  soc.world.fail(soc.world.start(startMs - minuteMs, { playbook, nodes }), startMs - 1_000, 'Query asset', 'old');
  await soc.poll();
  soc.turn(minuteMs);
  return soc;
}

/** SecMaster as it is, except that asking for one instance fails, as long as `kind` says how. */
function refusing(refusal: { kind: ErrorKind | null }): SocOptions {
  return {
    through: (secmaster) => ({
      ...secmaster,
      showInstance: async (...args): Promise<ShownInstance> => {
        if (refusal.kind !== null) throw new SecMasterError(refusal.kind, 'show_instance', `refused: ${refusal.kind}`);
        return secmaster.showInstance(...args);
      },
    }),
  };
}

describe('the nodes of a failed run', () => {
  test('are counted once, however often it is polled, and not of what failed before the ledger', async () => {
    const soc = await begun();
    expect([reads(soc), await nodeFailures(soc)]).toEqual([0, []]);
    fail(soc, begin(soc));
    await soc.poll();
    await soc.poll();
    soc.restart();
    await soc.poll();
    expect([reads(soc), await nodeFailures(soc)]).toEqual([1, ['Isolate host/Isolate 1']]);
  });

  test('are counted for each attempt that a poll has seen to fail', async () => {
    const soc = await begun();
    const id = begin(soc);
    for (const node of ['Isolate', 'Notify', 'Isolate']) {
      fail(soc, id, node);
      await soc.poll();
      soc.turn(minuteMs);
      soc.world.retry(id, soc.now() - 2_000);
    }
    expect(await nodeFailures(soc)).toEqual(['Isolate host/Isolate 2', 'Isolate host/Notify 1']);
    expect(reads(soc)).toBe(3);
  });

  test('are those of another attempt once it has been retried, and then not counted', async () => {
    const refusal = { kind: 'network' as ErrorKind | null };
    const soc = await begun(refusing(refusal));
    const id = begin(soc);
    fail(soc, id);
    await soc.poll();
    soc.turn(minuteMs);
    soc.world.retry(id, soc.now() - 1_000);
    refusal.kind = null;
    await soc.poll();
    expect(await nodeFailures(soc)).toEqual([]);
    soc.turn(minuteMs);
    fail(soc, id, 'Notify');
    await soc.poll();
    expect(await nodeFailures(soc)).toEqual(['Isolate host/Notify 1']);
  });

  test('are counted for the attempt that they belong to where two wait to be read', async () => {
    const refusal = { kind: 'network' as ErrorKind | null };
    const soc = await begun(refusing(refusal));
    const id = begin(soc);
    fail(soc, id);
    await soc.poll();
    soc.turn(minuteMs);
    soc.world.retry(id, soc.now() - 2_000);
    fail(soc, id, 'Notify');
    refusal.kind = null;
    await soc.poll();
    expect(await nodeFailures(soc)).toEqual(['Isolate host/Notify 1']);
  });

  test('stand in the log and in the report with their messages', async () => {
    const soc = await begun();
    const id = soc.world.start(soc.now() - 5_000, { playbook, nodes, ...told });
    fail(soc, id);
    await soc.poll();
    expect(failedLines(soc)).toMatchObject([
      {
        instance: id,
        playbook: 'Isolate host',
        triggerType: 'EVENT',
        attempt: 1,
        ...details,
        nodes: ['Isolate'],
        error: 'host is offline',
      },
    ]);
    expect(soc.workspace.report().failedRuns).toEqual([
      {
        instanceId: id,
        attempt: 1,
        playbook: 'Isolate host',
        triggerType: 'EVENT',
        status: 'FAILED',
        startTimeMs: soc.now() - 5_000,
        failedMs: soc.now() - 1_000,
        details: {
          name: expect.any(String),
          dataobjectId: 'o-1',
          defenseId: 'd-1',
          dataclass: { id: 'c-1', name: 'Alert' },
          workflow: { id: 'w-1', name: 'Isolate a host', version: 'v2', versionId: 'v-2' },
        },
        nodes: [{ name: 'Isolate', error: 'host is offline', startMs: expect.any(Number), endMs: soc.now() - 1_000 }],
      },
    ]);
    expect(await soc.exposition()).not.toContain('host is offline');
  });

  test('leave no message anywhere if runs are not listed', async () => {
    const soc = await begun({ settings: { recentRuns: 0 } });
    fail(soc, soc.world.start(soc.now() - 5_000, { playbook, nodes, ...told }));
    await soc.poll();
    expect(failedLines(soc)).toHaveLength(1);
    for (const text of Object.values(details)) expect(JSON.stringify(failedLines(soc))).not.toContain(text);
    expect(await nodeFailures(soc)).toEqual(['Isolate host/Isolate 1']);
    expect(JSON.stringify(soc.logged)).not.toContain('host is offline');
    const ledger = await soc.store.open(soc.workspace.report());
    expect(JSON.stringify(await ledger?.latestFailures(10))).not.toContain('host is offline');
    expect(soc.workspace.report().failedRuns).toEqual([]);
  });

  test('are not read if nodes are off; the run is in the report anyway', async () => {
    const soc = await begun({ settings: { nodes: 'off' } });
    fail(soc, begin(soc));
    await soc.poll();
    expect(reads(soc)).toBe(0);
    expect(soc.workspace.report().failedRuns).toMatchObject([{ attempt: 1, nodes: null }]);
  });

  test.each<[string, SocOptions, number]>([
    ['that are off', { settings: { nodes: 'off' } }, 1],
    ['that cannot be read', refusing({ kind: 'unexpected_body' }), 1],
    ['that are tried in vain', refusing({ kind: 'network' }), 3],
  ])('%s leave one line about the run in the log, without them', async (_, options, polls) => {
    const soc = await begun(options);
    const id = soc.world.start(soc.now() - 5_000, { playbook, nodes, ...told });
    fail(soc, id);
    for (let i = 0; i < polls; i++) await soc.poll();
    const [line, ...more] = failedLines(soc);
    expect(line).toMatchObject({ instance: id, attempt: 1, ...details });
    expect([line?.nodes, more]).toEqual([undefined, []]);
    await soc.poll();
    expect(failedLines(soc)).toHaveLength(1);
  });

  test('leave one line about a run that was retried before they could be read', async () => {
    const refusal = { kind: 'network' as ErrorKind | null };
    const soc = await begun(refusing(refusal));
    const id = begin(soc);
    fail(soc, id);
    await soc.poll();
    soc.turn(minuteMs);
    soc.world.retry(id, soc.now() - 1_000);
    refusal.kind = null;
    await soc.poll();
    expect(failedLines(soc)).toMatchObject([{ instance: id, attempt: 1 }]);
  });

  test('that are off leave a bounded number of lines in a flood of failures', async () => {
    const soc = await begun({ settings: { nodes: 'off' } });
    for (let n = 0; n < maxFailedRunLines + 50; n++) fail(soc, begin(soc));
    await soc.poll();
    expect(failedLines(soc)).toHaveLength(maxFailedRunLines);
    expect(soc.logged.filter(({ msg }) => String(msg).startsWith('more runs failed'))).toHaveLength(1);
    fail(soc, begin(soc));
    await soc.poll();
    expect(failedLines(soc)).toHaveLength(maxFailedRunLines + 1);
  });

  test('beyond a hundred of one playbook share the label other', async () => {
    const soc = await begun();
    for (let n = 0; n < 103; n++) fail(soc, begin(soc), `node ${n}`);
    for (let i = 0; i < 2; i++) await soc.poll();
    const lines = await nodeFailures(soc);
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe('Isolate host/other 3');
  });
});

describe('reading them', () => {
  test('comes after the latest changes: failed runs are in the exposition before the first read', async () => {
    const shown: number[] = [];
    const soc: SimulatedSoc = createSoc({
      onReport: async () => void shown.push(reads(soc)),
    });
    await soc.poll();
    soc.turn(minuteMs);
    fail(soc, begin(soc));
    shown.length = 0;
    await soc.poll();
    expect(shown).toEqual([0, 1]);
  });

  test('that is off causes no second report in a poll', async () => {
    let reported = 0;
    const soc = createSoc({ settings: { nodes: 'off' }, onReport: async () => void reported++ });
    await soc.poll();
    soc.turn(minuteMs);
    fail(soc, begin(soc));
    reported = 0;
    for (let i = 0; i < 3; i++) await soc.poll();
    expect([reads(soc), reported]).toEqual([0, 3]);
  });

  test('stops when the next poll is due, but reads at least ten attempts, newest first; the rest follows', async () => {
    const soc = await begun();
    for (let n = 0; n < 25; n++) soc.world.fail(begin(soc), soc.now() - 1_000 + n, `node ${n}`, '');
    await soc.poll(() => false);
    expect(reads(soc)).toBe(10);
    expect((await nodeFailures(soc)).map((line) => line.split(' ').at(-2))).toContain('24');
    await soc.poll(() => false);
    await soc.poll();
    expect([reads(soc), (await nodeFailures(soc)).length]).toEqual([25, 25]);
  });

  test.each<[string, ErrorKind, number]>([
    ['a network that fails', 'network', 3],
    ['throttling', 'throttled', 3],
    ['an instance that SecMaster no longer knows', 'not_found', 1],
    ['an answer that cannot be understood', 'unexpected_body', 1],
  ])('does not fail a poll because of %s, is tried only while it may help, and logged once', async (_, kind, tried) => {
    let calls = 0;
    const soc = await begun({
      through: (secmaster) => ({
        ...secmaster,
        showInstance: async () => {
          calls++;
          throw new SecMasterError(kind, 'show_instance', 'no');
        },
      }),
    });
    fail(soc, begin(soc));
    for (let i = 0; i < 5; i++) await soc.poll();
    expect(calls).toBe(tried);
    expect(soc.workspace.report().polls.last?.error).toBeNull();
    expect(soc.logged.filter(({ msg }) => msg === 'failed nodes could not be read')).toMatchObject([
      { reason: kind, error: 'show_instance: no' },
    ]);
    expect(await soc.differences()).toEqual([]);
  });

  test('pauses for an hour after a 403', async () => {
    const refusal = { kind: 'forbidden' as ErrorKind | null };
    const soc = await begun(refusing(refusal));
    fail(soc, begin(soc));
    await soc.poll();
    refusal.kind = null;
    soc.turn(50 * minuteMs);
    await soc.poll();
    expect(reads(soc)).toBe(0);
    soc.turn(11 * minuteMs);
    await soc.poll();
    expect([reads(soc), await nodeFailures(soc)]).toEqual([1, ['Isolate host/Isolate 1']]);
  });

  test('a new series of a node is seen at 0 first', async () => {
    const soc = createSoc({ settings: { newSeriesHoldMs: 65_000 } });
    await soc.poll();
    await soc.exposition();
    soc.turn(minuteMs);
    fail(soc, begin(soc));
    await soc.poll();
    expect(await nodeFailures(soc)).toEqual(['Isolate host/Isolate 0']);
    for (let i = 0; i < 4; i++) {
      soc.turn(30_000);
      await soc.poll();
      await soc.exposition();
    }
    expect(await nodeFailures(soc)).toEqual(['Isolate host/Isolate 1']);
  });
});

test('the report has the runs that are being retried or have been open for four hours, oldest first', async () => {
  const soc = await begun();
  const [old, older, retried] = [4, 5, 0].map((hours) =>
    soc.world.start(soc.now() - hours * 60 * minuteMs - 5_000, { playbook, nodes }),
  );
  begin(soc);
  fail(soc, retried ?? '');
  soc.world.retry(retried ?? '', soc.now() - 500);
  await soc.poll();
  expect(soc.workspace.report().openRuns).toMatchObject([
    { instanceId: older, status: 'RUNNING', startTimeMs: soc.now() - 300 * minuteMs - 5_000 },
    { instanceId: old, status: 'RUNNING', retryCount: 0 },
    { instanceId: retried, status: 'RETRYING', retryCount: 1 },
  ]);
});

test('the report has the latest polls with their calls', async () => {
  const soc = await begun();
  fail(soc, begin(soc));
  await soc.poll();
  let requests = 0;
  for (let i = 0; i < 25; i++) requests = await soc.poll();
  const { recent, last } = soc.workspace.report().polls;
  expect(recent).toHaveLength(20);
  expect(recent[0]).toBe(last);
  expect(last).toMatchObject({ requests, error: null });
  // Two rows don't show how long a page can be: the next one is asked for, too.
  expect(requests).toBe(2);
});

describe('the ledger', () => {
  const kept = async (soc: SimulatedSoc) =>
    (await soc.store.open(soc.workspace.report()))?.latestFailures(10_000) ?? [];

  test('keeps the thousand newest failed attempts', async () => {
    const soc = await begun({ settings: { nodes: 'off' } });
    for (let n = 0; n < 1_100; n++) soc.world.fail(begin(soc), soc.now() - 5_000 + n, 'Isolate', '');
    await soc.poll();
    const failures = await kept(soc);
    expect(failures).toHaveLength(1_000);
    expect([failures[0]?.failedMs, failures.at(-1)?.failedMs]).toEqual([soc.now() - 3_901, soc.now() - 4_900]);
  });

  test('prunes a failed attempt with its instance', async () => {
    const soc = await begun({ settings: { nodes: 'off', retentionMs: 24 * 60 * minuteMs } });
    fail(soc, begin(soc));
    await soc.poll();
    soc.turn(30 * 60 * minuteMs);
    begin(soc);
    for (let i = 0; i < 2; i++) await soc.poll();
    const ledger = await soc.store.open(soc.workspace.report());
    expect(await ledger?.latestFailures(10)).toEqual([]);
    expect(ledger?.state.unread.size).toBe(0);
  });
});
